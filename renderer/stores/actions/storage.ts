import type { StorageOverview } from '@parley/shared/model';
import type { Outcome } from '@parley/shared/protocol';
import type { ActionContext } from './context.ts';

export interface StorageActions {
  readStorage: () => Promise<Outcome<StorageOverview>>;
  freeStorage: () => Promise<Outcome<{ freedBytes: number }>>;
}

export function createStorageActions({ ports, tell }: ActionContext): StorageActions {
  return {
    readStorage: () => ports.bridge.call('storage.overview', {}),
    freeStorage: async () => tell(await ports.bridge.call('storage.free', {})),
  };
}
