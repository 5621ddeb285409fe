import type { Bytes } from '@parley/shared/protocol';
import type { SafeStorage } from 'electron';
import type { SecretStore } from '#core/ports.ts';

type Storage = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>;

/** Tells what the keystore wrapped from what the file store wrapped. */
const MARK = new TextEncoder().encode('safe1:');
const isMarked = (wrapped: Bytes) => MARK.every((byte, index) => wrapped[index] === byte);

/**
 * Secrets wrapped by the system's keystore. Where there is none (on Linux without a secret service Electron would wrap
 * with a constant password) the file store does it, and `protectedBy` says so to the person. Secrets that the file
 * store wrapped earlier, as under the loopback host, are still read. Call it after the app is ready.
 */
export async function openSecretStore(
  safeStorage: Storage,
  platform: string,
  openFileStore: () => SecretStore,
): Promise<SecretStore> {
  const isThere = await safeStorage.isAsyncEncryptionAvailable();
  const isConstant = platform === 'linux' && isThere && safeStorage.getSelectedStorageBackend() === 'basic_text';
  if (!isThere || isConstant) return openFileStore();
  return {
    protectedBy: 'os-keystore',
    async wrap(plain) {
      const sealed = await safeStorage.encryptStringAsync(Buffer.from(plain).toString('base64'));
      return new Uint8Array(Buffer.concat([MARK, sealed]));
    },
    async unwrap(wrapped) {
      if (!isMarked(wrapped)) return openFileStore().unwrap(wrapped);
      const { result } = await safeStorage.decryptStringAsync(Buffer.from(wrapped.subarray(MARK.length)));
      return new Uint8Array(Buffer.from(result, 'base64'));
    },
  };
}
