import { describe, expect, it } from 'vitest';
import { openSecretStore } from './secret-store.ts';

describe('secrets', () => {
  const storage = (more: object = {}) => ({
    isAsyncEncryptionAvailable: async () => true,
    getSelectedStorageBackend: () => 'kwallet6' as const,
    encryptStringAsync: async (text: string) => Buffer.from(text).reverse(),
    decryptStringAsync: async (bytes: Buffer) => ({
      result: Buffer.from(bytes).reverse().toString(),
      shouldReEncrypt: false,
    }),
    ...more,
  });
  const files = {
    protectedBy: 'file-permissions' as const,
    wrap: async () => new Uint8Array([9]),
    unwrap: async () => new Uint8Array([1, 2]),
  };
  const secret = new Uint8Array([0, 255, 128, 7]);

  it('are wrapped by the keystore, whatever bytes they are', async () => {
    const store = await openSecretStore(storage(), 'linux', () => files);
    expect(store.protectedBy).toBe('os-keystore');
    const wrapped = await store.wrap(secret);
    expect(wrapped).not.toEqual(secret);
    expect(await store.unwrap(wrapped)).toEqual(secret);
  });

  it('that the file store wrapped earlier are still read', async () => {
    const store = await openSecretStore(storage(), 'darwin', () => files);
    expect(await store.unwrap(new Uint8Array([9]))).toEqual(new Uint8Array([1, 2]));
  });

  it.each([
    ['there is no keystore', storage({ isAsyncEncryptionAvailable: async () => false }), 'win32'],
    ['the keystore is a constant password', storage({ getSelectedStorageBackend: () => 'basic_text' }), 'linux'],
  ])('go to the file store, which says so, where %s', async (_name, given, platform) => {
    expect(await openSecretStore(given, platform, () => files)).toBe(files);
  });
});
