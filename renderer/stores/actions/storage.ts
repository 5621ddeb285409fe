import type { StorageOverview } from '@parley/shared/model';
import type { Outcome, RoomId } from '@parley/shared/protocol';
import type { ActionContext } from './context.ts';

/** The rooms (null for all), and what is written of them. */
export type ExportWish = { rooms: RoomId[] | null; html: boolean; json: boolean; files: boolean };

export interface StorageActions {
  readStorage: () => Promise<Outcome<StorageOverview>>;
  freeStorage: () => Promise<Outcome<{ freedBytes: number }>>;
  /** Asks for a folder and begins; how far it is shows in the state. */
  exportRooms: (wish: ExportWish) => Promise<Outcome<unknown>>;
  /** Asks for files and begins; how far it is shows in the state. */
  importRooms: () => Promise<Outcome<unknown>>;
  cancelWork: () => void;
  dismissWork: () => void;
  /** Shows the folder of the last export. */
  showExport: () => void;
}

export function createStorageActions({ ports, tell, tellUnlessCancelled }: ActionContext): StorageActions {
  return {
    readStorage: () => ports.bridge.call('storage.overview', {}),
    freeStorage: async () => tell(await ports.bridge.call('storage.free', {})),
    exportRooms: (wish) => ports.bridge.call('work.export', wish),
    async importRooms() {
      const begun = await ports.bridge.call('work.import', {});
      return tellUnlessCancelled(begun);
    },
    cancelWork: () => void ports.bridge.call('work.cancel', {}).then(tell),
    dismissWork: () => void ports.bridge.call('work.dismiss', {}).then(tell),
    showExport: () => void ports.bridge.call('work.show', {}).then(tell),
  };
}
