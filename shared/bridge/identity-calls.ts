import { z } from 'zod';
import { PeerStanding, Profile } from '../model/index.ts';
import { base64UrlOf } from '../protocol/bytes.ts';
import { DeviceId, RoomId } from '../protocol/ids.ts';

const Sig = base64UrlOf(64);

/** The typed fields of a hello; the core builds the signed bytes itself (security: no signing of free bytes). */
export const HelloFields = z
  .object({
    roomId: RoomId,
    epoch: z
      .number()
      .int()
      .min(0)
      .max(2 ** 32 - 1),
    sess: base64UrlOf(16),
    eph: base64UrlOf(32),
    fp: base64UrlOf(32),
    ts: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
    caps: z.number().int().min(0).max(65_535),
    prev: base64UrlOf(16),
  })
  .strict();
export type HelloFields = z.infer<typeof HelloFields>;

export const PairRole = z.enum(['lo', 'hi']);
export type PairRole = z.infer<typeof PairRole>;

/** This device’s signatures, and the peers that it met. */
export const identityCalls = {
  /** Signs this device's hello for one stay; `dev` is filled in by the core. */
  'identity.sign-hello': { input: HelloFields, output: z.object({ dev: DeviceId, sig: Sig }) },
  /** Signs a confirm over the transcript hash of one pair of hellos. */
  'identity.sign-confirm': {
    input: z.object({ role: PairRole, transcriptHash: base64UrlOf(32) }).strict(),
    output: z.object({ sig: Sig }),
  },
  /** Pins a peer's key at first contact and says how it stands from then on. */
  'peers.meet': { input: z.object({ deviceId: DeviceId, profile: Profile }).strict(), output: PeerStanding },
  /** The person compared the safety code (`verified: true`) or takes that back. */
  'peers.verify': { input: z.object({ deviceId: DeviceId, verified: z.boolean() }).strict(), output: PeerStanding },
} as const;
