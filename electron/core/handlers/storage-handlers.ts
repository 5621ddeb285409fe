import { freeStorage, type StorageParts, storageOverview } from '../ownership/storage.ts';
import type { HandlersOf } from '../router.ts';

/** The space that the app takes on this disk. */
export function storageHandlers(parts: StorageParts): HandlersOf<'storage'> {
  return {
    'storage.overview': () => storageOverview(parts),
    'storage.free': async () => ({ freedBytes: await freeStorage(parts) }),
  };
}
