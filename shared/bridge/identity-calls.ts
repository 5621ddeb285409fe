import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { DeviceId } from '../base/ids.ts';
import { ComputerList, PeerStanding, Profile } from '../model/index.ts';
import { HelloFields, PairRole } from '../protocol/hello-fields.ts';

const Sig = base64UrlOf(64);

/** This device’s signatures, and the peers that it met. */
export const identityCalls = {
  /** Signs this device's hello for one session; `dev` is filled in by the core. */
  'identity.sign-hello': { input: HelloFields, output: z.object({ dev: DeviceId, sig: Sig }) },
  /** Signs a confirm over the transcript hash of one pair of hellos. */
  'identity.sign-confirm': {
    input: z.object({ role: PairRole, transcriptHash: base64UrlOf(32) }).strict(),
    output: z.object({ sig: Sig }),
  },
  /** Pins a peer's key at first contact and says how it stands from then on. `computers` is the list that it came with, where it has one. */
  'peers.meet': {
    input: z.object({ deviceId: DeviceId, profile: Profile, computers: ComputerList.optional() }).strict(),
    output: PeerStanding,
  },
  /** The person compared the safety code (`verified: true`) or takes that back. */
  'peers.verify': { input: z.object({ deviceId: DeviceId, verified: z.boolean() }).strict(), output: PeerStanding },
} as const;
