import { type Bytes, ParleyError } from '@parley/shared/protocol';
import type { SafeStorage } from 'electron';
import type { SecretStore } from '#core/ports.ts';

type Storage = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>;

/**
 * Secrets wrapped by the system's keystore. On Linux without a secret service Electron wraps with a constant
 * password; the app then says that only file permissions protect the keys.
 */
export async function openSafeStorage(safeStorage: Storage, platform: string): Promise<SecretStore> {
  if (!(await safeStorage.isAsyncEncryptionAvailable())) throw new ParleyError('internal');
  const isWeak = platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text';
  return {
    protectedBy: isWeak ? 'file-permissions' : 'os-keystore',
    async wrap(plain) {
      return new Uint8Array(await safeStorage.encryptStringAsync(Buffer.from(plain).toString('base64')));
    },
    async unwrap(wrapped): Promise<Bytes> {
      const { result } = await safeStorage.decryptStringAsync(Buffer.from(wrapped));
      return new Uint8Array(Buffer.from(result, 'base64'));
    },
  };
}
