import type { TransferItem } from '@parley/shared/model';
import { refusalOf, toBase64Url } from '@parley/shared/protocol';
import type { HistoryClient } from '../history/history-client.ts';
import type { Log, SecretStore } from '../ports.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { unlock } from '../unlock.ts';

/** Devices that were met are read so many at once, and given at most so many, like lists of computers. */
const PEERS_PAGE = 1_000;
const PEERS_MAX = 20_000;

export type GatherParts = {
  history: HistoryClient;
  rooms: Pick<Rooms, 'keyring'>;
  settings: SettingsStore;
  secrets: SecretStore;
  log: Log;
};

/** Everything that a new computer of this person gets, in the order in which it is to be stored. Rooms whose key is not here, or cannot be unlocked, stay out. */
export async function gather({ history, rooms, settings, secrets, log }: GatherParts): Promise<TransferItem[]> {
  const { profile, profileAt, appearance, privacy, emoji, homeServer } = settings.get();
  const items: TransferItem[] = [];
  const textOf = async (wrapped: Uint8Array) => Buffer.from(await unlock(secrets, wrapped)).toString('utf8');
  /** Undefined where it cannot be had: everything else is given all the same. */
  const unlessLocked = async <T>(what: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (thrown) {
      log.warn(`${what} could not be given to a new computer`, { code: refusalOf(thrown).code });
      return undefined;
    }
  };

  for (const { host, name, right } of await history.servers()) {
    const isShared = right?.kind === 'password' && right.lost === null;
    const password = isShared
      ? await unlessLocked('the password of a server', () => textOf(right.credential))
      : undefined;
    items.push({ kind: 'server', host, name, password: password ?? null });
  }
  const { lists, left, former } = await history.knownComputers();
  for (const list of lists.slice(0, PEERS_MAX)) items.push({ kind: 'computers', list });
  for (const leave of left.slice(0, PEERS_MAX)) items.push({ kind: 'left', leave });
  for (const each of former.slice(0, PEERS_MAX)) items.push({ kind: 'former', ...each });
  for (const room of await history.rooms()) {
    if (room.secret.length === 0) continue;
    const keys = await unlessLocked('a room', async () => ({
      keyring: await rooms.keyring(room.room_id as Parameters<Rooms['keyring']>[0]),
      ownerSeed: room.owner_seed ? toBase64Url(await unlock(secrets, room.owner_seed)) : null,
    }));
    if (!keys) continue;
    const { keyring, ownerSeed } = keys;
    items.push({
      kind: 'room',
      roomId: keyring.roomId,
      name: room.name,
      host: keyring.inviteHost,
      secret: keyring.secret,
      ownerPub: keyring.ownerPub,
      ownerSeed,
      passphrase: keyring.passphrase,
      needsPassphrase: room.needs_passphrase === 1,
      listed: room.listed,
      keepMs: room.keep_ms,
      readClock: await history.readClock(keyring.roomId),
    });
  }
  for (let above = '', given = 0; given < PEERS_MAX; given += PEERS_PAGE) {
    const peers = await history.knownPeers(above, PEERS_PAGE);
    for (const peer of peers) items.push({ kind: 'peer', ...peer });
    const last = peers.at(-1);
    if (!last) break;
    above = last.deviceId;
  }
  for (const { devices, blockedAt } of await history.blockedPeers())
    for (const deviceId of devices) items.push({ kind: 'block', deviceId, blockedAt });
  // The name comes last: with it the new computer is in use.
  if (profile) items.push({ kind: 'settings', profile, profileAt, appearance, privacy, emoji, homeServer });
  return items;
}
