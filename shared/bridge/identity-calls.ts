import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { DeviceId } from '../base/ids.ts';
import { BlockedPeer, ComputerList, MetPerson, PeerStanding, Profile } from '../model/index.ts';
import { HelloFields, PairRole } from '../protocol/hello-fields.ts';

const Sig = base64UrlOf(64);
const Nothing = z.object({}).strict();
const OfDevice = z.object({ deviceId: DeviceId }).strict();
const Blocked = z.object({ items: z.array(BlockedPeer) });

/** This device’s signatures, and the peers that it met. */
export const identityCalls = {
  /** Signs this device's hello for one session; `dev` is filled in by the core. */
  'identity.sign-hello': { input: HelloFields, output: z.object({ dev: DeviceId, sig: Sig }) },
  /** Signs a confirm over the transcript hash of one pair of hellos. */
  'identity.sign-confirm': {
    input: z.object({ role: PairRole, transcriptHash: base64UrlOf(32) }).strict(),
    output: z.object({ sig: Sig }),
  },
  /**
   * Pins a peer's key at first contact and says how it stands from then on. `computers` is the list that it came with, where it has one. Refuses
   * with `peer-blocked` where the device is one of somebody whom this person blocked.
   */
  'peers.meet': {
    input: z.object({ deviceId: DeviceId, profile: Profile, computers: ComputerList.optional() }).strict(),
    output: PeerStanding,
  },
  /** The same of somebody who is not met yet, because they knock at a locked room: nothing of their name is kept. */
  'peers.look': {
    input: z.object({ deviceId: DeviceId, profile: Profile, computers: ComputerList.optional() }).strict(),
    output: PeerStanding,
  },
  /** The person compared the safety code (`verified: true`) or takes that back. */
  'peers.verify': { input: z.object({ deviceId: DeviceId, verified: z.boolean() }).strict(), output: PeerStanding },
  /**
   * The person goes on with a device that took over a known name: it counts as known from then on, its code as not compared. Refuses with
   * `bad-request` for one that was never met.
   */
  'peers.accept': { input: OfDevice, output: PeerStanding },
  /** Everybody who was met and is not blocked, the one met last first. */
  'peers.met': { input: Nothing, output: z.object({ items: z.array(MetPerson) }) },
  /** Everybody who is blocked, the one blocked last first. */
  'peers.blocked': { input: Nothing, output: Blocked },
  /**
   * Blocks a person with all their devices, also those that come later, and answers everybody who is blocked. Refuses with `not-allowed` for
   * one's own devices, and with `bad-request` for one that was never met.
   */
  'peers.block': { input: OfDevice, output: Blocked },
  /** Takes that back. Entries that came from the person meanwhile are shown from then on. */
  'peers.unblock': { input: OfDevice, output: Blocked },
} as const;
