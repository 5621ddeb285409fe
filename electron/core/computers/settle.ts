import type { ComputerList, TransferItem, TransferItemOf } from '@parley/shared/model';
import { fromBase64Url, ParleyError, refusalOf } from '@parley/shared/protocol';
import { deriveRoomKeys } from '@parley/shared/sealing';
import type { HistoryClient } from '../history/history-client.ts';
import type { SecretStore } from '../ports.ts';
import type { SettingsStore } from '../settings/settings-store.ts';

export type SettleParts = {
  history: HistoryClient;
  settings: SettingsStore;
  secrets: SecretStore;
  /** Whether a host is this computer's own server. */
  isOwnServer: (host: string) => boolean;
};

/**
 * Stores on this computer what the first one gave. Everything is checked and wrapped before anything is stored; the name is stored last, so
 * that a computer on which this was interrupted is a fresh one, and what it has already stays as it is when the rest comes. Throws
 * `computer-refused` or what the disk refuses with, and says then how many rooms are here.
 */
export async function settle(parts: SettleParts, list: ComputerList, items: readonly TransferItem[]): Promise<void> {
  const { history, settings, secrets, isOwnServer } = parts;
  const [own, ...more] = items.filter((item) => item.kind === 'settings');
  if (!own || more.length > 0) throw new ParleyError('computer-refused');
  const rooms = items.filter((item) => item.kind === 'room');
  for (const room of rooms) await checkRoom(room);
  const wrap = wrapping(secrets);
  const roomRows: Parameters<HistoryClient['addRoom']>[0][] = [];
  for (const room of rooms) roomRows.push(await rowOf(room, wrap, isOwnServer));
  const servers: { item: TransferItemOf<'server'>; password: Uint8Array | null }[] = [];
  for (const item of items) {
    if (item.kind === 'server' && !isOwnServer(item.host))
      servers.push({ item, password: await wrap.text(item.password) });
  }

  // Before the rooms: what this person wrote on the first computer is their own from the first message on.
  await history.joinComputers(list);
  // Before the devices that were met: they may be computers of one person.
  await history.takeComputers({
    lists: items.flatMap((item) => (item.kind === 'computers' ? [item.list] : [])),
    left: items.flatMap((item) => (item.kind === 'left' ? [item.leave] : [])),
    former: items.flatMap((item) => (item.kind === 'former' ? [item] : [])),
  });
  let stored = 0;
  try {
    for (const item of items) {
      if (item.kind === 'peer') await history.takePeer(item);
      // Before the rooms: what a blocked person says there is hidden from the first message on.
      if (item.kind === 'block') await history.takeBlock(item.deviceId, item.blockedAt);
    }
    for (const { item, password } of servers) {
      await history.addServer(item.host, item.name);
      if (password) await history.setRight(item.host, { kind: 'password', credential: password, lost: null });
    }
    for (const [at, { roomId, keepMs, readClock }] of rooms.entries()) {
      const row = roomRows[at];
      if (row) await history.addRoom(row);
      await history.takeRoom({ roomId, keepMs, readClock });
      stored += 1;
    }
    const { profile, profileAt, appearance, privacy, emoji, homeServer } = own;
    settings.change({ profile, appearance, privacy, emoji, homeServer }, profileAt);
  } catch (thrown) {
    throw halfDone(thrown, stored, rooms.length);
  }
}

/** The same refusal, with what it left on this computer. */
function halfDone(thrown: unknown, stored: number, all: number): ParleyError {
  const { code, message } = refusalOf(thrown);
  const left =
    stored === 0
      ? ''
      : ` ${stored} of ${all} rooms are on this computer already; a new try with a new code brings the rest.`;
  return new ParleyError(code, { message: `${message}${left}`, cause: thrown });
}

const bytesOf = (text: string) => fromBase64Url(text) ?? new Uint8Array();

const wrapping = (secrets: SecretStore) => ({
  bytes: (bytes: Uint8Array) => secrets.wrap(new Uint8Array(bytes)),
  text: async (text: string | null) => (text === null ? null : secrets.wrap(new Uint8Array(Buffer.from(text, 'utf8')))),
});

async function rowOf(
  room: TransferItemOf<'room'>,
  wrap: ReturnType<typeof wrapping>,
  isOwnServer: (host: string) => boolean,
): Promise<Parameters<HistoryClient['addRoom']>[0]> {
  return {
    room_id: room.roomId,
    name: room.name,
    host: isOwnServer(room.host) ? null : room.host,
    secret: await wrap.bytes(bytesOf(room.secret)),
    owner_pub: room.ownerPub,
    owner_seed: room.ownerSeed === null ? null : await wrap.bytes(bytesOf(room.ownerSeed)),
    passphrase: await wrap.text(room.passphrase),
    needs_passphrase: Number(room.needsPassphrase),
    listed: room.listed,
  };
}

/** The id of a room follows from its keys. */
async function checkRoom({ secret, passphrase, ownerPub, roomId }: TransferItemOf<'room'>): Promise<void> {
  const keys = await deriveRoomKeys(bytesOf(secret), passphrase, bytesOf(ownerPub));
  if (keys.roomId !== roomId) throw new ParleyError('computer-refused');
}
