import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import type { Log } from '../ports.ts';
import { newSeed, openTestStore, type TestStore, temporaryFolder } from '../testing/test-kit.ts';
import { BACKUP_EVERY_MS, backUpIfOld, backupsOf } from './backup.ts';
import { startHistory } from './history-client.ts';
import { forgetCopies } from './history-files.ts';
import { SEGMENTS_MAX } from './merge-index.ts';
import { sql } from './statements.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let ben: TestStore;
let roomId: RoomId;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
  ben = openTestStore(file);
  roomId = ben.addRoom();
});
afterEach(() => {
  if (ben.db.open) ben.close();
  folder.remove();
});

const textsIn = (path: string): string[] => {
  const copy = openTestStore(path);
  const texts = copy.store.page(roomId, undefined, 50).items.map(({ text }) => text);
  copy.close();
  return texts;
};
const age = (path: string, byMs: number) => {
  const at = new Date(Date.now() - byMs);
  utimesSync(path, at, at);
};
const newest = () => backupsOf(file)[0] ?? '';

describe('a backup', () => {
  it('is a whole copy that nobody else can read, with what is still in the log', async () => {
    ben.compose(roomId, 'Kept');
    expect(await backUpIfOld(ben.db, file, Date.now())).toBe(true);
    expect(textsIn(newest())).toEqual(['Kept']);
    if (process.platform !== 'win32') expect(statSync(newest()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is made once a day, and the one before stays beside it', async () => {
    ben.compose(roomId, 'Monday');
    await backUpIfOld(ben.db, file, Date.now());
    ben.compose(roomId, 'Tuesday');
    expect(await backUpIfOld(ben.db, file, Date.now())).toBe(false);
    age(newest(), BACKUP_EVERY_MS + 1_000);
    expect(await backUpIfOld(ben.db, file, Date.now())).toBe(true);
    expect(backupsOf(file).map(textsIn)).toEqual([['Monday', 'Tuesday'], ['Monday']]);
  });

  it('that cannot be made leaves the older ones as they were', async () => {
    ben.compose(roomId, 'Kept');
    await backUpIfOld(ben.db, file, Date.now());
    const before = readFileSync(newest());
    age(newest(), BACKUP_EVERY_MS + 1_000);
    const copying = backUpIfOld(ben.db, file, Date.now());
    ben.close();
    await expect(copying).rejects.toThrow();
    expect(backupsOf(file)).toHaveLength(1);
    expect(readFileSync(newest())).toEqual(before);
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('takes the place of a damaged file', async () => {
    ben.compose(roomId, 'Kept');
    await backUpIfOld(ben.db, file, Date.now());
    ben.close();
    writeFileSync(file, 'Not a database any more, and long enough to be looked at as if it were one.'.repeat(99));
    const again = openTestStore(file, { seed: ben.seed });
    expect(again.recovered?.how).toBe('backup');
    expect(again.store.page(roomId, undefined, 10).total_count).toBe(1);
    again.close();
  });

  it('is forgotten with the others', async () => {
    await backUpIfOld(ben.db, file, Date.now());
    age(newest(), BACKUP_EVERY_MS + 1_000);
    await backUpIfOld(ben.db, file, Date.now());
    expect(backupsOf(file)).toHaveLength(2);
    forgetCopies(file);
    expect(backupsOf(file)).toEqual([]);
  });
});

describe('the history’s thread', () => {
  it('makes a backup by itself, and none holds a room that was deleted', async () => {
    const secret = 'The key lies under the third flower pot';
    ben.compose(roomId, secret);
    ben.close();
    let told: () => void = () => {};
    const log: Log = {
      ...silentLog,
      info: (message) => {
        if (message === 'history backed up') told();
      },
    };
    const backedUp = () =>
      new Promise<void>((resolve) => {
        told = resolve;
      });
    const first = backedUp();
    const { history } = await startHistory({ file, seed: newSeed(), log, backupDelayMs: 0 });
    await first;
    expect(readFileSync(newest()).includes(secret)).toBe(true);
    const second = backedUp();
    await history.deleteRoom(roomId);
    await second;
    await history.close();
    expect(backupsOf(file)).toHaveLength(1);
    for (const path of [file, `${file}-wal`, ...backupsOf(file)]) {
      if (existsSync(path)) expect(readFileSync(path).includes(secret), path).toBe(false);
    }
  });

  it('merges the segments of the search index afterwards, where they are many', async () => {
    // FTS5 is kept from merging them as it goes.
    ben.db.prepare(sql.messageWordsOption).run('automerge', 0n);
    for (let i = 0; i < 12; i++) ben.compose(roomId, `Message ${i} word${i}`);
    const reader = openTestStore(file);
    const segments = () => reader.db.prepare('SELECT count(DISTINCT segid) FROM message_words_idx').pluck().get();
    ben.close();
    expect(segments()).toBeGreaterThan(SEGMENTS_MAX);
    const { history } = await startHistory({ file, seed: newSeed(), log: silentLog, backupDelayMs: 0 });
    await vi.waitFor(() => expect(segments()).toBe(1), { timeout: 10_000, interval: 20 });
    await history.close();
    reader.close();
    expect(backupsOf(file)).toHaveLength(1);
  });

  it('closes while a copy is under way', async () => {
    for (let i = 0; i < 300; i++) ben.compose(roomId, `Message ${i}`);
    ben.close();
    const { history } = await startHistory({ file, seed: newSeed(), log: silentLog, backupDelayMs: 0 });
    await history.close();
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
