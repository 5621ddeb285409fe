import type { ServerHost } from '@parley/shared/model';
import { fromBase64Url, type ListedRoom, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import { formatInvite } from '@parley/shared/sealing';
import type { ActionContext } from './context.ts';
import type { InviteActions } from './invites.ts';
import { changeListing, markListed } from './listing-changes.ts';

export interface ListedRoomActions {
  openListedRooms: (host: ServerHost) => void;
  searchListedRooms: (text: string) => void;
  moreListedRooms: () => void;
  reloadListedRooms: () => void;
  joinListedRoom: (host: ServerHost, listed: ListedRoom, passphrase?: string) => Promise<Outcome<RoomId>>;
  /** Puts an own room on its server's list, under the room's name. */
  publishRoom: (roomId: RoomId) => Promise<Outcome<unknown>>;
  withdrawRoom: (roomId: RoomId) => Promise<Outcome<unknown>>;
}

export function createListedRoomActions(
  context: ActionContext,
  { joinByInvite }: Pick<InviteActions, 'joinByInvite'>,
): ListedRoomActions {
  const { store, listedRooms, show } = context;
  const ownRoom = (roomId: RoomId) => store.getState().rooms.find((room) => room.roomId === roomId && room.mine);
  return {
    openListedRooms(host) {
      show({ at: 'listed-rooms', host });
      listedRooms.open(host);
    },
    searchListedRooms: (text) => listedRooms.search(text),
    moreListedRooms: () => void listedRooms.more(),
    reloadListedRooms: () => void listedRooms.reload(),
    async joinListedRoom(host, { secret, ownerPub, needsPassphrase }, passphrase) {
      const keys = { secret: fromBase64Url(secret), ownerPub: fromBase64Url(ownerPub) };
      if (!keys.secret || !keys.ownerPub) return refuse('invite-invalid');
      const invite = formatInvite({ host, secret: keys.secret, ownerPub: keys.ownerPub, needsPassphrase });
      const joined = await joinByInvite(invite, passphrase ? { passphrase } : {});
      if (joined.ok) await markListed(context, joined.value, true);
      return joined;
    },
    async publishRoom(roomId) {
      const room = ownRoom(roomId);
      if (!room) return refuse('room-unknown');
      if (room.name === null) return refuse('room-name-invalid');
      return changeListing(context, roomId, { act: 'publish', name: room.name });
    },
    async withdrawRoom(roomId) {
      const room = ownRoom(roomId);
      return room ? changeListing(context, roomId, { act: 'withdraw' }) : refuse('room-unknown');
    },
  };
}
