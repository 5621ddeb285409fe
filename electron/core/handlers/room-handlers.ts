import type { Files } from '../files/files.ts';
import type { HistoryClient } from '../history/history-client.ts';
import type { Notices } from '../notices.ts';
import type { RoomRulesPort } from '../rooms/room-rules.ts';
import type { RoomWatch } from '../rooms/room-watch.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { HandlersOf } from '../router.ts';

export type RoomParts = { rooms: Rooms; watch: RoomWatch; history: HistoryClient; notices: Notices; files: Files };

/** After a change that reached the disk the list of rooms is told anew. */
export const whenStored =
  ({ watch, notices }: Pick<RoomParts, 'watch' | 'notices'>) =>
  async <T>(work: Promise<T>): Promise<T> => {
    const value = await work;
    notices.diskWorks();
    watch.changed();
    return value;
  };

/** Rooms and their invites. */
export function roomHandlers(parts: RoomParts & { rules: RoomRulesPort }): HandlersOf<'rooms'> {
  const { rooms, watch, history, files, rules } = parts;
  const stored = whenStored(parts);
  return {
    'rooms.list': async () => ({ items: await watch.refresh() }),
    'rooms.create': ({ name, host, passphrase }) => stored(rooms.create(name, host, passphrase)),
    'rooms.read-invite': ({ invite }) => rooms.readInvite(invite),
    'rooms.add': ({ invite, passphrase }) => stored(rooms.add(invite, passphrase)),
    'rooms.keyring': ({ roomId }) => rooms.keyring(roomId),
    'rooms.keep': ({ roomId, keepMs }) => stored(rooms.keep(roomId, keepMs)),
    'rooms.draft': async ({ roomId, draft }) => {
      await history.setDraft(roomId, draft);
      return {};
    },
    'rooms.delete': async ({ roomId }) => {
      await files.forgetRoom(roomId);
      await stored(history.deleteRoom(roomId));
      // A file may have been learned of meanwhile. The room is gone: one that cannot be removed is forgotten at the next start.
      await files.forgetRoom(roomId).catch(() => {});
      return {};
    },
    'rooms.rules': ({ roomId }) => rules.now(roomId),
    'rooms.set-rules': ({ roomId, change }) => rules.set(roomId, change),
    'rooms.learn-rules': ({ roomId, records }) => rules.learn(roomId, records),
    'rooms.mark-listed': ({ roomId, listed }) => stored(rooms.markListed(roomId, listed)),
    'rooms.sign-listing': ({ roomId, name, issuedAt }) => rooms.signListing(roomId, name, issuedAt),
    'rooms.sign-ownership': (input) => rooms.signOwnership(input),
  };
}
