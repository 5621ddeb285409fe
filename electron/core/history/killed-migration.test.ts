import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RoomId } from '@parley/shared/protocol';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newDeviceId, newRoomId, openTestStore, temporaryFolder } from '../testing/test-kit.ts';
import { createQueries } from './database.ts';
import { up as compact } from './migrations/0012-compact.ts';
import { migrations } from './migrations/index.ts';
import { addOldRoom, makeOldHistory } from './migrations/testing/test-old-history.ts';
import { createSearchIndex } from './search-index.ts';

/** The version before messages lay as bytes: its migration rewrites the whole table. */
const VERSION = migrations.indexOf(compact);
const MESSAGES = 10_000;

let folder: ReturnType<typeof temporaryFolder>;
let old: string;
let roomId: RoomId;
/** What each step of the migration is; a step is named by its place, from 1 on. */
let steps: string[];
let child: ChildProcess | undefined;

/** Runs the migration in a process of its own; answers what it said, or null where it was killed. */
async function migrate(file: string, how: 'count' | 'at' | 'in' = 'count', step = 0): Promise<string | null> {
  const script = join(import.meta.dirname, '../testing/children/migrate.ts');
  const migrating = spawn(process.execPath, [script, file, how, String(step)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = migrating;
  let said = '';
  migrating.stdout.on('data', (data: Buffer) => {
    said += data.toString();
    if (how === 'in') migrating.kill('SIGKILL');
  });
  await once(migrating, 'close');
  child = undefined;
  return migrating.signalCode === 'SIGKILL' ? null : said;
}

beforeAll(async () => {
  folder = temporaryFolder();
  old = join(folder.path, 'old.db');
  roomId = newRoomId();
  const author = newDeviceId();
  makeOldHistory(old, VERSION, (db) => {
    addOldRoom(db, roomId);
    const index = createSearchIndex(createQueries(db));
    const add = db.prepare(
      `INSERT INTO messages (number, id, room_id, author, author_name, seq, clock, sent_at, text, sig, mine, state, recorded_at,
                             salt, digest)
       VALUES (@number, @id, @roomId, @author, 'Ana', @number, @number, 5, @text, @sig, 0, 2, 6, @salt, '')`,
    );
    const random = (bytes: number) => randomBytes(bytes).toString('base64url');
    for (let number = 1; number <= MESSAGES; number++) {
      const text = `Message ${number} of many`;
      add.run({ number, id: random(16), roomId, author, text, sig: random(64), salt: random(16) });
      index.add({ number, roomId, author, sentAt: 5, text });
    }
    db.prepare('INSERT INTO spans VALUES (?, ?, 1, ?, ?)').run(roomId, author, MESSAGES, Buffer.alloc(16));
    db.prepare('UPDATE rooms SET message_count = ?, entry_count = ?').run(MESSAGES, MESSAGES);
  });
  const counting = join(folder.path, 'counting.db');
  copyFileSync(old, counting);
  steps = z.array(z.string()).parse(JSON.parse((await migrate(counting)) ?? ''));
}, 120_000);
afterEach(() => {
  child?.kill('SIGKILL');
});
afterAll(() => folder.remove());

const versionOf = (file: string): unknown => {
  const db = new Database(file, { readonly: true });
  try {
    return db.pragma('user_version', { simple: true });
  } finally {
    db.close();
  }
};
const textsIn = (file: string): string[] => {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare<[], string>('SELECT text FROM messages ORDER BY number').pluck().all();
  } finally {
    db.close();
  }
};

/** Kills a migration at a step and opens the history again. */
async function killAt(how: 'at' | 'in', step: number): Promise<void> {
  const file = join(folder.path, `${how}-${step}.db`);
  copyFileSync(old, file);
  const last = await migrate(file, how, step);
  // A process that only begins a step may be through before it is killed.
  if (how === 'at') expect(last).toBeNull();

  // What the next start finds is the one or the other, and whole.
  const renewed = `${file}.renewed`;
  const found = existsSync(renewed) ? renewed : file;
  expect([VERSION, migrations.length]).toContain(versionOf(found));
  expect(textsIn(found)).toHaveLength(MESSAGES);

  const ben = openTestStore(file);
  expect(ben.recovered).toBeNull();
  expect(versionOf(file)).toBe(migrations.length);
  expect(textsIn(file)).toEqual(textsIn(old));
  expect(ben.store.page(roomId, undefined, 1)).toMatchObject({ total_count: MESSAGES, has_more: true });
  expect(ben.store.search(`${step + 1_000}`, {}, 5).items.map(({ item }) => item.text)).toContain(
    `Message ${step + 1_000} of many`,
  );
  expect(ben.db.pragma('integrity_check', { simple: true })).toBe('ok');
  ben.close();
  // Nothing that was begun is left, and the earlier file stays as a backup.
  const left = readdirSync(folder.path).filter((name) => name.startsWith(`${how}-${step}.db.`));
  expect(left).toEqual([`${how}-${step}.db.backup-v${VERSION}`]);
}

/** Some of the steps, always the same of as many. */
function some(count: number, seed: number): number[] {
  const chosen = new Set<number>();
  for (let state = seed; chosen.size < count; ) {
    state = (state * 48_271) % 2_147_483_647;
    chosen.add(1 + (state % steps.length));
  }
  return [...chosen].sort((left, right) => left - right);
}

describe('a migration of ten thousand messages that is killed (H1, P9)', () => {
  it('loses nothing, whatever step it was killed before', async () => {
    expect(steps.filter((step) => step === 'messages').length).toBeGreaterThan(10);
    for (const step of some(6, 20_871)) await killAt('at', step);
  }, 120_000);

  it('loses nothing, killed in the middle of a step', async () => {
    for (const step of some(3, 900_417)) await killAt('in', step);
  }, 120_000);

  it('loses nothing where the new file takes the place of the old one', async () => {
    const renames = steps.flatMap((step, at) => (step === 'renameSync' ? [at + 1] : []));
    // The backup, the copy that is whole, and that copy under the name of the history.
    expect(renames).toHaveLength(3);
    for (const step of renames.slice(1).flatMap((rename) => [rename, rename + 1])) await killAt('at', step);
  }, 120_000);
});
