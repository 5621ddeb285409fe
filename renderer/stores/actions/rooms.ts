import { type Room, RoomName, type ServerHost } from '@parley/shared/model';
import { accept, MessageId, type Outcome, type RoomId, refuse, toBase64Url } from '@parley/shared/protocol';
import type { CallActions } from './call.ts';
import type { ActionContext } from './context.ts';
import { changeListing } from './listing-changes.ts';
import type { NavigationActions } from './navigation.ts';

export type NewRoom = {
  name: string;
  /** Null: where new rooms are made usually. */
  host: ServerHost | null;
  /** Empty: none. */
  passphrase: string;
  /** Whether to put it on its server's list as well. */
  listed: boolean;
};

export interface RoomActions {
  /** Makes a room, enters it and opens the pre-join screen. */
  createRoom: (room: NewRoom) => Promise<Outcome<RoomId>>;
  renameRoom: (roomId: RoomId, name: string) => Promise<Outcome<unknown>>;
  /** How long messages are kept on this computer, in ms; null: for ever. */
  keepMessages: (roomId: RoomId, keepMs: number | null) => Promise<Outcome<unknown>>;
  deleteRoom: (roomId: RoomId) => Promise<Outcome<unknown>>;
  retryConnection: (roomId: RoomId) => void;
}

/** Opens a room that was just made or joined. */
export type EnterRoom = (room: Room, at: 'room' | 'pre-join') => Promise<Outcome<RoomId>>;

export function createEnterRoom(context: ActionContext, actions: NavigationActions & CallActions): EnterRoom {
  const { running } = context;
  return async (room, at) => {
    const { roomId } = room;
    putRoom(context, room);
    await running()?.reach.sync();
    if (at === 'pre-join') actions.prepareCall(roomId);
    else actions.openRoom(roomId);
    return accept(roomId);
  };
}

export function createRoomActions(
  context: ActionContext,
  { goHome, enter }: NavigationActions & { enter: EnterRoom },
): RoomActions {
  const { store, ports, chats, gaps, roomChanges, drafts, voices, running, session, calls, tell } = context;
  const { bridge } = ports;
  return {
    async createRoom({ name, host, passphrase, listed }) {
      const parsed = RoomName.safeParse(name);
      if (!parsed.success) return refuse('room-name-invalid', { path: 'name' });
      const created = await bridge.call('rooms.create', {
        name: parsed.data,
        ...(host === null ? {} : { host }),
        ...(passphrase === '' ? {} : { passphrase }),
      });
      if (!created.ok) return created;
      const entered = await enter(created.value, 'pre-join');
      // The room is there, also where its server does not take it onto the list.
      if (listed) void changeListing(context, created.value.roomId, { act: 'publish', name: parsed.data }).then(tell);
      return entered;
    },
    async renameRoom(roomId, name) {
      const parsed = RoomName.safeParse(name);
      if (!parsed.success) return refuse('room-name-invalid', { path: 'name' });
      const named = await writeName(context, roomId, parsed.data);
      if (!named.ok) return tell(named);
      void roomChanges.load(roomId);
      const room = store.getState().rooms.find((each) => each.roomId === roomId);
      if (room) putRoom(context, { ...room, name: parsed.data });
      if (room?.mine && room.listed)
        return tell(await changeListing(context, roomId, { act: 'rename', name: parsed.data }));
      return named;
    },
    async keepMessages(roomId, keepMs) {
      const kept = await bridge.call('rooms.keep', { roomId, keepMs });
      if (kept.ok) putRoom(context, kept.value);
      return tell(kept);
    },
    async deleteRoom(roomId) {
      const { call, screen, rooms, servers } = store.getState();
      const room = rooms.find((each) => each.roomId === roomId);
      // The key that takes it off the list goes with the room. A server that was removed cannot be asked any more.
      if (room?.mine && room.listed && servers.some(({ host }) => host === room.host)) {
        const withdrawn = await changeListing(context, roomId, { act: 'withdraw' });
        if (!withdrawn.ok) return tell(refuse(withdrawn.code, { message: stillListed(room.host, withdrawn.message) }));
      }
      if (call.at === 'joined' && call.roomId === roomId) calls()?.leave();
      await voices.forget(roomId);
      const deleted = await bridge.call('rooms.delete', { roomId });
      if (!deleted.ok) return tell(deleted);
      store.setState(({ rooms }) => ({ rooms: rooms.filter((room) => room.roomId !== roomId) }));
      if ('roomId' in screen && screen.roomId === roomId) goHome();
      await running()?.reach.sync();
      chats.forget(roomId);
      gaps.forget(roomId);
      roomChanges.forget(roomId);
      drafts.forget(roomId);
      return deleted;
    },
    retryConnection: (roomId) => session(roomId)?.retry(),
  };
}

const stillListed = (host: ServerHost, why: string): string =>
  `The room is still on the list of ${host} and was not deleted. ${why} Try again later, or remove that server in Settings first.`;

/** Writes a name as an entry. A room without its key has no session: its name is on this disk, and goes out once it has one. */
async function writeName(context: ActionContext, roomId: RoomId, name: RoomName): Promise<Outcome<unknown>> {
  const content = { kind: 'name', name, of: null } as const;
  const { session, ports } = context;
  const room = session(roomId);
  if (room) return room.send(content, () => {});
  const id = MessageId.parse(toBase64Url(ports.randomBytes(16)));
  return ports.bridge.call('history.compose', { id, roomId, content });
}

const putRoom = ({ store }: ActionContext, room: Room) =>
  store.setState(({ rooms }) => ({
    rooms: rooms.some(({ roomId }) => roomId === room.roomId)
      ? rooms.map((each) => (each.roomId === room.roomId ? room : each))
      : [room, ...rooms],
  }));
