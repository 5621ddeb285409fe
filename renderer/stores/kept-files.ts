import type { Bridge } from '@parley/shared/bridge';
import type { FileItem } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { pictureAddressOf } from '../bridge/file-content.ts';
import type { AppStore } from './app-store.ts';
import { withRoom } from './by-room.ts';
import type { FileNow } from './state.ts';

/** The files of rooms that nobody can be reached in, because their key is not here: those that are on this computer can be opened and heard. */
export interface KeptFiles {
  /** Shows the files of a room, and what becomes of them. */
  open(roomId: RoomId): Promise<void>;
  /** The room has a session, which shows them, or is gone. */
  leave(roomId: RoomId): void;
  close(): void;
}

/** A file with nobody to load it from. */
function alone(item: FileItem): FileNow {
  const { fileId, kind, risk, mine, state, held, haveBytes } = item;
  const isPicture = kind === 'picture' && risk === 'none' && !mine && state === 'received';
  return {
    ...item,
    ...{ bytes: haveBytes, bytesPerSecond: null, sources: 0, peers: [] },
    atHand: held && (mine ? state === 'shared' : state === 'received'),
    picture: isPicture ? pictureAddressOf(fileId) : null,
  };
}

export function createKeptFiles(store: AppStore, bridge: Bridge): KeptFiles {
  const rooms = new Set<RoomId>();
  const take = (roomId: RoomId, items: readonly FileItem[]): void => {
    if (!rooms.has(roomId) || items.length === 0) return;
    store.setState(({ files }) => {
      const known = new Map((files[roomId] ?? []).map((file) => [file.fileId, file]));
      for (const item of items) known.set(item.fileId, alone(item));
      const sorted = [...known.values()].sort((left, right) => left.offeredAt - right.offeredAt);
      return { files: withRoom(files, roomId, sorted) };
    });
  };
  const undo = bridge.on('files.changed', ({ items }) => {
    for (const [roomId, ofRoom] of Map.groupBy(items, (item) => item.roomId)) take(roomId, ofRoom);
  });
  return {
    async open(roomId) {
      if (rooms.has(roomId)) return;
      rooms.add(roomId);
      const listed = await bridge.call('files.list', { roomId });
      if (listed.ok) take(roomId, listed.value.items);
      else rooms.delete(roomId);
    },
    leave: (roomId) => void rooms.delete(roomId),
    close: undo,
  };
}
