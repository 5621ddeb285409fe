import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { profileFromName } from '@parley/shared/model';
import { ParleyError, RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import { newMessageId, newSeed, openTestStore, temporaryFolder } from '../testing/test-kit.ts';
import { fromBlob } from './blobs.ts';
import { startHistory } from './history-client.ts';
import { asHistoryError } from './history-errors.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
});
afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
  folder.remove();
});

const profile = profileFromName('Ben');
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'nothing was thrown';
  } catch (error) {
    return asHistoryError(error).code;
  }
};
/** An Error rather than a rejection, so that a test can look at it. */
const rejectionOf = (promise: Promise<unknown>) =>
  promise.then(
    () => new Error('it was fulfilled'),
    (error: unknown) => (error instanceof ParleyError ? error.code : error),
  );

describe('an acknowledged message (H1, P9)', () => {
  it('is there after the process was killed in the middle of writing', async () => {
    const composing = spawn(process.execPath, [join(import.meta.dirname, '../testing/children/compose.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = composing;
    const acknowledged: string[] = [];
    for await (const line of createInterface(composing.stdout)) {
      acknowledged.push(line);
      if (acknowledged.length === 150) composing.kill('SIGKILL');
    }
    if (composing.exitCode === null && composing.signalCode === null) await once(composing, 'exit');
    expect(composing.signalCode).toBe('SIGKILL');
    expect(acknowledged.length).toBeGreaterThanOrEqual(150);

    const { db, recovered, close } = openTestStore(file);
    expect(recovered).toBeNull();
    const stored = new Set(db.prepare<[], Buffer>('SELECT id FROM messages').pluck().all().map(fromBlob));
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    // Each counter agrees with what is there.
    const wrong = db.prepare(`
      SELECT room_id FROM rooms r
      WHERE message_count <> (SELECT count(*) FROM messages m WHERE m.room = r.number)
         OR top_clock <> (SELECT coalesce(max(clock), 0) FROM messages m WHERE m.room = r.number)`);
    expect(wrong.all()).toEqual([]);
    close();
  });

  it('stays whole on a full disk, and writing goes on once there is room again', () => {
    const ben = openTestStore(file);
    const roomId = ben.addRoom();
    const first = ben.compose(roomId, 'Before');
    const pages = Number(ben.db.pragma('page_count', { simple: true }));
    ben.db.pragma(`max_page_count = ${pages + 4}`);
    const stored = [first.id];
    let code = '';
    while (code === '') {
      ben.clock.advance(1_000);
      const id = newMessageId();
      try {
        ben.store.compose({ id, roomId, content: { kind: 'text', text: `${id} `.repeat(30), of: null } }, profile);
        stored.push(id);
      } catch (error) {
        code = asHistoryError(error).code;
      }
    }
    expect(code).toBe('disk-full');
    expect(ben.store.page(roomId, undefined, 200).items.map(({ id }) => id)).toEqual(stored);
    expect(ben.db.pragma('quick_check', { simple: true })).toBe('ok');
    ben.db.pragma('max_page_count = 1000000');
    expect(ben.compose(roomId, 'After').seq).toBe(stored.length + 1);
    ben.close();
  });

  it('can still be read where nothing can be written', () => {
    const ben = openTestStore(file);
    const roomId = ben.addRoom();
    ben.compose(roomId, 'Before');
    ben.db.pragma('query_only = ON');
    expect(codeOf(() => ben.compose(roomId, 'Not possible'))).toBe('disk-read-only');
    expect(ben.store.page(roomId, undefined, 10).items.map(({ text }) => text)).toEqual(['Before']);
    ben.close();
  });
});

describe('the history thread', () => {
  const start = () => startHistory({ file, seed: newSeed(), log: silentLog });
  const roomId = RoomId.parse('AAAAAAAAAAAAAAAAAAAAAA');

  it('gives refusals back with their code and their time', async () => {
    const { history } = await start();
    expect(await rejectionOf(history.page(roomId, undefined, 10))).toBe('room-unknown');
    await history.close();
  });

  it('answers every call that was asked before it was closed, and none after', async () => {
    const { history } = await start();
    const rooms = history.rooms();
    const closed = history.close();
    expect(await rooms).toEqual([]);
    await closed;
    expect(await rejectionOf(history.rooms())).toBe('internal');
    await history.close();
  });

  it('says why a file cannot be opened', async () => {
    const other = openTestStore(file);
    other.db.pragma('user_version = 99');
    other.close();
    expect(await rejectionOf(start())).toBe('history-from-future');
    file = join(file, 'a-file-is-no-folder', 'history.db');
    expect(await rejectionOf(start())).toBe('disk-read-only');
  });

  it('tells of slow calls by name and duration, never by content', async () => {
    const lines: unknown[] = [];
    const log = { ...silentLog, warn: (message: string, fields?: object) => void lines.push({ message, ...fields }) };
    const { history } = await startHistory({ file, seed: newSeed(), log, slowQueryMs: -1 });
    await history.search('a very private pineapple', {}, 10);
    await history.close();
    expect(lines).toContainEqual({ message: 'slow history call', name: 'search', durationMs: expect.any(Number) });
    expect(JSON.stringify(lines)).not.toContain('pineapple');
  });
});
