import type { ComputerList, Profile } from '@parley/shared/model';
import { equalBytes, type Outcome, type PairMessage, type ParticipantId } from '@parley/shared/protocol';
import { boxKindOf, type OwnHello, openHello, openPairSession, type RoomKeys, tagOf } from '@parley/shared/sealing';
import { type Clock, FixedRate } from '@parley/shared/timing';
import { type CountedClock, countedClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { errorFields, type Log } from '../log.ts';
import { ExpectedSeats, sayAgainAfterMs } from './expected-seats.ts';
import { type KnownPeer, type PeerRecord, peerIdOf } from './known-peer.ts';
import { SeatCounts } from './seat-counts.ts';

export type HandshakePorts = {
  keys: RoomKeys;
  own: OwnHello;
  clock: Clock;
  handshakeTimeoutMs: number;
  /** Stays that are known or over, at most; beyond them nobody new is met. */
  peersMax: number;
  send(to: ParticipantId | '*', box: string, wanted: () => boolean): Promise<Outcome<unknown>>;
  /** Signs a confirm; undefined when the core refuses. */
  signConfirm(role: 'lo' | 'hi', transcriptHash: Uint8Array<ArrayBuffer>): Promise<string | undefined>;
  profile(): Profile;
  /** The list of this person's computers; null where there is one. */
  computers(): ComputerList | null;
  /** Whether the person wants nothing to do with that device: nothing it says is answered. */
  isBlocked(deviceId: string): boolean;
  log: Log;
};

export type HandshakeEvents = {
  /** Both confirms are through: this is a member with the device it claims. Said once per peer. */
  confirmed: { peer: KnownPeer; profile: Profile; computers: ComputerList | undefined };
  /** A member who was met before confirmed again: back after an absence, maybe under another name. */
  confirmedAgain: { peer: KnownPeer; profile: Profile; computers: ComputerList | undefined };
  message: { peer: KnownPeer; message: Exclude<PairMessage, { type: 'confirm' }> };
};

/** Why boxes were not used; only counted. */
export type BoxDrops = { unreadable: number; conflicting: number; unknownPair: number; refused: number; flood: number };

const QUEUE_MAX = 512;
const WAITING_MAX = 64;
/** An honest seat brings one peer; its first word may be a replayed one of somebody else. */
const UNMET_PER_SEAT = 2;
const PEERS_PER_SEAT = 4;
const CONFIRMS_AGAIN = { burst: 8, perSecond: 1 };
const ANSWER_EVERY_MS = 500;
const ANSWERED_SEATS_MAX = 8;

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
  /** Stays that are over. Their keys must never be derived a second time, because counters would start again. */
  readonly #over = new Set<string>();
  readonly #broughtBy = new SeatCounts();
  readonly #dropped: BoxDrops = { unreadable: 0, conflicting: 0, unknownPair: 0, refused: 0, flood: 0 };
  readonly #expected: ExpectedSeats;
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #closed = false;

  constructor(ports: HandshakePorts) {
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
    this.#expected = new ExpectedSeats({
      clock: this.#clock,
      isHeard: (participantId) => [...this.#byPeerId.values()].some(({ peer }) => peer.participantId === participantId),
      sayHello: (participantId) => this.#sayHello(participantId),
    });
  }

  get dropped(): Readonly<BoxDrops> {
    return this.#dropped;
  }

  get openResources(): { timers: number; listeners: number } {
    return { timers: this.#clock.pending, listeners: this.#events.size };
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

  /** Says hello to everyone who is here. */
  announce(): void {
    void this.#ports.send('*', this.#ports.own.box, () => !this.#closed);
  }

  /** Somebody sits there, the server says: they are greeted again when nothing is heard from there. */
  expect(participantId: ParticipantId): void {
    this.#expected.expect(participantId);
  }

  /** Nobody sits there any more. */
  forget(participantId: ParticipantId): void {
    this.#expected.forget(participantId);
  }

  /** After this device got a new seat: members move it to the new place when its keys speak from there. */
  async confirmAgain(): Promise<void> {
    for (const known of this.#byPeerId.values()) {
      if (known.peer.at === 'confirmed') await this.#sendConfirm(known, known.peer.participantId);
    }
  }

  /**
   * Someone may not have what was said to them: their socket or this one was gone. Resolves when it was said again,
   * so that what they take only after a confirm can follow.
   */
  async repeatFor(participantId: ParticipantId): Promise<void> {
    for (const known of this.#byPeerId.values()) {
      const { peer } = known;
      if (peer.participantId === participantId) await this.#answer(known, participantId);
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

  /** Ends a peer for good: its keys are dropped, and nothing it says is heard any more. */
  end(peerId: string): void {
    const known = this.#byPeerId.get(peerId);
    if (!known) return;
    known.undoTimer();
    known.undoAnswer();
    known.undoSayAgain?.();
    known.peer.at = 'ended';
    known.peer.session.close();
    this.#byPeerId.delete(peerId);
    this.#byTag.delete(known.peer.session.tag);
    this.#over.add(peerId);
  }

  close(): void {
    this.#closed = true;
    for (const peerId of this.#byPeerId.keys()) this.end(peerId);
    this.#expected.close();
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
    // Our own words coming back, or a peer that is over.
    if (hello.dev === own.dev || this.#over.has(peerId)) return;
    if (this.#ports.isBlocked(hello.dev)) {
      this.#expected.forget(from);
      return;
    }
    const known = this.#byPeerId.get(peerId);
    if (known) {
      if (!equalBytes(known.peer.hello.plaintext, hello.plaintext)) this.#dropped.conflicting += 1;
      // Not awaited: it may have to wait, and the boxes behind this one must not.
      else if (toAll) void this.#answer(known, from);
      else await this.#greetedAgain(known, from);
      return;
    }
    if (!this.#mayBring(from)) {
      this.#dropped.flood += 1;
      return;
    }
    const paired = await openPairSession(keys, own, hello);
    if (!paired.ok || this.#closed) {
      this.#dropped.refused += 1;
      return;
    }
    this.#broughtBy.add(from);
    this.#makeRoom();
    const fresh: PeerRecord = {
      peer: { peerId, hello, session: paired.value, at: 'waiting', participantId: from },
      out: Promise.resolve(),
      undoTimer: () => {},
      undoAnswer: () => {},
      undoSayAgain: undefined,
      answering: undefined,
      answerTo: new Set(),
      sig: undefined,
      answeredAt: this.#clock.monotonicMs(),
      confirms: new FixedRate(CONFIRMS_AGAIN.burst, CONFIRMS_AGAIN.perSecond),
    };
    this.#byPeerId.set(peerId, fresh);
    this.#byTag.set(paired.value.tag, fresh);
    this.#waitForConfirm(fresh);
    this.#sayAgain(fresh);
    if (toAll) this.#sayHello(from);
    await this.#sendConfirm(fresh, from);
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
    const message = opened.value;
    if (message.type !== 'confirm') {
      this.#events.emit('message', { peer, message });
      return;
    }
    const { profile, computers } = message;
    if (peer.at === 'confirmed' && !known.confirms.take(this.#clock.monotonicMs())) {
      this.#dropped.flood += 1;
      return;
    }
    // However late: a confirm proves the device, and one that got lost may only be said again after an absence.
    if (peer.at !== 'confirmed') {
      known.undoTimer();
      known.undoSayAgain?.();
      known.undoSayAgain = undefined;
      peer.at = 'confirmed';
      this.#events.emit('confirmed', { peer, profile, computers });
    } else {
      this.#events.emit('confirmedAgain', { peer, profile, computers });
    }
    if (moved) await this.#sendConfirm(known, from);
  }

  /** A hello to this device alone, from somebody whose hello was here: they wait for a word of this side. */
  async #greetedAgain(known: PeerRecord, from: ParticipantId): Promise<void> {
    if (known.peer.at !== 'confirmed') {
      this.#waitForConfirm(known);
      if (!known.undoSayAgain) this.#sayAgain(known);
      return;
    }
    // Their confirm is here, so they have the hello; a confirm alone is not answered with another one.
    const now = this.#clock.monotonicMs();
    if (now - known.answeredAt < ANSWER_EVERY_MS) return;
    known.answeredAt = now;
    await this.#sendConfirm(known, from);
  }

  /** Says hello and confirms again, ever more seldom, until they confirm: what either side said may have got lost. */
  #sayAgain(known: PeerRecord, tries = 0): void {
    const waitMs = sayAgainAfterMs(tries);
    known.undoSayAgain =
      waitMs === undefined
        ? undefined
        : this.#clock.after(waitMs, () => {
            void this.#answer(known, known.peer.participantId);
            this.#sayAgain(known, tries + 1);
          });
  }

  /** Says hello and confirms once more to someone who may have missed it. A request that comes too soon is done later, once. */
  #answer(known: PeerRecord, to: ParticipantId): Promise<void> {
    if (this.#ports.isBlocked(known.peer.hello.dev)) return Promise.resolve();
    if (known.answerTo.size < ANSWERED_SEATS_MAX) known.answerTo.add(to);
    known.answering ??= this.#answerInTime(known).finally(() => {
      known.answering = undefined;
    });
    return known.answering;
  }

  async #answerInTime(known: PeerRecord): Promise<void> {
    while (known.answerTo.size > 0) {
      const waitMs = known.answeredAt + ANSWER_EVERY_MS - this.#clock.monotonicMs();
      if (waitMs > 0) {
        await new Promise<void>((resolve) => {
          known.undoAnswer = this.#clock.after(waitMs, resolve);
        });
      }
      if (this.#closed || known.peer.at === 'ended') return;
      known.answeredAt = this.#clock.monotonicMs();
      this.#waitForConfirm(known);
      const seats = [...known.answerTo];
      known.answerTo.clear();
      for (const seat of seats) {
        this.#sayHello(seat);
        await this.#sendConfirm(known, seat);
      }
    }
  }

  #sayHello(to: ParticipantId): void {
    void this.#ports.send(to, this.#ports.own.box, () => !this.#closed);
  }

  async #sendConfirm(known: PeerRecord, to: ParticipantId): Promise<void> {
    if (this.#ports.isBlocked(known.peer.hello.dev)) return;
    const { session } = known.peer;
    known.sig ??= await this.#ports.signConfirm(session.role, session.transcriptHash);
    const { sig } = known;
    if (sig === undefined || this.#closed || known.peer.at === 'ended') return;
    const computers = this.#ports.computers();
    const box = await session.seal({
      type: 'confirm',
      sig,
      profile: this.#ports.profile(),
      ...(computers ? { computers } : {}),
    });
    void this.#ports.send(to, box, () => !this.#closed && known.peer.at !== 'ended');
  }

  /** From now on their confirm has its time, unless it is here. */
  #waitForConfirm(known: PeerRecord): void {
    const { peer } = known;
    if (peer.at === 'confirmed') return;
    peer.at = 'waiting';
    known.undoTimer();
    known.undoTimer = this.#clock.after(this.#ports.handshakeTimeoutMs, () => {
      if (peer.at === 'waiting') peer.at = 'stalled';
    });
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
