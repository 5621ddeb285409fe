import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteTokenStore, TokenFileError } from './sqlite-token-store.ts';
import type { TokenRecord } from './token-record.ts';

const record = (n: number): TokenRecord => ({
  id: `right${String(n).padStart(7, '0')}`,
  name: `Person ${n}`,
  createdAt: 1,
  endsAt: null,
  generation: 1,
  usedGeneration: 0,
  rotatedAt: 1,
  lastUsedAt: null,
  revokedAt: null,
  why: null,
});
const raise = (before: TokenRecord) => ({ ...before, generation: before.generation + 1 });

describe('the file of tokens (S11)', () => {
  let folder: string;
  let path: string;
  const opened: SqliteTokenStore[] = [];
  const open = () => {
    const store = new SqliteTokenStore(path);
    opened.push(store);
    return store;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-tokens-'));
    path = join(folder, 'deep', 'tokens.db');
  });
  afterEach(() => {
    for (const store of opened.splice(0)) store.close();
    rmSync(folder, { recursive: true });
  });

  it('is made when it is needed, for its owner alone', async () => {
    const store = open();
    expect(await store.list()).toEqual([]);
    expect(await store.read(record(1).id)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
    await store.add(record(1));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await open().read(record(1).id)).toEqual(record(1));
    expect(readdirSync(join(folder, 'deep'))).toEqual(['tokens.db']);
  });

  it('loses no change of two programs at the same time', async () => {
    const stores = [open(), open()];
    await stores[0]?.add(record(0));
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const store = stores[i % 2] as SqliteTokenStore;
        return i < 10 ? store.update(record(0).id, raise) : store.add(record(i));
      }),
    );
    const all = await open().list();
    expect(all).toHaveLength(11);
    expect(all.find(({ id }) => id === record(0).id)?.generation).toBe(11);
  });

  it('waits for another program without holding up the server', async () => {
    const store = open();
    await store.add(record(0));
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    const reading = store.read(record(0).id);
    let turned = false;
    setImmediate(() => {
      turned = true;
      other.exec('COMMIT');
      other.close();
    });
    expect(await reading).toEqual(record(0));
    expect(turned).toBe(true);
  });

  it('changes nothing where the change is refused or fails', async () => {
    const store = open();
    await store.add(record(0));
    expect(await store.update(record(0).id, () => undefined)).toEqual(record(0));
    expect(await store.update('right0000009', raise)).toBeUndefined();
    const failing = store.update(record(0).id, () => {
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    expect((await store.update(record(0).id, raise))?.generation).toBe(2);
  });

  it('refuses a file that is something else, and leaves it as it was', async () => {
    path = join(folder, 'notes.txt');
    writeFileSync(path, 'Dear diary,\n'.repeat(100));
    for (const attempt of [open().list(), open().add(record(1))]) {
      await expect(attempt).rejects.toThrow(TokenFileError);
      await expect(attempt).rejects.toThrow('no file of Parley’s tokens');
    }
    expect(readFileSync(path, 'utf8')).toContain('Dear diary');
  });

  it('says so within a second when another program holds it, and goes on after that', async () => {
    const store = open();
    await store.add(record(0));
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    await expect(store.update(record(0).id, raise)).rejects.toThrow('another program holds it');
    other.exec('ROLLBACK');
    other.close();
    expect((await store.update(record(0).id, raise))?.generation).toBe(2);
  });

  it.runIf(process.getuid?.() === 0)('keeps owner and mode when root changes it', async () => {
    const store = open();
    await store.add(record(0));
    chownSync(path, 1234, 1235);
    chmodSync(path, 0o640);
    await store.update(record(0).id, raise);
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 1235 });
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['tokens.db']);
  });
});
