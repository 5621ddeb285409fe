import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSeed, temporaryFolder } from '../testing/test-kit.ts';
import { openFileSecretStore } from './file-secret-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe('the secret store in a file', () => {
  it('unwraps what it wrapped, also after a restart', async () => {
    const file = join(folder.path, 'secret.key');
    const secret = newSeed();
    const wrapped = await openFileSecretStore(file).wrap(secret);
    expect(Buffer.from(wrapped).includes(Buffer.from(secret))).toBe(false);
    expect(await openFileSecretStore(file).unwrap(wrapped)).toEqual(secret);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file)).toHaveLength(32);
  });

  it('wraps the same secret differently each time', async () => {
    const store = openFileSecretStore(join(folder.path, 'secret.key'));
    const secret = newSeed();
    expect(await store.wrap(secret)).not.toEqual(await store.wrap(secret));
  });

  it('refuses what was altered, cut, or wrapped by another store', async () => {
    const store = openFileSecretStore(join(folder.path, 'secret.key'));
    const other = openFileSecretStore(join(folder.path, 'other.key'));
    const wrapped = await store.wrap(newSeed());
    for (let i = 0; i < wrapped.length; i++) {
      const altered = new Uint8Array(wrapped);
      altered[i] = (altered[i] ?? 0) ^ 1;
      await expect(store.unwrap(altered)).rejects.toThrow();
    }
    for (let size = 0; size < wrapped.length; size++) {
      await expect(store.unwrap(wrapped.slice(0, size))).rejects.toThrow();
    }
    await expect(other.unwrap(wrapped)).rejects.toThrow();
  });
});
