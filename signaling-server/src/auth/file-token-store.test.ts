import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileTokenStore, TokenFileError } from './file-token-store.ts';
import type { TokenRecord } from './token-record.ts';

const record = (n: number): TokenRecord => ({
  id: `right${String(n).padStart(7, '0')}`,
  name: `Person ${n}`,
  createdAt: 1,
  endsAt: null,
  generation: 1,
  rotatedAt: 1,
  lastUsedAt: null,
  revokedAt: null,
  why: null,
});

describe('the file of tokens', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-tokens-'));
    path = join(folder, 'deep', 'tokens.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made when it is needed, for its owner alone', async () => {
    const store = new FileTokenStore(path);
    expect(await store.list()).toEqual([]);
    await store.add(record(1));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await new FileTokenStore(path).read(record(1).id)).toEqual(record(1));
  });

  it('loses no change of two programs at the same time', async () => {
    const stores = [new FileTokenStore(path), new FileTokenStore(path)];
    await stores[0]?.add(record(0));
    const raise = (before: TokenRecord) => ({ ...before, generation: before.generation + 1 });
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const store = stores[i % 2] as FileTokenStore;
        return i < 10 ? store.update(record(0).id, raise) : store.add(record(i));
      }),
    );
    const all = await new FileTokenStore(path).list();
    expect(all).toHaveLength(11);
    expect(all.find(({ id }) => id === record(0).id)?.generation).toBe(11);
    // What the other program changed is seen without a restart.
    expect(await stores[0]?.list()).toHaveLength(11);
  });

  it('is left alone when it is not what it should be', async () => {
    const store = new FileTokenStore(path);
    await store.add(record(1));
    for (const content of ['{"version":1,"tok', '{"version":2,"tokens":[]}', '[]', '{"version":1,"tokens":[{}]}']) {
      writeFileSync(path, content);
      await expect(store.list(), content).rejects.toThrow(TokenFileError);
      await expect(store.add(record(2)), content).rejects.toThrow(TokenFileError);
      expect(readFileSync(path, 'utf8')).toBe(content);
    }
  });

  it('is not locked for ever by a program that died', async () => {
    const store = new FileTokenStore(path);
    await store.add(record(1));
    writeFileSync(`${path}.lock`, '');
    utimesSync(`${path}.lock`, 1, 1);
    await store.add(record(2));
    expect(await store.list()).toHaveLength(2);
    // One that died while it took a stale lock over does not hold that for ever either.
    const [holder, taker] = [randomUUID(), randomUUID()];
    for (const [name, id] of [
      [`${path}.lock`, holder],
      [`${path}.lock.${holder}`, taker],
    ] as const) {
      writeFileSync(name, id);
      utimesSync(name, 1, 1);
    }
    await store.add(record(3));
    expect(await store.list()).toHaveLength(3);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['tokens.json']);
  });

  it('is changed by one at a time, also when many find the same stale lock', async () => {
    await new FileTokenStore(path).add(record(0));
    const raise = (before: TokenRecord) => ({ ...before, generation: before.generation + 1 });
    for (let round = 1; round <= 5; round++) {
      writeFileSync(`${path}.lock`, round % 2 === 0 ? '' : randomUUID());
      utimesSync(`${path}.lock`, 1, 1);
      await Promise.all(Array.from({ length: 12 }, () => new FileTokenStore(path).update(record(0).id, raise)));
      expect((await new FileTokenStore(path).read(record(0).id))?.generation).toBe(1 + 12 * round);
    }
    expect(readdirSync(join(folder, 'deep'))).toEqual(['tokens.json']);
  });

  it('is not changed by a program whose lock was taken over, and the other’s lock stays', async () => {
    const store = new FileTokenStore(path);
    await store.add(record(1));
    const other = randomUUID();
    const slow = store.update(record(1).id, (before) => {
      writeFileSync(`${path}.lock`, other);
      return { ...before, generation: 2 };
    });
    await expect(slow).rejects.toThrow(TokenFileError);
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe(other);
    expect(readdirSync(join(folder, 'deep')).sort()).toEqual(['tokens.json', 'tokens.json.lock']);
    expect(await store.read(record(1).id)).toEqual(record(1));
  });

  it('keeps its owner and its mode', async () => {
    const store = new FileTokenStore(path);
    await store.add(record(1));
    chmodSync(path, 0o640);
    // Only root can give a file away.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(path, 4_321, 4_322);
    const before = statSync(path);
    await store.add(record(2));
    const { mode, uid, gid } = statSync(path);
    expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid });
  });
});
