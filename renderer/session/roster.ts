import type { LinkSignal, ParticipantId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { CloseReason } from '../mesh/link-types.ts';
import type { KnownPeer } from './known-peer.ts';
import type { Participant } from './participant.ts';

/** Members who were met and are not listed. */
const UNLISTED_MAX = 64;
const EARLY_SIGNALS_MAX = 64;

export type RosterPorts = {
  clock: Clock;
  /** How long a participant whose seat ended stays listed while no link to it is open, in ms. */
  goneGraceMs: number;
  /** Someone is off the list. */
  removed(participant: Participant): void;
  /** That peer is over: nothing it says is heard any more. */
  ended(peerId: string, why: CloseReason): void;
  /** Two peers speak from one seat, as far as the server says: one of them may sit somewhere else. */
  crowded(): void;
  changed(): void;
};

/**
 * The participants of a room. unlisted → listed → unlisted (may come back) | ended. A seat and a device are one
 * participant each, and there are no more of them than the room has places.
 */
export class Roster {
  readonly #ports: RosterPorts;
  readonly #listed = new Map<string, Participant>();
  /** Peers that may be listed again, with the last epoch of their link; 0 when they had none. */
  readonly #unlisted = new Map<string, number>();
  /** Signals of peers about whom the core is still asked: their first offer must not get lost. */
  readonly #early = new Map<string, LinkSignal[]>();
  capacity: number;

  constructor(capacity: number, ports: RosterPorts) {
    this.capacity = capacity;
    this.#ports = ports;
  }

  get all(): Participant[] {
    return [...this.#listed.values()];
  }

  get(peerId: string): Participant | undefined {
    return this.#listed.get(peerId);
  }

  at(participantId: ParticipantId): Participant | undefined {
    return this.all.find(({ peer }) => peer.participantId === participantId);
  }

  /** The epoch that the next link to that peer starts with: late signals of an earlier link may still come. */
  firstEpochOf(peerId: string): number {
    return (this.#unlisted.get(peerId) ?? 0) + 1;
  }

  /** Lists a participant; returns the signals that came before. */
  add(participant: Participant): readonly LinkSignal[] {
    const { peerId } = participant;
    this.#listed.set(peerId, participant);
    this.#unlisted.delete(peerId);
    const early = this.#early.get(peerId) ?? [];
    this.#early.delete(peerId);
    return early;
  }

  keepSignal(peerId: string, signal: LinkSignal): void {
    const waiting = this.#early.get(peerId) ?? [];
    if (waiting.length < EARLY_SIGNALS_MAX) waiting.push(signal);
    this.#early.set(peerId, waiting);
  }

  /** One participant per device: the newer one replaces the older, which an old hello cannot take back. */
  replaceOlder(peer: KnownPeer): boolean {
    const { dev, ts } = peer.hello;
    for (const other of this.all) {
      if (other.deviceId !== dev) continue;
      if (other.peer.hello.ts > ts && other.link.state.at === 'open') return false;
      this.remove(other.peerId, 'left', true);
    }
    return true;
  }

  /**
   * Whether that peer can be listed. A seat is one participant, however many devices speak from it: a member could
   * otherwise fill the room, and this device's connections, with devices of their own making. A peer that finds the
   * room full may come later.
   */
  makeRoomFor({ peerId, participantId, hello }: KnownPeer): boolean {
    const others = this.all.filter(({ deviceId }) => deviceId !== hello.dev);
    for (const other of others) {
      if (other.peer.participantId !== participantId) continue;
      const { at } = other.link.state;
      const first = at === 'open' || at === 'interrupted';
      // Not for good: a server can name any seat, and the peers prove where they are when it stops.
      if (first) this.#unlist(peerId, 0);
      else this.remove(other.peerId, 'left', false);
      this.#ports.crowded();
      return !first;
    }
    if (others.length < this.capacity) return true;
    const gone = others.find((other) => other.gone && other.link.state.at !== 'open');
    if (gone) this.remove(gone.peerId, 'left', false);
    else this.#unlist(peerId, 0);
    return gone !== undefined;
  }

  /** Notes whether the server says that the seat ended. An open link outweighs what the server says. */
  setGone(participant: Participant, gone = participant.gone): void {
    participant.gone = gone;
    participant.undoGone();
    if (!gone || participant.link.state.at === 'open') return;
    participant.undoGone = this.#ports.clock.after(this.#ports.goneGraceMs, () => {
      if (participant.gone && participant.link.state.at !== 'open') this.remove(participant.peerId, 'left', false);
    });
  }

  /** Takes a participant off the list. `forGood`: the peer is over; otherwise it may come back. */
  remove(peerId: string, why: CloseReason, forGood: boolean): void {
    const participant = this.#listed.get(peerId);
    if (participant) {
      this.#listed.delete(peerId);
      const { state } = participant.link;
      if (state.at !== 'closed' && !forGood) this.#unlist(peerId, state.epoch);
      participant.close();
      this.#ports.removed(participant);
      participant.link.close(why);
    }
    if (forGood) {
      this.#ports.ended(peerId, why);
      this.#unlisted.delete(peerId);
      this.#early.delete(peerId);
    }
    this.#ports.changed();
  }

  /** Closes every link at once, without a word to anyone. */
  close(): void {
    for (const participant of this.all) {
      participant.link.close('left');
      participant.close();
    }
    this.#listed.clear();
  }

  /** Remembers a peer that is not listed for when it confirms again; of very many, the oldest are over. */
  #unlist(peerId: string, epoch: number): void {
    this.#unlisted.set(peerId, Math.max(epoch, this.#unlisted.get(peerId) ?? 0));
    const [oldest] = this.#unlisted.keys();
    if (this.#unlisted.size > UNLISTED_MAX && oldest !== undefined) this.remove(oldest, 'left', true);
  }
}
