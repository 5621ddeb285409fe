import type { BackupSecrets } from '@parley/shared/model';
import { type Bytes, fromBase64Url, ParleyError, toBase64Url } from '@parley/shared/protocol';
import type { HistoryClient } from '../../history/history-client.ts';
import type { SecretStore } from '../../ports.ts';
import { unlock } from '../../unlock.ts';

type Rows = Pick<HistoryClient, 'rooms' | 'servers' | 'setRoomSecrets' | 'setRight'>;

const bytesOf = (text: string): Bytes => {
  const bytes = fromBase64Url(text);
  if (!bytes) throw new ParleyError('backup-damaged');
  return bytes;
};

/** Reads every secret of the profile. Throws `secrets-locked`. */
export async function readSecrets(seed: Bytes, rows: Rows, secrets: SecretStore): Promise<BackupSecrets> {
  const plain = async (wrapped: Uint8Array) =>
    wrapped.length === 0 ? '' : toBase64Url(await unlock(secrets, wrapped));
  const orNull = (wrapped: Uint8Array | null) => (wrapped === null ? null : plain(wrapped));
  const rooms = [];
  for (const { room_id, secret, owner_seed, passphrase } of await rows.rooms()) {
    rooms.push({
      roomId: room_id,
      secret: await plain(secret),
      ownerSeed: await orNull(owner_seed),
      passphrase: await orNull(passphrase),
    });
  }
  const servers = [];
  for (const { host, right } of await rows.servers()) {
    if (right) servers.push({ host, credential: await plain(right.credential) });
  }
  return { seed: toBase64Url(seed), rooms, servers };
}

/** Wraps the secrets of restored rooms and servers for this computer. May be done again. */
export async function wrapSecrets(restored: BackupSecrets, rows: Rows, secrets: SecretStore): Promise<void> {
  const wrap = async (text: string) => (text === '' ? new Uint8Array() : secrets.wrap(bytesOf(text)));
  const orNull = (text: string | null) => (text === null ? null : wrap(text));
  for (const { roomId, secret, ownerSeed, passphrase } of restored.rooms) {
    await rows.setRoomSecrets({
      room_id: roomId,
      secret: await wrap(secret),
      owner_seed: await orNull(ownerSeed),
      passphrase: await orNull(passphrase),
    });
  }
  const credentials = new Map(restored.servers.map(({ host, credential }) => [host, credential]));
  for (const { host, right } of await rows.servers()) {
    const credential = credentials.get(host);
    if (right && credential !== undefined) {
      await rows.setRight(host, { ...right, credential: await wrap(credential) });
    }
  }
}
