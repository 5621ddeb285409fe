import type { Room } from '@parley/shared/model';
import { accept, type Outcome, type RoomId, refuse, toBase64Url } from '@parley/shared/protocol';
import type { RoomSession } from '../../session/room-session.ts';
import type { ActionContext } from './context.ts';

/** How long a room that was just made may take to reach its server before it is given up to list it. */
const ONLINE_WITHIN_MS = 15_000;

type Change = { act: 'publish' | 'rename'; name: string } | { act: 'withdraw' };

/**
 * Changes an own room's entry on its server's list: signs it with the owner's key, says it over the room's own connection,
 * and notes whether the room is listed. Waits for that connection where it is only being made.
 */
export async function changeListing(context: ActionContext, roomId: RoomId, change: Change): Promise<Outcome<unknown>> {
  const { ports, session } = context;
  const room = session(roomId);
  if (!room || !(await online(context, room))) return refuse('server-unreachable');
  const prove = async (challenge: Uint8Array) =>
    ports.bridge.call('rooms.sign-ownership', {
      roomId,
      act: change.act,
      host: room.keyring.host,
      challenge: toBase64Url(challenge),
      name: change.act === 'withdraw' ? '' : change.name,
    });

  if (change.act === 'withdraw') {
    const withdrawn = await ports.roomLists.change(room.keyring.host, 'room:withdraw', async (challenge) => {
      const proof = await prove(challenge);
      return proof.ok ? accept({ roomId, proof: proof.value.sig }) : proof;
    });
    if (!withdrawn.ok && withdrawn.code !== 'room-not-listed') return withdrawn;
    return markListed(context, roomId, false);
  }
  const { act, name } = change;
  const listing = await ports.bridge.call('rooms.sign-listing', { roomId, name, issuedAt: ports.clock.now() });
  if (!listing.ok) return listing;
  // Marked before the secret is given away: the answer may be lost, and then the room is listed all the same.
  if (act === 'publish') {
    const marked = await markListed(context, roomId, true);
    if (!marked.ok) return marked;
  }
  const said = await ports.roomLists.change(room.keyring.host, `room:${act}`, async (challenge) => {
    const proof = await prove(challenge);
    return proof.ok ? accept({ ...listing.value, proof: proof.value.sig }) : proof;
  });
  if (said.ok) return markListed(context, roomId, true);
  const isUnknown = said.code === 'timed-out' || said.code === 'server-unreachable';
  if (said.code === 'room-not-listed' || (act === 'publish' && !isUnknown)) await markListed(context, roomId, false);
  return said;
}

/** Keeps what is known of a room and its server's list. */
export async function markListed(
  { ports, store }: Pick<ActionContext, 'ports' | 'store'>,
  roomId: RoomId,
  listed: boolean,
): Promise<Outcome<Room>> {
  const marked = await ports.bridge.call('rooms.mark-listed', { roomId, listed });
  if (marked.ok) {
    store.setState(({ rooms }) => ({ rooms: rooms.map((room) => (room.roomId === roomId ? marked.value : room)) }));
  }
  return marked;
}

const online = ({ ports }: ActionContext, room: RoomSession): Promise<boolean> =>
  new Promise((resolve) => {
    if (room.now.connection.at === 'online') return resolve(true);
    const settle = (reached: boolean) => {
      undoTimer();
      undoListener();
      resolve(reached);
    };
    const undoTimer = ports.clock.after(ONLINE_WITHIN_MS, () => settle(false));
    const undoListener = room.on('changed', ({ connection }) => {
      if (connection.at === 'online') settle(true);
      if (connection.at === 'refused') settle(false);
    });
  });
