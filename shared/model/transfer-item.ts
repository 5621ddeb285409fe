import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { DeviceId, RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { ComputerLeave, ComputerList } from './computers.ts';
import { Lifetime } from './entry.ts';
import { Profile } from './profile.ts';
import { RoomName } from './room-name.ts';
import { ServerName } from './server.ts';
import { ServerHost } from './server-host.ts';
import { Settings } from './settings.ts';

const EpochMs = z.number().int().nonnegative().max(8_640_000_000_000_000);

/** The things that a new computer gets from the first one of its person. Both cores seal and open them; no page ever reads them. */
export const TransferItem = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('settings'),
    profile: Profile,
    profileAt: EpochMs,
    appearance: Settings.shape.appearance,
    privacy: Settings.shape.privacy,
    emoji: Settings.shape.emoji,
    homeServer: ServerHost.nullable(),
  }),
  /** A password may be used by several computers; a token is taken once and stays where it is. */
  z.object({
    kind: z.literal('server'),
    host: ServerHost,
    name: ServerName.nullable(),
    password: z.string().max(256).nullable(),
  }),
  z.object({
    kind: z.literal('room'),
    roomId: RoomId,
    name: RoomName.nullable(),
    host: ServerHost,
    secret: base64UrlOf(32),
    ownerPub: base64UrlOf(32),
    ownerSeed: base64UrlOf(32).nullable(),
    passphrase: z.string().max(LIMITS.passphraseMax).nullable(),
    needsPassphrase: z.boolean(),
    listed: z.number().int().min(0).max(2),
    keepMs: Lifetime.nullable(),
    readClock: z
      .number()
      .int()
      .min(0)
      .max(2 ** 48),
  }),
  /** A device that was met, and whether its code was compared. */
  z.object({ kind: z.literal('peer'), deviceId: DeviceId, name: z.string().min(1).max(512), verified: z.boolean() }),
  /** A device that the person blocked. */
  z.object({ kind: z.literal('block'), deviceId: DeviceId, blockedAt: EpochMs }),
  z.object({ kind: z.literal('computers'), list: ComputerList }),
  z.object({ kind: z.literal('left'), leave: ComputerLeave }),
  /** A device that was a computer of that person and is none any more: nobody else can have it, and nothing brings it back that is not later. */
  z.object({ kind: z.literal('former'), deviceId: DeviceId, person: DeviceId, askedAt: EpochMs }),
]);
export type TransferItem = z.infer<typeof TransferItem>;
export type TransferItemOf<K extends TransferItem['kind']> = Extract<TransferItem, { kind: K }>;

/** The items of one part. */
export const TransferItems = z.array(TransferItem).max(1_000);
