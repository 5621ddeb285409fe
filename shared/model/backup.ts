import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { ErrorCode } from '../base/errors.ts';
import { ServerHost } from './server-host.ts';

const Milliseconds = z.number().int().nonnegative();
const Secret = z.string().max(4_096);

/** The secrets of a profile as a backup holds them, inside its seal: bytes as base64url, empty for one that was lost. */
export const BackupSecrets = z.object({
  /** The device's key. */
  seed: base64UrlOf(32),
  rooms: z.array(
    z.object({
      roomId: z.string().max(64),
      secret: Secret,
      ownerSeed: Secret.nullable(),
      passphrase: Secret.nullable(),
    }),
  ),
  servers: z.array(z.object({ host: ServerHost, credential: Secret })),
});
export type BackupSecrets = z.infer<typeof BackupSecrets>;

/** The first part of a backup. */
export const BackupManifest = z.object({
  format: z.literal('parley-backup'),
  version: z.literal(1),
  madeAt: Milliseconds,
  secrets: BackupSecrets,
});
export type BackupManifest = z.infer<typeof BackupManifest>;

export const BackupEvery = z.enum(['day', 'week', 'asked']);
export type BackupEvery = z.infer<typeof BackupEvery>;

/** The last try to make a backup. */
const LastBackup = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), at: Milliseconds, name: z.string(), bytes: z.number().int().nonnegative() }),
  z.object({ ok: z.literal(false), at: Milliseconds, code: ErrorCode, message: z.string() }),
]);

/** off → on, once a phrase was written down and a folder was chosen. */
export const BackupState = z.discriminatedUnion('at', [
  z.object({ at: z.literal('off') }),
  z.object({ at: z.literal('on'), folder: z.string(), every: BackupEvery, last: LastBackup.nullable() }),
]);
export type BackupState = z.infer<typeof BackupState>;

/** What the profile keeps about its backups: the phrase's entropy lies there wrapped, so that backups can be made without the person. */
export const BackupSettings = z.object({
  version: z.literal(1),
  folder: z.string(),
  every: BackupEvery,
  /** Wrapped by the host's keystore, base64url. */
  entropy: z.string(),
  last: LastBackup.nullable(),
  /** The files that were written, the newest first: older ones are removed. */
  written: z.array(z.string()),
  /** The file that the newest backup was written to until it was whole: what is left of one that was broken off. */
  part: z.string().nullable().default(null),
});
export type BackupSettings = z.infer<typeof BackupSettings>;
