import { z } from 'zod';
import { ErrorCode } from '../base/errors.ts';
import { DeviceId, RoomId } from '../base/ids.ts';
import { ServerHost } from './server-host.ts';

/** A host of the app's own server that another computer on one of this computer's networks can use. */
export const LanHost = z.object({
  host: ServerHost,
  /** The network interface as the system calls it, such as `Wi-Fi` or `en0`. */
  network: z.string(),
});
export type LanHost = z.infer<typeof LanHost>;

/** off → starting → running ⇄ starting;  starting → failed → starting */
export const EmbeddedServerState = z.discriminatedUnion('at', [
  z.object({ at: z.literal('off') }),
  z.object({ at: z.literal('starting') }),
  z.object({
    at: z.literal('running'),
    /** The host that this app connects to. */
    host: ServerHost,
    /** Likeliest first; invites name the first. Empty while nothing listens beyond loopback. */
    lanHosts: z.array(LanHost),
  }),
  z.object({ at: z.literal('failed'), code: ErrorCode, message: z.string() }),
]);
export type EmbeddedServerState = z.infer<typeof EmbeddedServerState>;

export const AppInfo = z.object({
  version: z.string(),
  host: z.enum(['electron', 'loopback']),
  platform: z.string(),
  deviceId: DeviceId,
  /** How the device's keys and the rooms' secrets are kept on this computer. */
  keysProtectedBy: z.enum(['os-keystore', 'file-permissions']),
  /** Things that went wrong at start and that the person should read. */
  notices: z.array(z.object({ code: ErrorCode, message: z.string() })),
});
export type AppInfo = z.infer<typeof AppInfo>;

/** new: first contact, now pinned; pinned: known key; verified: code compared; changed: the name was known with another key. */
export const PeerStanding = z.object({
  deviceId: DeviceId,
  name: z.string(),
  standing: z.enum(['new', 'pinned', 'verified', 'changed']),
  /** The first computer of its person; absent where the device is that itself, or the only one. */
  person: DeviceId.optional(),
});
export type PeerStanding = z.infer<typeof PeerStanding>;

/** Somebody whom this person met. */
export const MetPerson = z.object({
  /** Their first computer, or the only one. */
  person: DeviceId,
  name: z.string(),
  standing: z.enum(['pinned', 'verified', 'changed']),
  devices: z.array(DeviceId),
  /** When a device of theirs was here last, in ms. */
  lastMetAt: z.number().int(),
  /** The rooms in common, those with the fewest people first. */
  rooms: z.array(RoomId),
});
export type MetPerson = z.infer<typeof MetPerson>;

/** A person whom this person blocked, with all their devices that are known. */
export const BlockedPeer = z.object({
  /** Their first computer, or the only one. */
  person: DeviceId,
  name: z.string(),
  devices: z.array(DeviceId),
  /** In ms. */
  blockedAt: z.number().int().nonnegative(),
});
export type BlockedPeer = z.infer<typeof BlockedPeer>;
