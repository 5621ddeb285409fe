import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import { newSeed, openTestStore, type TestStore, temporaryFolder } from '../testing/test-kit.ts';
import { createQueries } from './database.ts';
import { startHistory } from './history-client.ts';
import { createStatementWatch, type SlowStatement, TOLD_EVERY_MS } from './slow-statements.ts';
import { sql } from './statements.ts';

let folder: ReturnType<typeof temporaryFolder>;
let ben: TestStore;
let nowMs: number;
let told: SlowStatement[];
/** How long each statement takes from here on. */
let takesMs: number;
beforeEach(() => {
  folder = temporaryFolder();
  ben = openTestStore(join(folder.path, 'ben.db'));
  nowMs = 1_000_000;
  takesMs = 0;
  told = [];
});
afterEach(() => {
  ben.close();
  folder.remove();
});

const open = () => {
  let asked = 0;
  const watch = createStatementWatch({
    db: ben.db,
    limitMs: 50,
    now: () => nowMs,
    say: (slow) => told.push(slow),
  });
  // The second look at the clock comes after the statement.
  const now = () => {
    if (asked++ % 2 === 1) nowMs += takesMs;
    return nowMs;
  };
  return createQueries(ben.db, { ...watch, now });
};

describe('a slow statement (H2)', () => {
  it('is told of with its time, its rows and its plan', () => {
    const roomId = ben.addRoom();
    const { all, one } = open();
    one(sql.room, roomId);
    expect(told).toEqual([]);
    takesMs = 50;
    all(sql.rooms);
    expect(told).toEqual([]);
    takesMs = 50.7;
    all(sql.rooms);
    one(sql.room, roomId);
    one(sql.room, 'none');
    expect(told).toEqual([
      { name: 'rooms', durationMs: 51, rows: 1, plan: 'SCAN rooms; USE TEMP B-TREE FOR ORDER BY' },
      {
        name: 'room',
        durationMs: 51,
        rows: 1,
        plan: 'SEARCH rooms USING INDEX sqlite_autoindex_rooms_1 (room_id=?)',
      },
    ]);
  });

  it('is told of once a minute, whatever comes between', () => {
    const { run, one } = open();
    takesMs = 60;
    const roomId = ben.addRoom();
    for (let i = 0; i < 3; i++) run(sql.setDraft, 'A draft', roomId);
    one(sql.room, roomId);
    expect(told.map(({ name }) => name)).toEqual(['setDraft', 'room']);
    nowMs += TOLD_EVERY_MS;
    run(sql.setDraft, 'Another', roomId);
    expect(told.map(({ name, rows }) => [name, rows])).toEqual([
      ['setDraft', 1],
      ['room', 1],
      ['setDraft', 1],
    ]);
  });

  it('is told of without its text where it stands in no table, and lets the call go on where it has no plan', () => {
    const { one } = open();
    takesMs = 60;
    expect(one("SELECT 'A secret' AS text")).toEqual({ text: 'A secret' });
    expect(told).toEqual([{ name: 'other', durationMs: 60, rows: 1, plan: 'SCAN CONSTANT ROW' }]);
    expect(one('EXPLAIN QUERY PLAN SELECT 1')).toBeDefined();
    expect(told.at(-1)?.plan).toBe('');
  });

  it('comes into the log without anything that was asked or found', async () => {
    const lines: object[] = [];
    const log = { ...silentLog, warn: (message: string, fields?: object) => void lines.push({ message, ...fields }) };
    const file = join(folder.path, 'other.db');
    const { history } = await startHistory({ file, seed: newSeed(), log, slowStatementMs: -1 });
    await history.search('a very private pineapple', { kind: 'link' }, 10);
    await history.search('a very private pineapple', { kind: 'link' }, 10);
    await history.close();
    expect(lines.filter((line) => 'plan' in line && 'name' in line && line.name === 'wordId')).toEqual([
      {
        message: 'slow statement',
        name: 'wordId',
        durationMs: expect.any(Number),
        rows: 0,
        plan: 'SEARCH words USING COVERING INDEX sqlite_autoindex_words_1 (word=?)',
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain('pineapple');
  });
});
