import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
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
  });
});
