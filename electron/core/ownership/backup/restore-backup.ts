import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BackupManifest, BackupSecrets } from '@parley/shared/model';
import { type Bytes, fromBase64Url, ParleyError } from '@parley/shared/protocol';
import { writeFileAtomically } from '../../atomic-file.ts';
import { asFileError } from '../../file-errors.ts';
import type { HistoryClient } from '../../history/history-client.ts';
import { forgetCopies, removeDatabase } from '../../history/history-files.ts';
import { migrations } from '../../history/migrations/index.ts';
import { openPageFile } from '../../history/salvage/page-file.ts';
import type { SecretStore } from '../../ports.ts';
import { unlock } from '../../unlock.ts';
import type { Progress } from '../work.ts';
import { FILE_PART, HISTORY_PART, PLAIN_PARTS } from './make-backup.ts';
import { type PartHead, PartReader } from './parts.ts';
import { openSealed } from './sealed-file.ts';
import { wrapSecrets } from './secrets.ts';

// A restore is unpacked into a folder of its own. Only when all of it is there and genuine is the folder marked as ready; the next start
// of the core puts it in the place of the fresh profile. However it ends, a profile is the fresh or the restored one.

const SMALL_PART_MAX_BYTES = 67_108_864;
const READY = 'ready';
const SECRETS = 'restored.secrets';
const KEY = 'device.key';
const folderOf = (profile: string): string => join(profile, 'restore');

/**
 * Unpacks a backup beside the profile and checks all of it; the next start of the core takes it. `isFresh` is asked at the end: unpacking
 * takes minutes, in which a profile can be begun. Throws `backup-invalid`, `backup-version`, `backup-phrase-wrong`, `backup-damaged`,
 * `profile-begun`, `disk-full`, `cancelled`; then the profile is as before.
 */
export async function unpackBackup(
  profile: string,
  file: string,
  entropy: Bytes,
  secrets: SecretStore,
  progress: Progress,
  isFresh: () => Promise<boolean>,
): Promise<void> {
  const folder = folderOf(profile);
  rmSync(folder, { recursive: true, force: true });
  const parts = new PartReader(openSealed(file, entropy));
  try {
    const first = await parts.next();
    if (first?.name !== 'manifest.json') throw new ParleyError('backup-damaged');
    const manifest = readManifest(await parts.bytes(first, SMALL_PART_MAX_BYTES));
    mkdirSync(join(folder, 'files'), { recursive: true, mode: 0o700 });
    const seed = fromBase64Url(manifest.secrets.seed);
    if (!seed) throw new ParleyError('backup-damaged');
    writeFileAtomically(join(folder, KEY), await secrets.wrap(seed));
    writeFileAtomically(
      join(folder, SECRETS),
      await secrets.wrap(new Uint8Array(Buffer.from(JSON.stringify(manifest.secrets)))),
    );
    let hasHistory = false;
    for (let part = await parts.next(); part !== null; part = await parts.next()) {
      if (!isKnown(part)) throw new ParleyError('backup-damaged');
      hasHistory ||= part.name === HISTORY_PART;
      await unpack(parts, part, join(folder, part.name), progress);
    }
    if (!hasHistory) throw new ParleyError('backup-damaged');
    if (versionOf(join(folder, HISTORY_PART)) > migrations.length) throw new ParleyError('backup-version');
    if (!(await isFresh())) throw new ParleyError('profile-begun');
    writeFileAtomically(join(folder, READY), '');
  } catch (error) {
    await parts.close();
    rmSync(folder, { recursive: true, force: true });
    throw asFileError(error);
  }
}

const isKnown = ({ name }: PartHead): boolean =>
  name === HISTORY_PART || PLAIN_PARTS.some((plain) => plain === name) || FILE_PART.test(name);

function readManifest(bytes: Buffer): BackupManifest {
  let read: unknown;
  try {
    read = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ParleyError('backup-damaged');
  }
  const version = typeof read === 'object' && read !== null && 'version' in read ? Number(read.version) : 0;
  if (version > 1) throw new ParleyError('backup-version');
  const parsed = BackupManifest.safeParse(read);
  if (!parsed.success) throw new ParleyError('backup-damaged');
  return parsed.data;
}

/** The version of a history by its file's header. A later Parley may raise it without a new form of backups. */
function versionOf(history: string): number {
  const file = openPageFile(history);
  file.close();
  return file.userVersion ?? 0;
}

async function unpack(parts: PartReader, part: PartHead, path: string, progress: Progress): Promise<void> {
  const counted = async function* () {
    for await (const piece of parts.pieces(part)) {
      progress.step(piece.length);
      yield piece;
    }
  };
  await pipeline(Readable.from(counted()), createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
}

/** Puts a restore that is ready in the place of the profile's files. Called before anything of the profile is opened. */
export function finishRestore(profile: string): void {
  const folder = folderOf(profile);
  if (!existsSync(folder)) return;
  try {
    if (existsSync(join(folder, READY))) {
      // Each step can be done again after a crash: what was moved already is not there any more.
      for (const name of [
        ...listed(join(folder, 'files')).map((file) => `files/${file}`),
        ...PLAIN_PARTS,
        KEY,
        SECRETS,
      ]) {
        take(folder, profile, name);
      }
      if (existsSync(join(folder, HISTORY_PART))) {
        const history = join(profile, HISTORY_PART);
        forgetCopies(history);
        removeDatabase(history);
        take(folder, profile, HISTORY_PART);
      }
    }
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    throw asFileError(error);
  }
}

/** Wraps the secrets of a restored profile for this computer, once its history is open. Nothing where none was restored. */
export async function finishSecrets(
  profile: string,
  rows: Pick<HistoryClient, 'rooms' | 'servers' | 'setRoomSecrets' | 'setRight' | 'doubtComputers'>,
  secrets: SecretStore,
): Promise<void> {
  const file = join(profile, SECRETS);
  if (!existsSync(file)) return;
  await rows.doubtComputers();
  const plain = await unlock(secrets, readFileSync(file));
  await wrapSecrets(BackupSecrets.parse(JSON.parse(Buffer.from(plain).toString('utf8'))), rows, secrets);
  // Overwritten, so that the keys of the old computer do not lie twice on the disk longer than needed.
  writeFileSync(file, new Uint8Array(plain.length));
  rmSync(file, { force: true });
}

const listed = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

function take(from: string, to: string, name: string): void {
  if (!existsSync(join(from, name))) return;
  mkdirSync(dirname(join(to, name)), { recursive: true, mode: 0o700 });
  renameSync(join(from, name), join(to, name));
}
