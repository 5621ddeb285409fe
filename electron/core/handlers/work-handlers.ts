import { type DeviceId, ParleyError } from '@parley/shared/protocol';
import type { Files } from '../files/files.ts';
import type { HistoryClient } from '../history/history-client.ts';
import type { Choose } from '../ownership/choose.ts';
import { exportRooms, planExport } from '../ownership/export-rooms.ts';
import { importRooms, planImport } from '../ownership/import-rooms.ts';
import type { Work } from '../ownership/work.ts';
import type { Shell } from '../ports.ts';
import type { RoomWatch } from '../rooms/room-watch.ts';
import type { HandlersOf } from '../router.ts';

export type WorkParts = {
  work: Work;
  history: HistoryClient;
  files: Files;
  watch: Pick<RoomWatch, 'changed'>;
  shell: Pick<Shell, 'showFile'>;
  /** Asks the person for places on the disk. */
  choose: Choose;
  now: () => number;
  /** This device. */
  own: DeviceId;
};

/** Exports and imports. */
export function workHandlers({ work, history, files, watch, shell, choose, now, own }: WorkParts): HandlersOf<'work'> {
  let shown: string | null = null;
  return {
    'work.state': () => work.state(),
    'work.cancel': () => {
      work.cancel();
      return {};
    },
    'work.dismiss': () => {
      work.dismiss();
      return {};
    },
    'work.show': async () => {
      if (shown === null) throw new ParleyError('bad-request');
      if (!(await shell.showFile(shown))) throw new ParleyError('file-not-open');
      return {};
    },
    'work.export': async ({ rooms: wanted, ...wish }) => {
      const parts = { history, files, now };
      const [folder] = await choose('export-folder');
      const { rooms, total } = await planExport(parts, wanted, wish);
      work.start('export', total, async (progress) => {
        const result = await exportRooms(parts, folder, rooms, wish, progress);
        shown = result.folder;
        return result;
      });
      return {};
    },
    'work.import': async () => {
      const paths = await choose('import-files');
      work.start('import', planImport(paths), async (progress) => {
        try {
          return await importRooms({ history, files, own }, paths, progress);
        } finally {
          watch.changed();
        }
      });
      return {};
    },
  };
}
