import type { ComputerList, Profile } from '@parley/shared/model';
import { DeviceId, type LinkSignal } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { LinkOptions } from '../mesh/link-types.ts';
import { PeerLink } from '../mesh/peer-link.ts';
import type { Conversation } from './conversation.ts';
import type { Gate, HandshakeEvents } from './handshake-ports.ts';
import { Inbox } from './inbox.ts';
import type { KnownPeer } from './known-peer.ts';
import { followLink, type LinkEventsPorts } from './link-events.ts';
import { type ChatWords, Participant } from './participant.ts';
import type { PeerNames } from './peer-names.ts';
import type { Roster } from './roster.ts';
import { PROFILES_RATE } from './session-policy.ts';
import type { SessionNotice } from './session-state.ts';
import { Throttle } from './throttle.ts';

export type AdmissionPorts = {
  clock: Clock;
  roster: Roster;
  names: PeerNames;
  conversation: Conversation;
  links: Pick<LinkOptions, 'clock' | 'makePeer' | 'policy' | 'log' | 'config'>;
  events: LinkEventsPorts;
  isOver: () => boolean;
  isBlocked: (deviceId: string) => boolean;
  gate: Gate;
  notice: (notice: SessionNotice) => void;
  shown: () => void;
};

/** Lists peers that proved who they are, and opens a link to each. */
export class Admission {
  readonly #ports: AdmissionPorts;

  constructor(ports: AdmissionPorts) {
    this.#ports = ports;
  }

  /** Both confirms of a peer are through, or a known peer confirmed again after an absence. */
  async confirmed(peer: KnownPeer, profile: Profile, computers?: ComputerList): Promise<void> {
    const { roster, names, isOver, isBlocked, gate, notice } = this.#ports;
    if (isBlocked(peer.hello.dev) || gate.of(peer.hello.dev) !== 'in') return;
    const known = roster.get(peer.peerId);
    if (known) {
      roster.setGone(known, false);
      names.said(known, profile);
      return;
    }
    if (!roster.makeRoomFor(peer)) return;
    const deviceId = DeviceId.parse(peer.hello.dev);
    const met = await names.meet(deviceId, profile, computers);
    if (isOver() || peer.at !== 'confirmed' || roster.get(peer.peerId)) return;
    // The rules changed meanwhile.
    if (gate.of(deviceId) !== 'in') return roster.remove(peer.peerId, 'blocked', true);
    // A computer of somebody who is blocked, of which nothing was known before its list came.
    if (isBlocked(deviceId) || (!met.ok && met.code === 'peer-blocked'))
      return roster.remove(peer.peerId, 'blocked', true);
    if (!met.ok) {
      notice({ tone: 'trouble', text: met.message, code: met.code });
      return;
    }
    if (!roster.replaceOlder(peer) || !roster.makeRoomFor(peer)) return;
    const { standing, person } = met.value;
    this.#list(new Participant({ peer, deviceId, profile, standing, person, link: this.#link(peer) }));
  }

  /** Somebody speaks from another seat: lists who proved themselves, is not listed, and has a seat that nobody listed sits in. */
  moved(confirmed: readonly HandshakeEvents['confirmed'][]): void {
    const { roster } = this.#ports;
    for (const { peer, profile, computers } of confirmed) {
      const isFree = roster.get(peer.peerId) === undefined && roster.at(peer.participantId) === undefined;
      if (isFree) void this.confirmed(peer, profile, computers);
    }
  }

  /** A signal that came through the server. */
  signal({ peerId }: KnownPeer, signal: LinkSignal): void {
    const { roster } = this.#ports;
    const participant = roster.get(peerId);
    if (participant) participant.link.handleSignal(signal, true);
    else roster.keepSignal(peerId, signal);
  }

  #link({ peerId, session, hello }: KnownPeer): PeerLink {
    const { roster, links } = this.#ports;
    return new PeerLink({
      initiator: session.role === 'lo',
      fp: hello.fp,
      firstEpoch: roster.firstEpochOf(peerId),
      ...links,
    });
  }

  #list(participant: Participant): void {
    const { roster, names, conversation, clock, events, shown } = this.#ports;
    participant.inbox = new Inbox<ChatWords>(
      clock,
      (message) => conversation.handle(participant, message),
      () => void conversation.linked(participant),
    );
    participant.naming = new Throttle(clock, PROFILES_RATE, () => void names.take(participant));
    const early = roster.add(participant);
    followLink(participant, events);
    if (participant.standing === 'changed') names.warnOf(participant.profile);
    participant.link.start();
    for (const signal of early) participant.link.handleSignal(signal);
    shown();
  }
}
