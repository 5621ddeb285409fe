import type { Profile } from '@parley/shared/model';
import { equalBytes, type Outcome, type PairMessage, type ParticipantId } from '@parley/shared/protocol';
import {
  boxKindOf,
  type OwnHello,
  openHello,
  openPairSession,
  type PairSession,
  type PeerHello,
  type RoomKeys,
  tagOf,
} from '@parley/shared/sealing';
import { type Clock, type CountedClock, countedClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { TokenBucket } from '../token-bucket.ts';

/**
 * Names one stay: the `sess` of a hello with the device that signed it. A `sess` alone is free to choose, and every
 * member knows those of the others. Ordered as the stays of a pair are, by `sess` first.
 */
export const stayOf = ({ sess, dev }: { sess: string; dev: string }): string => `${sess}.${dev}`;

/** Someone whose hello was opened. waiting ⇄ stalled (no confirm in time);  waiting | stalled → met;  any → over */
export type Acquaintance = {
  /** Which stay of which device; see `stayOf`. */
  readonly stay: string;
  readonly hello: PeerHello;
  readonly session: PairSession;
  at: 'waiting' | 'met' | 'stalled' | 'over';
  /** Where the server reaches them now; moves only with a message that their keys sealed. */
  participantId: ParticipantId;
};

export type IntroductionsPorts = {
  keys: RoomKeys;
  own: OwnHello;
  clock: Clock;
  handshakeTimeoutMs: number;
  /** Stays that are known or over, at most; beyond them nobody new is met. */
  staysMax: number;
  send(to: ParticipantId | '*', box: string, wanted: () => boolean): Promise<Outcome<unknown>>;
  /** Signs a confirm; undefined when the core refuses. */
  signConfirm(role: 'lo' | 'hi', transcriptHash: Uint8Array<ArrayBuffer>): Promise<string | undefined>;
  profile(): Profile;
};

export type IntroductionsEvents = {
  /** Both confirms are through: this is a member with the device it claims. Said once per stay. */
  met: { acquaintance: Acquaintance; profile: Profile };
  /** A member who was met before confirmed again: back after an absence, maybe under another name. */
  seenAgain: { acquaintance: Acquaintance; profile: Profile };
  message: { acquaintance: Acquaintance; message: Exclude<PairMessage, { type: 'confirm' }> };
};

/** Why boxes were not used; only counted. */
export type BoxDrops = { unreadable: number; conflicting: number; unknownPair: number; refused: number; flood: number };

const QUEUE_MAX = 512;
const WAITING_MAX = 64;
/** An honest seat brings one stay; its first word may be a replayed one of somebody else. */
const UNMET_PER_SEAT = 2;
const STAYS_PER_SEAT = 4;
const SEATS_COUNTED = 1_024;
const CONFIRMS_AGAIN = { burst: 8, perSecond: 1 };
const ANSWER_EVERY_MS = 500;
const ANSWERED_SEATS_MAX = 8;

/**
 * Who is in the room, as the room's own keys prove it. Nobody is met because the server names them: only a hello that
 * the room key opens, answered by a confirm that its device signed over both hellos, makes an acquaintance.
 */
export class Introductions {
  readonly #ports: IntroductionsPorts;
  readonly #clock: CountedClock;
  readonly #events = new Emitter<IntroductionsEvents>();
  readonly #byStay = new Map<string, Known>();
  readonly #byTag = new Map<string, Known>();
  /** Stays that are over. Their keys must never be derived a second time, because counters would start again. */
  readonly #over = new Set<string>();
  /** How many stays each of the latest seats brought. */
  readonly #broughtBy = new Map<ParticipantId, number>();
  readonly #dropped: BoxDrops = { unreadable: 0, conflicting: 0, unknownPair: 0, refused: 0, flood: 0 };
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #closed = false;

  constructor(ports: IntroductionsPorts) {
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
  }

  get dropped(): Readonly<BoxDrops> {
    return this.#dropped;
  }

  get census(): { timers: number; listeners: number } {
    return { timers: this.#clock.pending, listeners: this.#events.size };
  }

  on<E extends keyof IntroductionsEvents>(event: E, listener: (payload: IntroductionsEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** Resolves when every box that came in so far was dealt with. */
  idle(): Promise<void> {
    return this.#queue;
  }

  get(stay: string): Acquaintance | undefined {
    return this.#byStay.get(stay)?.acquaintance;
  }

  /** Who was met and where; not whether they are still there. */
  participantIds(): ReadonlySet<ParticipantId> {
    const met = [...this.#byStay.values()].filter(({ acquaintance }) => acquaintance.at === 'met');
    return new Set(met.map(({ acquaintance }) => acquaintance.participantId));
  }

  /** Says hello to everyone who is here. */
  announce(): void {
    void this.#ports.send('*', this.#ports.own.box, () => !this.#closed);
  }

  /** After this device got a new seat: members move it to the new place when its keys speak from there. */
  async confirmAgain(): Promise<void> {
    for (const known of this.#byStay.values()) {
      if (known.acquaintance.at === 'met') await this.#sendConfirm(known, known.acquaintance.participantId);
    }
  }

  /**
   * Someone may not have what was said to them: their socket or this one was gone. Resolves when it was said again,
   * so that what they take only after a confirm can follow.
   */
  async repeatFor(participantId: ParticipantId): Promise<void> {
    for (const known of this.#byStay.values()) {
      const { acquaintance } = known;
      if (acquaintance.participantId === participantId) await this.#answer(known, participantId);
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
      } catch {
        // A pair that ended meanwhile. The boxes behind this one are still dealt with.
        this.#dropped.refused += 1;
      }
    });
  }

  /** Seals for someone who was met and hands it to the server. In order, per acquaintance. */
  seal(stay: string, message: PairMessage, wanted: () => boolean): Promise<void> {
    const known = this.#byStay.get(stay);
    if (known?.acquaintance.at !== 'met') return Promise.resolve();
    const { acquaintance } = known;
    let sent: Promise<unknown> = Promise.resolve();
    const sealed = known.out.then(async () => {
      if (!wanted() || acquaintance.at === 'over' || this.#closed) return;
      const box = await acquaintance.session.seal(message);
      sent = this.#ports.send(acquaintance.participantId, box, () => wanted() && !this.#closed);
    });
    known.out = sealed.catch(() => undefined);
    return sealed.then(async () => {
      await sent;
    });
  }

  /** Ends a stay for good: its keys are dropped, and nothing it says is heard any more. */
  end(stay: string): void {
    const known = this.#byStay.get(stay);
    if (!known) return;
    known.undoTimer();
    known.undoAnswer();
    known.acquaintance.at = 'over';
    known.acquaintance.session.close();
    this.#byStay.delete(stay);
    this.#byTag.delete(known.acquaintance.session.tag);
    this.#over.add(stay);
  }

  close(): void {
    this.#closed = true;
    for (const stay of this.#byStay.keys()) this.end(stay);
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
    const stay = stayOf(hello);
    // Our own words coming back, or a stay that is over.
    if (hello.dev === own.dev || this.#over.has(stay)) return;
    const known = this.#byStay.get(stay);
    if (known) {
      if (!equalBytes(known.acquaintance.hello.plaintext, hello.plaintext)) this.#dropped.conflicting += 1;
      // Not awaited: it may have to wait, and the boxes behind this one must not.
      else if (toAll) void this.#answer(known, from);
      else this.#waitForConfirm(known);
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
    this.#count(from);
    this.#makeRoom();
    const fresh: Known = {
      acquaintance: { stay, hello, session: paired.value, at: 'waiting', participantId: from },
      out: Promise.resolve(),
      undoTimer: () => {},
      undoAnswer: () => {},
      answering: undefined,
      answerTo: new Set(),
      sig: undefined,
      answeredAt: this.#clock.now(),
      confirms: new TokenBucket(CONFIRMS_AGAIN.burst, CONFIRMS_AGAIN.perSecond),
    };
    this.#byStay.set(stay, fresh);
    this.#byTag.set(paired.value.tag, fresh);
    this.#waitForConfirm(fresh);
    if (toAll) this.#sayHello(from);
    await this.#sendConfirm(fresh, from);
  }

  async #pair(from: ParticipantId, box: string): Promise<void> {
    const known = this.#byTag.get(tagOf(box) ?? '');
    if (!known) {
      this.#dropped.unknownPair += 1;
      return;
    }
    const { acquaintance } = known;
    const opened = await acquaintance.session.open(box);
    if (!opened.ok || acquaintance.at === 'over') {
      this.#dropped.refused += 1;
      return;
    }
    const moved = acquaintance.participantId !== from;
    acquaintance.participantId = from;
    const message = opened.value;
    if (message.type !== 'confirm') {
      this.#events.emit('message', { acquaintance, message });
      return;
    }
    const { profile } = message;
    if (acquaintance.at === 'met' && !known.confirms.take(this.#clock.now())) {
      this.#dropped.flood += 1;
      return;
    }
    // However late: a confirm proves the device, and one that got lost may only be said again after an absence.
    if (acquaintance.at !== 'met') {
      known.undoTimer();
      acquaintance.at = 'met';
      this.#events.emit('met', { acquaintance, profile });
    } else {
      this.#events.emit('seenAgain', { acquaintance, profile });
    }
    if (moved) await this.#sendConfirm(known, from);
  }

  /** Says hello and confirms once more to someone who may have missed it. What is asked too soon is done later, once. */
  #answer(known: Known, to: ParticipantId): Promise<void> {
    if (known.answerTo.size < ANSWERED_SEATS_MAX) known.answerTo.add(to);
    known.answering ??= this.#answerInTime(known).finally(() => {
      known.answering = undefined;
    });
    return known.answering;
  }

  async #answerInTime(known: Known): Promise<void> {
    while (known.answerTo.size > 0) {
      const waitMs = known.answeredAt + ANSWER_EVERY_MS - this.#clock.now();
      if (waitMs > 0) {
        await new Promise<void>((resolve) => {
          known.undoAnswer = this.#clock.after(waitMs, resolve);
        });
      }
      if (this.#closed || known.acquaintance.at === 'over') return;
      known.answeredAt = this.#clock.now();
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

  async #sendConfirm(known: Known, to: ParticipantId): Promise<void> {
    const { session } = known.acquaintance;
    known.sig ??= await this.#ports.signConfirm(session.role, session.transcriptHash);
    const { sig } = known;
    if (sig === undefined || this.#closed || known.acquaintance.at === 'over') return;
    const box = await session.seal({ type: 'confirm', sig, profile: this.#ports.profile() });
    void this.#ports.send(to, box, () => !this.#closed && known.acquaintance.at !== 'over');
  }

  /** From now on their confirm has its time, unless it is here. */
  #waitForConfirm(known: Known): void {
    const { acquaintance } = known;
    if (acquaintance.at === 'met') return;
    acquaintance.at = 'waiting';
    known.undoTimer();
    known.undoTimer = this.#clock.after(this.#ports.handshakeTimeoutMs, () => {
      if (acquaintance.at === 'waiting') acquaintance.at = 'stalled';
    });
  }

  /**
   * Whether this seat may bring one more stay. Each costs a signature of the core and boxes, and can never be
   * forgotten: without an end to them one member could make up any number of devices.
   */
  #mayBring(from: ParticipantId): boolean {
    const unmet = [...this.#byStay.values()].filter(
      ({ acquaintance }) => acquaintance.participantId === from && acquaintance.at !== 'met',
    );
    return (
      unmet.length < UNMET_PER_SEAT &&
      (this.#broughtBy.get(from) ?? 0) < STAYS_PER_SEAT &&
      this.#over.size + this.#byStay.size < this.#ports.staysMax
    );
  }

  #count(from: ParticipantId): void {
    const brought = this.#broughtBy.get(from) ?? 0;
    this.#broughtBy.delete(from);
    this.#broughtBy.set(from, brought + 1);
    const [oldest] = this.#broughtBy.keys();
    if (this.#broughtBy.size > SEATS_COUNTED && oldest !== undefined) this.#broughtBy.delete(oldest);
  }

  /** Hellos without a confirm are kept only so many, from whichever seats; those that are late go first. */
  #makeRoom(): void {
    const unmet = [...this.#byStay.values()].filter(({ acquaintance }) => acquaintance.at !== 'met');
    const oldest = unmet.find(({ acquaintance }) => acquaintance.at === 'stalled') ?? unmet[0];
    if (unmet.length >= WAITING_MAX && oldest) this.end(oldest.acquaintance.stay);
  }
}

type Known = {
  acquaintance: Acquaintance;
  /** Sealing and handing over, one after the other. */
  out: Promise<void>;
  undoTimer: () => void;
  undoAnswer: () => void;
  /** The next hello and confirm for them, as long as they were not said. */
  answering: Promise<void> | undefined;
  /** Where they seem to be. More than one place when somebody repeats their hello: only one of them can read it. */
  readonly answerTo: Set<ParticipantId>;
  sig: string | undefined;
  answeredAt: number;
  /** Of those that come after the first: each may write a name, and be answered. */
  confirms: TokenBucket;
};
