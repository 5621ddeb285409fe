import { join } from 'node:path';
import { type EntryContent, HISTORY_START, profileFromName, RoomName } from '@parley/shared/model';
import { CallId, MessageId, type RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signingKeyOf } from '../identity/ed25519.ts';
import { author, newMessageId, openTestStore, type TestStore, temporaryFolder } from '../testing/test-kit.ts';
import { planOnce } from './database.ts';
import { createHistoryStore, type HistoryStore } from './history-store.ts';
import { planOf } from './slow-statements.ts';
import { sql } from './statements.ts';

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

/** Statements that read something from end to end: the lists of rooms, of servers and of people with several computers are all of them. */
const WHOLE: Readonly<Record<string, string[]>> = {
  rooms: ['SCAN rooms'],
  servers: ['SCAN servers'],
  blocks: ['SCAN blocks'],
  // A row for each device that ever wrote in a room, read when somebody is unblocked.
  authorDevices: ['SCAN authors'],
  pins: ['SCAN pins'],
  unsignedNames: ['SCAN r'],
  computerLists: ['SCAN computer_lists'],
  computerDevices: ['SCAN computer_devices'],
  computerLeaves: ['SCAN computer_leaves'],
  computersInDoubt: ['SCAN computers_in_doubt'],
  // One row for each page of the index.
  messageWordsSegments: ['SCAN message_words_idx'],
  wordPartsSegments: ['SCAN word_parts_idx'],
  // The numbers of one page.
  searchFiles: ['SCAN f'],
};

/** Statements whose rows come in the order of no index, and how often they are sorted. */
const SORTED: Readonly<Record<string, number>> = {
  // A handful of rooms.
  rooms: 1,
  // The people who were met, when the person looks at them.
  pins: 1,
  // The numbers of the files of all rooms, which are few, and a page of them.
  searchFiles: 2,
};

/** Statements that go through messages by their numbers, and the reason why each may. */
const WALKS: Readonly<Record<string, string>> = {
  searchAll: 'a word that is in almost every message: the newest are read until a page is full, 4,000 at most',
  indexedAbove: 'the sizes of rooms, which are asked for some thousand messages at a time',
  indexedOfRoom: 'a room that is deleted, some hundred messages at a time',
  indexedBetween: 'the daily check of the search index, for a range of numbers',
};

/** The steps of a plan that read messages from end to end: all of them, or all above or below a number. */
function walksIn(text: string): string[] {
  const names = [...text.matchAll(/\bmessages(?: (?:AS )?([a-z]+)\b)?/g)].flatMap(([, alias]) => ['messages', alias]);
  return planOf(ben.db, text).filter((step) => {
    const [, how, name] = /^(SCAN|SEARCH) (\w+)/.exec(step) ?? [];
    if (!names.includes(name)) return false;
    return how === 'SCAN' ? !step.includes('VIRTUAL TABLE INDEX') : / \(rowid[<>]\?/.test(step);
  });
}

describe('every statement (H2)', () => {
  it('hides its parameters from the planner, and has no sign of one in a literal', () => {
    expect(planOnce('SELECT ? WHERE a = @a AND b IN (?, ?)')).toBe('SELECT +? WHERE a = +@a AND b IN (+?, +?)');
    const literals = Object.values(sql).flatMap((text) => text.match(/'[^']*'/g) ?? []);
    expect(literals.filter((literal) => /[?@]/.test(literal))).toEqual([]);
  });

  it.each(['newestName', 'names', 'unsignedNames'] as const)('%s reads names of rooms alone', (name) => {
    expect(planOf(ben.db, sql[name]).join('\n')).toContain('messages_names (room=?');
  });

  it.each(['newestMissed', 'countMissed'] as const)('%s reads missed calls alone', (name) => {
    expect(planOf(ben.db, sql[name]).join('\n')).toContain('messages_missed (room=?');
  });

  it.each(['countAtClock', 'showHidden'] as const)('%s finds hidden messages by their author', (name) => {
    expect(planOf(ben.db, sql[name]).join('\n')).toContain('messages_hidden (author=?');
  });

  const about = ['noteReacted', 'entriesAbout', 'reactionsTo', 'countAbout', 'callFacts'] as const;
  it.each(about)('%s finds entries by their message', (name) => {
    // Found by the room alone, each message would read all of the room's.
    expect(planOf(ben.db, sql[name]).join('\n')).toContain('messages_about (of_author=? AND of_id=?');
  });

  it.each(Object.entries(sql))('%s runs on an index', (name, text) => {
    const plan = planOf(ben.db, text);
    const scans = plan.filter(
      (detail) => /SCAN/.test(detail) && !/VIRTUAL TABLE INDEX|CONSTANT ROW|\(subquery/.test(detail),
    );
    expect(scans).toEqual(WHOLE[name] ?? []);
    expect(walksIn(text)).toHaveLength(name in WALKS ? 1 : 0);
    // Messages of one clock are few and are sorted; everything else comes in the order of an index.
    const sorted = plan.filter((detail) => /TEMP B-TREE/.test(detail) && !/FOR LAST (2 )?TERMS? OF/.test(detail));
    expect(sorted).toHaveLength(SORTED[name] ?? 0);
  });

  it('finds files without looking at other messages', () => {
    expect(planOf(ben.db, sql.searchFiles).join('\n')).toContain(
      'SEARCH messages USING INDEX messages_about (of_author=? AND of_id=? AND kind=?)',
    );
  });

  it('would be found reading all messages', () => {
    const walking = [
      'SELECT text FROM messages WHERE text LIKE ?',
      'SELECT m.text FROM messages m WHERE m.sent_at > ? ORDER BY m.number',
      'SELECT count(*) FROM messages',
      'SELECT m.id FROM rooms r JOIN messages m ON m.edited = r.number WHERE r.room_id = ?',
      'SELECT m.id FROM messages m WHERE m.number > @above AND m.text = @text',
    ];
    expect(walking.filter((text) => walksIn(text).length === 0)).toEqual([]);
  });
});

describe('what a journey runs (H2)', () => {
  /** A store that notes every statement it runs, beside Ben's own. */
  function noting(): { store: HistoryStore; ran: () => string[] } {
    const texts = new Set<string>();
    const watch = { now: () => 0, ran: (text: string) => void texts.add(text) };
    const store = createHistoryStore({ db: ben.db, key: signingKeyOf(ben.seed), now: ben.clock.now, watch });
    return { store, ran: () => [...texts].splice(0) };
  }
  const profile = profileFromName('Ben');
  const eve = author('Eve');
  const reactionBy = (seq: number, of: { author: typeof eve.deviceId; id: ReturnType<typeof newMessageId> }) =>
    eve.write(roomId, { seq, kind: 'reaction', of, body: { salt: 'AAAAAAAAAAAAAAAAAAAAAA', emoji: '👍', on: true } });

  type Journey = (store: HistoryStore) => void;
  const journeys: Record<string, Journey> = {
    page: (store) => {
      store.rooms();
      const { cursor, items } = store.page(roomId, undefined, 2);
      if (cursor) store.page(roomId, cursor, 2);
      store.pageAfter(roomId, HISTORY_START, 2);
      store.firstUnread(roomId);
      const [item] = items;
      if (item) store.around(roomId, { author: item.author, id: item.id }, 4);
      store.gaps(roomId);
      store.roomChanges(roomId);
      store.unsignedNames();
      store.authors(roomId);
      store.firstSince(roomId, 5);
    },
    search: (store) => {
      store.search('hel', { roomId, author: eve.deviceId, from: 0, until: 9e12 }, 5);
      store.search('e', { kind: 'link' }, 5);
      store.search('', { kind: 'file' }, 5);
      store.search('"hello there"', {}, 1);
    },
    compose: (store) => {
      const compose = (content: EntryContent) => {
        ben.clock.advance(1_000);
        return store.compose({ id: newMessageId(), roomId, content }, profile).item;
      };
      const { author: by, id } = compose({ kind: 'text', text: 'Mine', of: null });
      const of = { author: by, id };
      compose({ kind: 'text', text: 'An answer', of });
      compose({ kind: 'reaction', of, emoji: '👍', on: true });
      compose({ kind: 'edit', of, text: 'Changed' });
      compose({ kind: 'delete', of });
      compose({ kind: 'timer', of: null, lifetimeMs: 60_000 });
      compose({ kind: 'name', of: null, name: RoomName.parse('Garden') });
    },
    call: (store) => {
      const callId = CallId.parse(newMessageId());
      ben.clock.advance(1_000);
      const id = MessageId.parse(callId);
      store.compose({ id, roomId, content: { kind: 'call', callId, of: null } }, profile);
      store.joinCall(roomId, callId);
      store.compose({ id: newMessageId(), roomId, content: { kind: 'hangup', callId, lengthMs: 5 } }, profile);
      const theirs = eve.write(roomId, { seq: 11, kind: 'call', body: { salt: 'A'.repeat(22) } } as never);
      store.record(roomId, [theirs]);
      store.joinCall(roomId, CallId.parse(theirs.id));
      store.keepCallTimeline(roomId, callId, { lengthMs: 5, people: [] });
      store.callTimeline(roomId, callId);
      store.rooms();
    },
    record: (store) => {
      const first = eve.write(roomId, { seq: 11, text: 'Hello there' });
      const of = { author: eve.deviceId, id: first.id };
      store.record(roomId, [
        first,
        reactionBy(12, of),
        eve.write(roomId, { seq: 13, kind: 'edit', of, body: { salt: 'AAAAAAAAAAAAAAAAAAAAAA', text: 'Hello again' } }),
        eve.write(roomId, { seq: 14, kind: 'delete', of, body: null }),
      ]);
    },
    'catch up': (store) => {
      const { heads } = store.heads(roomId, null, null);
      store.missing(roomId, { heads: [], above: null, upTo: null, after: null }, 50);
      store.markHeads(roomId, eve.deviceId, heads);
      const held = store.heldIds(roomId, { author: eve.deviceId, first: 1, last: 5 });
      store.missingAmong(roomId, { ...held, ids: [] }, 50);
    },
    receipts: (store) => {
      const { items } = store.page(roomId, undefined, 5);
      const own = items.filter(({ mine }) => mine).map(({ id }) => id);
      store.mark(roomId, eve.deviceId, 'read', own);
      const [first, last] = [items[0], items.at(-1)];
      if (first && last) {
        store.markSeen(roomId, { from: first, upTo: last });
        store.receivers(roomId, { author: ben.deviceId, id: own[0] ?? first.id });
      }
    },
    sweeping: (store) => {
      store.setKeep(roomId, 86_400_000);
      ben.clock.advance(9e10);
      store.expire();
      store.forget(ben.clock.now());
    },
  };

  beforeEach(() => {
    const written = Array.from({ length: 10 }, (_, at) => eve.write(roomId, { seq: at + 1, text: `Hello ${at}` }));
    ben.store.record(roomId, written);
    ben.compose(roomId, 'Hello from Ben: https://parley.example');
  });

  it.each(Object.entries(journeys))('%s', (_, journey) => {
    const { store, ran } = noting();
    journey(store);
    const texts = ran();
    expect(texts.length).toBeGreaterThan(2);
    const known = new Map<string, string>(Object.entries(sql).map(([name, text]) => [text, name]));
    // Only what stands in the table is asked for its plan above.
    expect(texts.filter((text) => !known.has(text))).toEqual([]);
    const walking = texts.filter((text) => walksIn(text).length > 0).map((text) => known.get(text));
    expect(walking.filter((name) => name !== 'searchAll')).toEqual([]);
  });
});
