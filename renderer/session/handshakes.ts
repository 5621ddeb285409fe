import { equalBytes, type PairMessage, type ParticipantId } from '@parley/shared/protocol';
import { boxKindOf, openHello, openPairSession, tagOf } from '@parley/shared/sealing';
import { FixedRate } from '@parley/shared/timing';
import { type CountedClock, countedClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { errorFields } from '../log.ts';
import { ExpectedSeats } from './expected-seats.ts';
import { Greetings } from './greetings.ts';
import type { BoxDrops, HandshakeEvents, HandshakePorts } from './handshake-ports.ts';
import { type KnownPeer, type PeerRecord, peerIdOf, recordOf } from './known-peer.ts';
import { MetAnew } from './met-anew.ts';
import { RemovalNotices } from './removal-notices.ts';
import { SeatCounts } from './seat-counts.ts';
import { Throttle } from './throttle.ts';
import { TurnedAway, type TurnedAwayHello } from './turned-away.ts';

const QUEUE_MAX = 512;
const WAITING_MAX = 64;
/** An honest seat brings one peer; its first word may be a replayed one of somebody else. */
const UNMET_PER_SEAT = 2;
const PEERS_PER_SEAT = 4;
const CONFIRMS_AGAIN = { burst: 8, perSecond: 1 };
const MOVES_RATE = { burst: 4, perSecond: 0.5 };

/**
 * The peers in the room, as the room's own keys prove them. Nobody is met because the server names them: only a hello that
 * the room key opens, answered by a confirm that its device signed over both hellos, makes a known peer.
 */
export class Handshakes {
  readonly #ports: HandshakePorts;
  readonly #clock: CountedClock;
  readonly #events = new Emitter<HandshakeEvents>();
  readonly #byPeerId = new Map<string, PeerRecord>();
  readonly #byTag = new Map<string, PeerRecord>();
  /** Stays that are over. Their keys must never be derived a second time under one hello of this device, because counters would start again. */
  readonly #over = new Set<string>();
  readonly #broughtBy = new SeatCounts();
  readonly #dropped: BoxDrops = { unreadable: 0, conflicting: 0, unknownPair: 0, refused: 0, flood: 0 };
  readonly #expected: ExpectedSeats;
  readonly #greetings: Greetings;
  readonly #turnedAway = new TurnedAway();
  readonly #anew: MetAnew;
  readonly #notices: RemovalNotices;
  readonly #moving: Throttle;
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #closed = false;

  constructor(ports: HandshakePorts) {
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
    this.#moving = new Throttle(this.#clock, MOVES_RATE, () => this.#events.emit('moved', undefined));
    this.#greetings = new Greetings(ports, this.#clock);
    this.#notices = new RemovalNotices(ports, this.#clock);
    this.#anew = new MetAnew({ first: ports.own, freshHello: ports.freshHello, log: ports.log });
    this.#expected = new ExpectedSeats({
      clock: this.#clock,
      isHeard: (participantId) => [...this.#byPeerId.values()].some(({ peer }) => peer.participantId === participantId),
      sayHello: (participantId) => this.#greetings.hello(participantId),
    });
  }

  get dropped(): Readonly<BoxDrops> {
    return this.#dropped;
  }

  get openResources(): { timers: number; listeners: number } {
    return { timers: this.#clock.pending, listeners: this.#events.size };
  }

  /** Whether somebody can be met only by a fresh session. */
  get isWornOut(): boolean {
    return this.#anew.isWornOut;
  }

  on<E extends keyof HandshakeEvents>(event: E, listener: (payload: HandshakeEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** Resolves when every box that came in so far was dealt with. */
  idle(): Promise<void> {
    return this.#queue;
  }

  get(peerId: string): KnownPeer | undefined {
    return this.#byPeerId.get(peerId)?.peer;
  }

  /** The seats of peers that were met, whether or not they are still there. */
  participantIds(): ReadonlySet<ParticipantId> {
    const met = [...this.#byPeerId.values()].filter(({ peer }) => peer.at === 'confirmed');
    return new Set(met.map(({ peer }) => peer.participantId));
  }

  /** What was said in the last confirm of everybody who confirmed, whether or not they are listed. */
  get confirmed(): readonly HandshakeEvents['confirmed'][] {
    const { gate } = this.#ports;
    return [...this.#byPeerId.values()].flatMap(({ peer, said }) =>
      said && gate.of(peer.hello.dev) === 'in' ? [{ peer, ...said }] : [],
    );
  }

  /** Says hello to everyone who is here. */
  announce(): void {
    this.#greetings.hello('*');
  }

  /** Somebody sits there, the server says: they are greeted again when nothing is heard from there. */
  expect(participantId: ParticipantId): void {
    this.#expected.expect(participantId);
  }

  /** Nobody sits there any more. */
  forget(participantId: ParticipantId): void {
    this.#expected.forget(participantId);
    this.#turnedAway.forget(participantId);
  }

  /** The peers of these devices of whom a handshake is here, or under way; without those who were told goodbye. */
  peersOf(isWanted: (dev: string) => boolean): string[] {
    const records = [...this.#byPeerId.values()].filter(
      ({ peer, isLeaving }) => !isLeaving && isWanted(peer.hello.dev),
    );
    return records.map(({ peer }) => peer.peerId);
  }

  /** The rules of the room or the blocks changed: those who knocked and may come in are confirmed, and those who got no answer are answered. */
  reconsider(): void {
    const { gate } = this.#ports;
    this.#answerTurnedAway();
    for (const known of this.#byPeerId.values()) {
      const { peer, knock } = known;
      known.isWelcome = known.isLeaving && this.#isAnswered(peer.hello.dev);
      const now = gate.of(peer.hello.dev);
      if (!knock || now === 'knocks') continue;
      known.knock = undefined;
      if (now === 'out') continue;
      known.said = knock;
      peer.at = 'confirmed';
      void this.#greetings.confirm(known, peer.participantId);
      this.#events.emit('confirmed', { peer, ...knock });
    }
  }

  /** After this device got a new seat: members move it to the new place when its keys speak from there. */
  async confirmAgain(): Promise<void> {
    for (const known of this.#byPeerId.values()) {
      if (known.peer.at === 'confirmed') await this.#greetings.confirm(known, known.peer.participantId);
    }
  }

  /**
   * Someone may not have what was said to them: their socket or this one was gone. Resolves when it was said again,
   * so that what they take only after a confirm can follow.
   */
  async repeatFor(participantId: ParticipantId): Promise<void> {
    for (const known of this.#byPeerId.values()) {
      const { peer } = known;
      if (peer.participantId === participantId) await this.#greetings.answer(known, participantId);
    }
  }

  /** Takes a box; one after the other, because each can depend on the one before. */
  handleBox(from: ParticipantId, toAll: boolean, box: string): void {
    if (this.#closed) return;
    if (this.#queued >= QUEUE_MAX) {
      this.#dropped.flood += 1;
      return;
    }
    this.#queued += 1;
    this.#queue = this.#queue.then(async () => {
      this.#queued -= 1;
      if (this.#closed) return;
      const kind = boxKindOf(box);
      try {
        if (kind === 'hello') await this.#hello(from, toAll, box);
        else if (kind === 'pair') await this.#pair(from, box);
        else if (kind === 'notice') await this.#notice(box);
        else this.#dropped.unreadable += 1;
      } catch (error) {
        // A pair that ended meanwhile. The boxes behind this one are still dealt with.
        this.#ports.log.debug('a box was not used', errorFields(error));
        this.#dropped.refused += 1;
      }
    });
  }

  /** Seals for someone who was met and hands it to the server. In order, per peer. */
  seal(peerId: string, message: PairMessage, wanted: () => boolean): Promise<void> {
    const known = this.#byPeerId.get(peerId);
    if (known?.peer.at !== 'confirmed') return Promise.resolve();
    const { peer } = known;
    if (message.type === 'bye') known.isLeaving = true;
    let sent: Promise<unknown> = Promise.resolve();
    const sealed = known.out.then(async () => {
      if (!wanted() || peer.at === 'ended' || this.#closed) return;
      const box = await peer.session.seal(message);
      sent = this.#ports.send(peer.participantId, box, () => wanted() && !this.#closed);
    });
    // The caller hears of the failure; what is sealed next only waits for the end of this.
    known.out = sealed.catch((error: unknown) => this.#ports.log.debug('a message was not sealed', errorFields(error)));
    return sealed.then(async () => {
      await sent;
    });
  }

  /**
   * Ends a peer for good: its keys are dropped, and nothing it says is heard any more. Somebody who was shut out is met again, under another
   * hello of this device, once they are not any more.
   */
  end(peerId: string, isShutOut = false): void {
    const known = this.#byPeerId.get(peerId);
    if (!known) return;
    this.#greetings.end(known);
    known.peer.at = 'ended';
    known.peer.session.close();
    this.#byPeerId.delete(peerId);
    this.#byTag.delete(known.peer.session.tag);
    this.#over.add(peerId);
    if (!isShutOut || this.#closed) return;
    this.#turnedAway.note({ from: known.peer.participantId, peerId, dev: known.peer.hello.dev, box: known.box });
    if (known.isWelcome) this.#answerTurnedAway();
  }

  close(): void {
    this.#closed = true;
    this.#greetings.close();
    this.#notices.close();
    for (const peerId of this.#byPeerId.keys()) this.end(peerId);
    this.#expected.close();
    this.#moving.close();
    this.#clock.stopAll();
    this.#events.clear();
  }

  async #hello(from: ParticipantId, toAll: boolean, box: string): Promise<void> {
    const { keys, own } = this.#ports;
    const opened = await openHello(keys, box);
    if (!opened.ok) {
      this.#dropped.unreadable += 1;
      return;
    }
    const hello = opened.value;
    const peerId = peerIdOf(hello);
    // Our own words coming back.
    if (hello.dev === own.dev) return;
    if (!this.#isAnswered(hello.dev)) {
      this.#turnedAway.note({ from, peerId, dev: hello.dev, box });
      void this.#notices.tell(hello, from);
      return this.#expected.forget(from);
    }
    if (this.#over.has(peerId)) return;
    const known = this.#byPeerId.get(peerId);
    if (known) {
      if (!equalBytes(known.peer.hello.plaintext, hello.plaintext)) this.#dropped.conflicting += 1;
      // Not awaited: it may have to wait, and the boxes behind this one must not.
      else if (toAll) void this.#greetings.answer(known, from);
      else await this.#greetings.greetedAgain(known, from);
      return;
    }
    if (!this.#mayBring(from)) {
      this.#dropped.flood += 1;
      return;
    }
    const ownForThem = this.#anew.ownFor(peerId);
    const paired = await openPairSession(keys, ownForThem, hello);
    if (!paired.ok || this.#closed) {
      this.#dropped.refused += 1;
      return;
    }
    this.#broughtBy.add(from);
    this.#makeRoom();
    const peer: KnownPeer = { peerId, hello, session: paired.value, at: 'waiting', participantId: from };
    const fresh = recordOf({
      ...{ peer, own: ownForThem, box, answeredAt: this.#clock.monotonicMs() },
      confirms: new FixedRate(CONFIRMS_AGAIN.burst, CONFIRMS_AGAIN.perSecond),
    });
    this.#byPeerId.set(peerId, fresh);
    this.#byTag.set(paired.value.tag, fresh);
    await this.#greetings.meet(fresh, from, toAll);
  }

  async #notice(box: string): Promise<void> {
    const records = await this.#notices.open(box);
    if (this.#closed) return;
    if (records) this.#events.emit('removed', { records });
    else this.#dropped.refused += 1;
  }

  #isAnswered(dev: string): boolean {
    return this.#ports.gate.of(dev) !== 'out' && !this.#ports.isBlocked(dev);
  }

  /** Uses the hellos of those who are not turned away any more; whose stay is over is met under a fresh hello of this device. */
  #answerTurnedAway(): void {
    const hellos = this.#turnedAway.take((dev) => this.#isAnswered(dev));
    const isOver = ({ peerId }: TurnedAwayHello) => this.#over.has(peerId);
    for (const hello of hellos) if (!isOver(hello)) this.handleBox(hello.from, true, hello.box);
    void this.#meetAnew(hellos.filter(isOver));
  }

  async #meetAnew(hellos: readonly TurnedAwayHello[]): Promise<void> {
    const renewed = await this.#anew.renew(hellos.map(({ peerId }) => peerId));
    for (const { from, peerId, box } of hellos) {
      if (!renewed.has(peerId)) continue;
      this.#over.delete(peerId);
      this.handleBox(from, true, box);
    }
  }

  async #pair(from: ParticipantId, box: string): Promise<void> {
    const known = this.#byTag.get(tagOf(box) ?? '');
    if (!known) {
      this.#dropped.unknownPair += 1;
      return;
    }
    const { peer } = known;
    const opened = await peer.session.open(box);
    if (!opened.ok || peer.at === 'ended') {
      this.#dropped.refused += 1;
      return;
    }
    const moved = peer.participantId !== from;
    peer.participantId = from;
    if (moved) this.#moving.request();
    const message = opened.value;
    if (message.type === 'wait') {
      if (peer.at === 'confirmed') return;
      this.#greetings.heard(known);
      this.#events.emit('waits', { peer, by: message.by });
      return;
    }
    if (message.type !== 'confirm') {
      if (peer.at === 'confirmed') this.#events.emit('message', { peer, message });
      return;
    }
    const { profile, computers } = message;
    if ((peer.at === 'confirmed' || known.knock) && !known.confirms.take(this.#clock.monotonicMs())) {
      this.#dropped.flood += 1;
      return;
    }
    const gate = this.#ports.gate.of(peer.hello.dev);
    if (gate !== 'in') {
      this.#greetings.heard(known);
      if (gate === 'out' || peer.at === 'confirmed') return;
      known.knock = { profile, computers };
      this.#events.emit('knocked', { peer, profile, computers });
      if (moved) await this.#greetings.confirm(known, from);
      return;
    }
    known.said = { profile, computers };
    // However late: a confirm proves the device, and one that got lost may only be said again after an absence.
    if (peer.at !== 'confirmed') {
      this.#greetings.heard(known);
      known.knock = undefined;
      peer.at = 'confirmed';
      this.#events.emit('confirmed', { peer, profile, computers });
    } else {
      this.#events.emit('confirmedAgain', { peer, profile, computers });
    }
    if (moved) await this.#greetings.confirm(known, from);
  }

  /**
   * Whether this seat may bring one more peer. Each costs a signature of the core and boxes, and can never be
   * forgotten: without an end to them one member could make up any number of devices.
   */
  #mayBring(from: ParticipantId): boolean {
    const unmet = [...this.#byPeerId.values()].filter(
      ({ peer }) => peer.participantId === from && peer.at !== 'confirmed',
    );
    return (
      unmet.length < UNMET_PER_SEAT &&
      this.#broughtBy.of(from) < PEERS_PER_SEAT &&
      this.#over.size + this.#byPeerId.size < this.#ports.peersMax
    );
  }

  /** Hellos without a confirm are kept only so many, from whichever seats; those that are late go first. */
  #makeRoom(): void {
    const unmet = [...this.#byPeerId.values()].filter(({ peer }) => peer.at !== 'confirmed');
    const oldest = unmet.find(({ peer }) => peer.at === 'stalled') ?? unmet[0];
    if (unmet.length >= WAITING_MAX && oldest) this.end(oldest.peer.peerId);
  }
}
