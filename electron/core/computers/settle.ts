import type { ComputerList, TransferItem, TransferItemOf } from '@parley/shared/model';
import { fromBase64Url, ParleyError } from '@parley/shared/protocol';
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
 * Stores on this computer what the first one gave. Everything is checked before anything is stored; the name is stored last, so
 * that a computer on which this was interrupted is a fresh one. Throws `computer-refused` or what the disk refuses with.
 */
export async function settle(parts: SettleParts, list: ComputerList, items: readonly TransferItem[]): Promise<void> {
  const { history, settings, secrets, isOwnServer } = parts;
  const rooms = items.filter((item) => item.kind === 'room');
  const [own, ...more] = items.filter((item) => item.kind === 'settings');
  if (!own || more.length > 0) throw new ParleyError('computer-refused');
  for (const room of rooms) await checkRoom(room);

  const wrap = (bytes: Uint8Array) => secrets.wrap(new Uint8Array(bytes));
  const wrapText = (text: string) => wrap(Buffer.from(text, 'utf8'));
  // Before the rooms: what this person wrote on the first computer is their own from the first message on.
  await history.joinComputers(list);
  // Before the devices that were met: they may be computers of one person.
  await history.takeComputers({
    lists: items.flatMap((item) => (item.kind === 'computers' ? [item.list] : [])),
    left: items.flatMap((item) => (item.kind === 'left' ? [item.leave] : [])),
    former: items.flatMap((item) => (item.kind === 'former' ? [item] : [])),
  });
  for (const item of items) {
    if (item.kind === 'server' && !isOwnServer(item.host)) {
      await history.addServer(item.host, item.name);
      if (item.password !== null)
        await history.setRight(item.host, { kind: 'password', credential: await wrapText(item.password), lost: null });
    }
    if (item.kind === 'peer') await history.takePeer(item);
    if (item.kind !== 'room') continue;
    await history.addRoom({
      room_id: item.roomId,
      name: item.name,
      renamed_at: item.renamedAt,
      host: isOwnServer(item.host) ? null : item.host,
      secret: await wrap(bytesOf(item.secret)),
      owner_pub: item.ownerPub,
      owner_seed: item.ownerSeed === null ? null : await wrap(bytesOf(item.ownerSeed)),
      passphrase: item.passphrase === null ? null : await wrapText(item.passphrase),
      needs_passphrase: Number(item.needsPassphrase),
      listed: item.listed,
    });
    await history.takeRoom({ roomId: item.roomId, keepMs: item.keepMs, readClock: item.readClock });
  }
  const { profile, profileAt, appearance, privacy, emoji, homeServer } = own;
  settings.change({ profile, appearance, privacy, emoji, homeServer }, profileAt);
}

const bytesOf = (text: string) => fromBase64Url(text) ?? new Uint8Array();

/** The id of a room follows from its keys. */
async function checkRoom({ secret, passphrase, ownerPub, roomId }: TransferItemOf<'room'>): Promise<void> {
  const keys = await deriveRoomKeys(bytesOf(secret), passphrase, bytesOf(ownerPub));
  if (keys.roomId !== roomId) throw new ParleyError('computer-refused');
}
