import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, profileFromName } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import type { Log } from '../ports.ts';
import { author, newMessageId, openTestStore, type TestStore, temporaryFolder } from '../testing/test-kit.ts';
import { backupsOf } from './backup.ts';
import { checkInSteps } from './check-history.ts';
import type { WritableDb } from './database.ts';
import { type HistoryOpened, startHistory } from './history-client.ts';
import { openHistory } from './open-history.ts';
import type { Recovery } from './repair.ts';

const ben = profileFromName('Ben');
let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let seed: TestStore['seed'];
let roomId: RoomId;
let opened: HistoryOpened | undefined;
let other: WritableDb | undefined;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
  const store = openTestStore(file);
  store.db.pragma('synchronous = OFF');
  seed = store.seed;
  roomId = store.addRoom();
  for (let i = 1; i <= 300; i++) store.compose(roomId, `Message ${i}`);
  store.close();
});
afterEach(async () => {
  if (other?.open) other.close();
  await opened?.history.close();
  opened = undefined;
  folder.remove();
});

const start = async (
  more: { recoveredLater?: (recovery: Recovery) => void; backupDelayMs?: number; log?: Log } = {},
) => {
  opened = await startHistory({ file, seed, log: silentLog, ...more });
  return opened.history;
};
const compose = (history: HistoryOpened['history'], text: string) =>
  history.compose({ id: newMessageId(), roomId, content: { kind: 'text', text, of: null } }, ben);
/** Another program at the same file. */
const connect = () => {
  other = openTestStore(file, { seed }).db;
  return other;
};
const damageIndex = (change: string) => {
  const db = connect();
  db.unsafeMode();
  db.exec(change);
  db.close();
};

describe('a message that is written while another program holds the write lock', () => {
  it('waits, is stored in its order, and holds up no reading', async () => {
    const history = await start();
    const db = connect();
    db.exec('BEGIN IMMEDIATE');
    const order: string[] = [];
    const written = ['first', 'second', 'third'].map((text) =>
      compose(history, text).then(({ item: { seq } }) => void order.push(`${text} ${seq}`)),
    );
    const page = await history.page(roomId, undefined, 1);
    order.push(`page of ${page.total_count}`);
    db.exec("UPDATE rooms SET name = 'Changed meanwhile'; COMMIT");
    await Promise.all(written);
    expect(order).toEqual(['page of 300', 'first 301', 'second 302', 'third 303']);
  });
});

describe('entries of others', () => {
  it('are recorded in the order in which they came, those with a wrong signature left out', async () => {
    const history = await start();
    const ana = author('Ana');
    const lengths = [40, 1, 7];
    let seq = 0;
    const parts = lengths.map((length) => Array.from({ length }, () => ana.write(roomId, { seq: ++seq })));
    // Its body is not the signed one, which is seen before its signature is checked.
    const wrong = { ...ana.write(roomId, { seq: ++seq }), body: ana.write(roomId).body } as Entry;
    const order: number[] = [];
    const recorded = await Promise.all(
      [...parts, [wrong]].map((entries, at) => history.record(roomId, entries).finally(() => order.push(at))),
    );
    expect(order).toEqual([0, 1, 2, 3]);
    expect(recorded.map(({ gained, refused, forged }) => [gained, refused, forged])).toEqual([
      ...lengths.map((length) => [length, 0, 0]),
      [0, 1, 1],
    ]);
    const numbers = connect();
    const seqs = numbers.prepare('SELECT seq FROM messages WHERE mine = 0 ORDER BY number').pluck().all();
    expect(seqs).toEqual(Array.from({ length: seq - 1 }, (_, at) => at + 1));
  });

  it('that are being checked when the history closes are recorded before it does', async () => {
    const history = await start();
    const recorded = history.record(
      roomId,
      Array.from({ length: 20 }, (_, at) => author().write(roomId, { seq: at + 1 })),
    );
    await history.close();
    expect((await recorded).gained).toBe(20);
  });
});

describe('words that are deleted', () => {
  it('leave the log with the answer, one’s own and others’ (H8)', async () => {
    const history = await start();
    const inLog = (word: string) => readFileSync(`${file}-wal`).includes(word);
    const mine = (await compose(history, 'The umbrella is mine')).item;
    const ana = author('Ana');
    const theirs = ana.write(roomId, { text: 'The parasol is theirs' });
    await history.record(roomId, [theirs]);
    expect([inLog('umbrella'), inLog('parasol')]).toEqual([true, true]);
    const of = { author: mine.author, id: mine.id };
    await history.compose({ id: newMessageId(), roomId, content: { kind: 'delete', of } }, ben);
    expect([inLog('umbrella'), inLog('parasol')]).toEqual([false, false]);
    await history.record(roomId, [ana.write(roomId, { seq: 2, text: 'The parasol is gone' })]);
    expect(inLog('parasol')).toBe(true);
    const ofTheirs = { author: theirs.author, id: theirs.id };
    await history.record(roomId, [ana.write(roomId, { seq: 3, kind: 'delete', of: ofTheirs, body: null })]);
    expect(inLog('parasol')).toBe(false);
  });
});

describe('damage that shows while the history is in use', () => {
  it.each([
    ['of the index’s structure', 'DELETE FROM message_words_data WHERE id = 10'],
    ['of the index’s averages', 'DELETE FROM message_words_data WHERE id = 1'],
  ])('%s costs no message: the call that found it is made again, and the person is told', async (_, change) => {
    const told: Recovery[] = [];
    const history = await start({ recoveredLater: (recovery) => void told.push(recovery) });
    damageIndex(change);
    expect((await compose(history, 'Written on a damaged index')).item.seq).toBe(301);
    expect(told).toEqual([{ how: 'index' }]);
    expect((await history.search('damaged index', {}, 5)).total_count).toBe(1);
    expect((await history.search('Message', {}, 5)).total_count).toBe(300);
  });

  it('is found by the check beside the work, before a copy takes the place of a good backup', async () => {
    const told: Recovery[] = [];
    let found: () => void = () => {};
    const mended = new Promise<void>((resolve) => {
      found = resolve;
    });
    const history = await start({
      backupDelayMs: 300,
      recoveredLater: (recovery) => {
        told.push(recovery);
        found();
      },
    });
    damageIndex('DELETE FROM words WHERE id % 2');
    await mended;
    expect(told).toEqual([{ how: 'index' }]);
    expect((await history.search('Message', {}, 5)).total_count).toBe(300);
    for (const backup of backupsOf(file)) {
      const { db } = openHistory(backup, Date.now);
      expect(db.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(300);
      db.close();
    }
  });
});

describe('a long file', () => {
  const openLong = () => openHistory(file, Date.now, { checkedAtOnceMax: 0 });
  const pagesOf = (name: string): number[] => {
    const db = connect();
    const leaves = db.prepare<[string], number>("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'");
    const found = leaves.pluck().all(name);
    db.close();
    return found;
  };
  const zero = (page: number) => {
    const bytes = readFileSync(file);
    bytes.fill(0, (page - 1) * 4096, page * 4096);
    writeFileSync(file, bytes);
  };
  const codeOf = (db: WritableDb): unknown => {
    try {
      let steps = 0;
      for (const _ of checkInSteps(db)) steps++;
      return steps > 3;
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error;
    } finally {
      db.close();
    }
  };

  it('is not read from end to end before it is used, and wholly in steps afterwards', () => {
    const { db, checked, recovered } = openLong();
    expect({ checked, recovered }).toEqual({ checked: false, recovered: null });
    expect(codeOf(db)).toBe(true);
  });

  it.each(['rooms', 'pins', 'spans', 'authors', 'names', 'messages_in_order', 'message_words_config'])(
    'shows damage at an edge of %s at once',
    (name) => {
      zero(pagesOf(name).at(-1) ?? 0);
      expect(openLong().recovered).not.toBeNull();
    },
  );

  it.each(['messages', 'messages_in_order', 'messages_by_author', 'messages_by_id', 'message_words_data'])(
    'shows damage in the middle of %s in the steps, where the first look missed it',
    (name) => {
      const pages = pagesOf(name);
      const page = pages[Math.floor(pages.length / 2)] ?? 0;
      const { db } = openLong();
      db.close();
      zero(page);
      const { db: damaged, recovered } = openLong();
      if (recovered) damaged.close();
      else expect(codeOf(damaged)).toMatch(/SQLITE_CORRUPT|history-damaged/);
    },
  );
});
