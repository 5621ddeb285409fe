import type { Profile } from '@parley/shared/model';
import { DeviceId, type LinkMessage, ParticipantId } from '@parley/shared/protocol';
import type { CloseReason } from '../../mesh/link-types.ts';
import type { PeerLink } from '../../mesh/peer-link.ts';
import type { KnownPeer } from '../known-peer.ts';
import { Participant } from '../participant.ts';

/** The parts of a link that the roster and its neighbours use, with its state in the hands of the test. */
export type FakeLink = {
  state: { at: 'opening' | 'open' | 'interrupted' | 'closed'; epoch: number };
  readonly sent: LinkMessage[];
  readonly closedFor: CloseReason[];
};

export const fakeDevice = (letter: string): DeviceId => DeviceId.parse(`${letter.repeat(42)}A`);
export const fakeSeat = (letter: string): ParticipantId => ParticipantId.parse(`${letter.repeat(21)}A`);

export type FakeParticipantOptions = {
  device?: string;
  seat?: string;
  ts?: number;
  profile?: Profile;
  session?: unknown;
};

/** A peer that proved who it is, with no crypto behind it. */
export function fakePeer(
  peerId: string,
  { device = 'd', seat = 's', ts = 1, session }: FakeParticipantOptions = {},
): KnownPeer {
  const hello = { dev: fakeDevice(device), ts };
  return { peerId, hello, session, at: 'confirmed', participantId: fakeSeat(seat) } as unknown as KnownPeer;
}

/** A participant whose link only remembers what it was told. */
export function fakeParticipant(peerId: string, options: FakeParticipantOptions = {}) {
  const fake: FakeLink = { state: { at: 'open', epoch: 1 }, sent: [], closedFor: [] };
  const link = {
    get state() {
      return fake.state;
    },
    send: (message: LinkMessage) => {
      fake.sent.push(message);
      return true;
    },
    close: (why: CloseReason) => void fake.closedFor.push(why),
  };
  const participant = new Participant({
    peer: fakePeer(peerId, options),
    deviceId: fakeDevice(options.device ?? 'd'),
    profile: options.profile ?? { username: 'ben', displayName: null },
    standing: 'pinned',
    link: link as unknown as PeerLink,
  });
  return { participant, link: fake };
}
