import { profileFromName } from '@parley/shared/model';
import { LIMITS, type RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signingKeyOf } from '../identity/ed25519.ts';
import { author, newDeviceId, openTestStore, type TestStore, temporaryFolder } from '../testing/test-kit.ts';
import { createHistoryStore } from './history-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let ben: TestStore;
let roomId: RoomId;
const ana = author('Ana');
const cleo = author('Cleo');
beforeEach(() => {
  folder = temporaryFolder();
  ben = openTestStore(`${folder.path}/ben.db`);
  roomId = ben.addRoom();
  ben.store.meet(ana.deviceId, profileFromName('Ana'));
});
afterEach(() => {
  ben.close();
  folder.remove();
});
const shown = () => ben.store.page(roomId, undefined, 50).items.map(({ text }) => text);
const unread = () => ben.store.room(roomId)?.unread;
const hear = (...entries: ReturnType<typeof ana.write>[]) => ben.store.record(roomId, entries);
const blockedOf = () => ben.store.blockedPeers().map(({ name, devices }) => ({ name, devices }));

describe('a person who is blocked (C11)', () => {
  it('is known with the name under which they were met, after a restart as well', () => {
    ben.store.blockPeer(ana.deviceId);
    const again = createHistoryStore({ db: ben.db, key: signingKeyOf(ben.seed), now: ben.clock.now });
    expect(again.blockedPeers()).toMatchObject([{ person: ana.deviceId, name: 'Ana', devices: [ana.deviceId] }]);
    expect([again.isBlockedPeer(ana.deviceId), again.isBlockedPeer(cleo.deviceId)]).toEqual([true, false]);
  });

  it('is neither oneself nor somebody who was never met', () => {
    expect(() => ben.store.blockPeer(ben.deviceId)).toThrow(expect.objectContaining({ code: 'not-allowed' }));
    expect(() => ben.store.blockPeer(newDeviceId())).toThrow(expect.objectContaining({ code: 'bad-request' }));
    expect(blockedOf()).toEqual([]);
  });

  it('writes unseen from then on: what came before stays, what comes later is stored and neither shown nor counted', () => {
    hear(ana.write(roomId, { text: 'before', seq: 1 }));
    ben.store.blockPeer(ana.deviceId);
    const { fresh, stored } = hear(
      ana.write(roomId, { text: 'after', seq: 2 }),
      cleo.write(roomId, { text: 'mine', seq: 1, clock: 3 }),
    );
    expect(shown()).toEqual(['before', 'mine']);
    expect(fresh.map(({ text }) => text)).toEqual(['mine']);
    expect(unread()).toBe(2);
    // It is here all the same, acknowledged and handed on: others are given it, and nothing of the author is missing.
    expect(stored).toHaveLength(2);
    const given = ben.store.missing(roomId, { heads: [], above: null, upTo: null, after: null }, 10);
    expect(given.messages.map(({ seq, author: by }) => [by === ana.deviceId, seq])).toContainEqual([true, 2]);
    expect(ben.store.heads(roomId, null, null).heads.find(({ author: by }) => by === ana.deviceId)?.seq).toBe(2);
    expect(ben.store.gaps(roomId)).toEqual([]);
  });

  it('is not found by a search for what they wrote meanwhile', () => {
    ben.store.blockPeer(ana.deviceId);
    hear(ana.write(roomId, { text: 'needle' }));
    expect(ben.store.search('needle', {}, 10).items).toEqual([]);
    ben.store.unblockPeer(ana.deviceId);
    expect(ben.store.search('needle', {}, 10).items).toHaveLength(1);
  });

  it('cannot put new words into an old message, and can still take one back', () => {
    const [first, second] = [ana.write(roomId, { text: 'one' }), ana.write(roomId, { text: 'two', seq: 2 })];
    hear(first, second);
    ben.store.blockPeer(ana.deviceId);
    const change = { of: { author: ana.deviceId, id: first.id } };
    hear(
      ana.write(roomId, { kind: 'edit', ...change, text: 'changed', seq: 3 }),
      ana.write(roomId, { kind: 'delete', of: { author: ana.deviceId, id: second.id }, body: null, seq: 4 }),
    );
    expect(shown()).toEqual(['one', '']);
    ben.store.unblockPeer(ana.deviceId);
    expect(shown()).toEqual(['changed', '']);
  });

  it('reacts unseen', () => {
    const mine = ben.compose(roomId, 'hello');
    ben.store.blockPeer(ana.deviceId);
    const of = { author: ben.deviceId, id: mine.id };
    hear(ana.write(roomId, { kind: 'reaction', of, body: { salt: 'A'.repeat(22), emoji: '👍', on: true } as never }));
    const reactions = () => ben.store.page(roomId, undefined, 50).items[0]?.reactions;
    expect(reactions()).toEqual([]);
    ben.store.unblockPeer(ana.deviceId);
    expect(reactions()).toHaveLength(1);
  });

  it('is seen again once that is taken back: what they wrote meanwhile is shown in its place, as read', () => {
    ben.store.blockPeer(ana.deviceId);
    hear(ana.write(roomId, { text: 'meanwhile' }), cleo.write(roomId, { text: 'later', seq: 1, clock: 2 }));
    ben.store.unblockPeer(ana.deviceId);
    expect(shown()).toEqual(['meanwhile', 'later']);
    expect(unread()).toBe(1);
    expect(ben.store.page(roomId, undefined, 50).total_count).toBe(2);
    expect(blockedOf()).toEqual([]);
  });

  it('leaves no unseen message behind when it goes by its time or with the room', () => {
    ben.store.blockPeer(ana.deviceId);
    hear(ana.write(roomId, { text: 'short', expires: 60_000 }));
    ben.clock.advance(60_000);
    ben.store.expire();
    ben.store.unblockPeer(ana.deviceId);
    expect(shown()).toEqual([]);
    expect(ben.store.page(roomId, undefined, 50).total_count).toBe(0);
  });

  it('has no more unseen messages of one clock than shown ones, however they come', () => {
    const most = LIMITS.messagesPerSeqMax;
    const write = (at: number) => ana.write(roomId, { text: `${at}`, seq: at + 1, clock: 5 });
    hear(write(0), write(1));
    ben.store.blockPeer(ana.deviceId);
    const late = write(2);
    hear({ ...late, body: null });
    const many = Array.from({ length: most + 4 }, (_, at) => write(at + 3));
    expect(ben.store.record(roomId, many).refused).toBe(4 + 2);
    expect(hear(late).gained).toBe(0);
    ben.store.unblockPeer(ana.deviceId);
    expect(shown()).toHaveLength(most);
    expect(ben.store.record(roomId, many).gained).toBe(0);
  });

  it('is told to another computer of one’s own, which hides the same', () => {
    ben.store.takeBlock(ana.deviceId, 5);
    expect(ben.store.blockedPeers()).toMatchObject([{ person: ana.deviceId, blockedAt: 5 }]);
    ben.store.takeBlock(ben.deviceId, 5);
    expect(ben.store.blockedPeers()).toHaveLength(1);
  });
});

describe('a message that was hidden before it was whole (C11)', () => {
  it('stays hidden when its body comes later', () => {
    const whole = ana.write(roomId, { text: 'late' });
    ben.store.blockPeer(ana.deviceId);
    hear({ ...whole, body: null });
    hear(whole);
    expect(shown()).toEqual([]);
    ben.store.unblockPeer(ana.deviceId);
    expect(shown()).toEqual(['late']);
  });
});
