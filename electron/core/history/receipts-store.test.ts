import { join } from 'node:path';
import { type HistoryItem, type MessageRef, messageKey, profileFromName } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { author, openTestStore, type TestStore, temporaryFolder } from '../testing/test-kit.ts';

let folder: ReturnType<typeof temporaryFolder>;
let ben: TestStore;
let roomId: RoomId;
beforeEach(() => {
  folder = temporaryFolder();
  ben = openTestStore(join(folder.path, 'ben.db'));
  roomId = ben.addRoom();
});
afterEach(() => {
  ben.close();
  folder.remove();
});

const authors = [author('Ana'), author('Eve')];
const items = (ofRoom = roomId): HistoryItem[] => ben.store.page(ofRoom, undefined, 200).items;
const unread = (ofRoom = roomId) => ben.store.rooms().find(({ room_id }) => room_id === ofRoom)?.unread;
const textsUnread = () => items().flatMap(({ mine, state, text }) => (!mine && state === 'delivered' ? [text] : []));

describe('what was seen', () => {
  it('is only what stands between the first and the last that were on the screen', () => {
    const [ana] = authors;
    ben.store.record(
      roomId,
      [1, 2, 3, 4, 5].flatMap((seq) => (ana ? [ana.write(roomId, { seq, text: `m${seq}` })] : [])),
    );
    const at = (index: number): MessageRef | null => items()[index] ?? null;
    ben.store.markSeen(roomId, { from: at(2), upTo: at(3) });
    expect(textsUnread()).toEqual(['m1', 'm2', 'm5']);
    expect([unread(), ben.store.firstUnread(roomId)?.id]).toEqual([3, at(0)?.id]);
    ben.store.markSeen(roomId, { from: at(4), upTo: null });
    expect(textsUnread()).toEqual(['m1', 'm2']);
    ben.store.markSeen(roomId, { from: null, upTo: null });
    expect([unread(), ben.store.firstUnread(roomId)]).toEqual([0, null]);
  });

  it('is counted by the room as it stands at its messages, whatever comes late, is deleted or is seen', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('hear' as const), by: fc.nat(1), clock: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ kind: fc.constant('delete' as const), which: fc.nat(30) }),
      fc.record({ kind: fc.constant('see' as const), from: fc.nat(30), length: fc.nat(4) }),
      fc.record({ kind: fc.constant('say' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const here = ben.addRoom();
        const seqs = [0, 0];
        const hear = (by: number, fields: object) => {
          const seq = (seqs[by] ?? 0) + 1;
          seqs[by] = seq;
          const entry = authors[by]?.write(here, { seq, ...fields });
          if (entry) ben.store.record(here, [entry]);
        };
        for (const each of steps) {
          const shown = items(here);
          if (each.kind === 'hear') hear(each.by, { clock: each.clock });
          else if (each.kind === 'say') ben.compose(here, `mine ${shown.length}`);
          else if (each.kind === 'delete') {
            const target = shown[each.which];
            const by = authors.findIndex(({ deviceId }) => deviceId === target?.author);
            if (target && by >= 0)
              hear(by, { kind: 'delete', of: { author: target.author, id: target.id }, body: null, clock: 40 });
          } else {
            const [from, upTo] = [shown[each.from], shown[each.from + each.length]];
            if (from && upTo) ben.store.markSeen(here, { from, upTo });
          }
          const now = items(here).filter(({ mine, state }) => !mine && state === 'delivered');
          expect(unread(here)).toBe(now.length);
          const first = ben.store.firstUnread(here);
          expect(first && messageKey(first)).toBe(now[0] ? messageKey(now[0]) : null);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the receivers of an own message', () => {
  const [ana, eve] = authors;
  const told = (message: MessageRef) =>
    ben.store
      .receivers(roomId, message)
      .map(({ name, state, deliveredAt, readAt }) => [name, state, deliveredAt, readAt] as const);

  it('are the others of the room, with the times at which this device heard of them first', () => {
    if (!ana || !eve) throw new Error('two authors');
    ben.store.record(roomId, [ana.write(roomId), eve.write(roomId)]);
    const own = ben.compose(roomId, 'Hello');
    expect(told(own)).toEqual([
      ['Ana', 'waiting', null, null],
      ['Eve', 'waiting', null, null],
    ]);
    ben.store.mark(roomId, ana.deviceId, 'sent', [own.id]);
    ben.clock.advance(1_000);
    const deliveredAt = ben.clock.now();
    ben.store.mark(roomId, ana.deviceId, 'delivered', [own.id]);
    ben.clock.advance(1_000);
    const readAt = ben.clock.now();
    ben.store.mark(roomId, eve.deviceId, 'read', [own.id]);
    ben.store.mark(roomId, eve.deviceId, 'delivered', [own.id]);
    ben.clock.advance(1_000);
    ben.store.mark(roomId, ana.deviceId, 'delivered', [own.id]);
    expect(told(own)).toEqual([
      ['Eve', 'read', readAt, readAt],
      ['Ana', 'delivered', deliveredAt, null],
    ]);
  });

  it('are also those that wrote nothing and confirmed it, by the name they are known by', () => {
    const silent = author('Claims nothing').deviceId;
    ben.store.meet(silent, profileFromName('Cleo'));
    const own = ben.compose(roomId, 'Hello');
    ben.store.mark(roomId, silent, 'sent', [own.id]);
    expect(told(own)).toEqual([]);
    ben.store.mark(roomId, silent, 'delivered', [own.id]);
    expect(told(own)).toEqual([['Cleo', 'delivered', ben.clock.now(), null]]);
  });

  it('are told of own messages alone', () => {
    if (!ana) throw new Error('an author');
    const theirs = ana.write(roomId);
    ben.store.record(roomId, [theirs]);
    expect(() => ben.store.receivers(roomId, theirs)).toThrow();
    expect(() => ben.store.receivers(ben.addRoom(), ben.compose(roomId, 'Hello'))).toThrow();
  });
});

describe('the authors of rooms', () => {
  it('are those of one or of all, oneself first, by the names of today', () => {
    const [ana, eve] = authors;
    if (!ana || !eve) throw new Error('two authors');
    const other = ben.addRoom();
    ben.store.record(roomId, [eve.write(roomId), ana.write(roomId)]);
    ben.store.record(other, [ana.write(other)]);
    ben.compose(other, 'Mine');
    const names = (of: RoomId | null) => ben.store.authors(of).map(({ name }) => name);
    expect([names(roomId), names(other), names(null)]).toEqual([
      ['Ana', 'Eve'],
      ['Ben', 'Ana'],
      ['Ben', 'Ana', 'Eve'],
    ]);
    ben.store.meet(eve.deviceId, profileFromName('Aaron'));
    expect(names(roomId)).toEqual(['Aaron', 'Ana']);
  });
});
