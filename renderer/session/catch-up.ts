import type { Bridge } from '@parley/shared/bridge';
import { comparePlaces, type Entry, type HistoryItem, messageKey } from '@parley/shared/model';
import {
  type DeviceId,
  type Holdings,
  LIMITS,
  type LinkMessageOf,
  type MessageId,
  type RoomId,
  type SeqRange,
} from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { Budget } from './budget.ts';

/** The subject of a question about what this device lacks: of everybody, or of a range that both sides hold differently. */
type Question = ({ about: 'all' } & Pick<Holdings, 'above' | 'upTo' | 'after'>) | { about: 'range'; range: SeqRange };
const EVERYTHING: Question = { about: 'all', above: null, upTo: null, after: null };

type Batch = LinkMessageOf<'batch'>;
type Asked = LinkMessageOf<'have'> | LinkMessageOf<'ids'>;

/** What was recorded: false where some could not be, else how many messages were new. */
export type Recorded = false | number;

export type CatchUpPorts = {
  roomId: RoomId;
  /** The device at the far end. */
  by: DeviceId;
  bridge: Bridge;
  clock: Pick<Clock, 'monotonicMs' | 'after'>;
  /** The messages that are taken from the device and given to it in each hour, whatever links it opens. */
  taken: Budget;
  given: Budget;
  send(message: Asked | Batch): boolean;
  record(messages: readonly Entry[]): Promise<Recorded>;
  changed(items: readonly HistoryItem[]): void;
  /** Own messages were written to the link. */
  sent(ids: readonly MessageId[]): void;
};

/** A message that was not taken is asked for after this time, and again after twice that and so on; a full disk may have room by then. */
const ASKED_AGAIN_AFTER_MS = 2_000;
const ASKED_AGAIN_MAX_MS = 60_000;
/** A device that has more is not asked again for this time after its answer brought nothing that could be kept. */
const FUTILE_MS = 60_000;

/**
 * Catching up over one link, in both directions. Each side asks one question at a time and each question gets one answer:
 * a batch. An answer that brought something new is followed by one more question, so that in the end both sides have compared
 * what they hold now.
 */
export class CatchUp {
  readonly #ports: CatchUpPorts;
  /** The question that is unanswered, so one batch may come. */
  #asked: Question | null = null;
  #number = 0;
  #undoNext: () => void = () => {};
  /** Whether an answer is being read part by part. */
  #reading = false;
  /** The part that went to the disk last. */
  #recording: Promise<unknown> = Promise.resolve();
  /** Whether anything new came since the last question about everything. */
  #gained = false;
  /** Ranges that are held differently, and not asked about yet. */
  #ranges: SeqRange[] = [];
  #answering = false;
  /** Whether something that was said on this link is not on this disk; 'asked' since a question that covers it went out. */
  #lacks: 'nothing' | 'something' | 'asked' = 'nothing';
  #undoAskAgain: (() => void) | undefined;
  /** Whether the last question was asked because a question of the other side showed that it has more. */
  #asBehind = false;
  /** When the answer to one of those brought nothing. */
  #futileAt = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(ports: CatchUpPorts) {
    this.#ports = ports;
  }

  /** Asks for everything that this device lacks. */
  start(): Promise<void> {
    return this.#ask(EVERYTHING);
  }

  /** Says what is here now, unless a question that says it is under way. */
  tell(): void {
    if (!this.#asked && !this.#reading) void this.#ask(EVERYTHING);
  }

  stop(): void {
    this.#stopped = true;
    this.#undoNext();
    this.#undoAskAgain?.();
  }

  /** Asks for everything that is not here, soon and until an answer was read. */
  lacks(): void {
    this.#lacks = 'something';
    if (!this.#undoAskAgain) this.#askAgain(ASKED_AGAIN_AFTER_MS);
  }

  /** Takes the answer to the last question. False for one that was not asked for. */
  async take({ question, messages, hasMore, differing }: Batch): Promise<boolean> {
    const asked = this.#asked;
    if (!asked || question !== this.#number) {
      if (messages.length > 0) this.lacks();
      return false;
    }
    this.#asked = null;
    this.#reading = true;
    const { taken, clock } = this.#ports;
    taken.spend(messages.length, clock.monotonicMs());
    // While everything can be kept, the other side looks for the next part as this one is recorded.
    const ahead = asked.about === 'all' && this.#lacks === 'nothing' ? furtherAfter(asked, messages, hasMore) : null;
    const asking = ahead && this.#askInTime(ahead);
    const before = this.#recording;
    const recording = this.#record(messages);
    this.#recording = recording;
    await asking;
    // Two parts at most are on their way to the disk: the core checks the signatures of one while it records the other.
    await before;
    if (ahead) {
      for (const range of differing) if (isFurther(range, asked)) this.#note(range);
      return true;
    }
    const recorded = await recording;
    if (this.#stopped) return true;
    if (recorded === false) {
      this.#reading = false;
      return true;
    }
    for (const range of differing) if (isFurther(range, asked)) this.#note(range);
    const next = this.#nextAfter(asked, messages, hasMore, recorded);
    if (next) await this.#askInTime(next);
    else this.#read();
    return true;
  }

  /** Answers a question of the other side, one at a time: the next one comes after the last batch. */
  async answer(question: Asked): Promise<void> {
    const { given, clock, send, sent } = this.#ports;
    if (this.#answering || given.waitMs(clock.monotonicMs()) > 0) return;
    this.#answering = true;
    try {
      const missing = await this.#missing(question);
      if (!missing || this.#stopped) return;
      const fitting = thatFit(missing.messages);
      // Looking costs something too, whatever is found.
      given.spend(Math.max(1, fitting.length), clock.monotonicMs());
      const hasMore = missing.hasMore || fitting.length < missing.messages.length;
      const { differing } = missing;
      if (!send({ type: 'batch', question: question.question, messages: fitting, hasMore, differing })) return;
      const written = new Set(fitting.map(messageKey));
      sent(missing.own.filter((ref) => written.has(messageKey(ref))).map(({ id }) => id));
      // The other side may hold messages there that are not here.
      if (question.type === 'have') this.#lookInto(differing);
      if (!missing.behind || clock.monotonicMs() < this.#futileAt + FUTILE_MS) return;
      this.#asBehind = true;
      this.tell();
    } finally {
      this.#answering = false;
    }
  }

  async #missing(question: Asked) {
    const { bridge, roomId, by, changed } = this.#ports;
    if (question.type === 'ids') {
      const { type: _, question: __, ...held } = question;
      const missing = await bridge.call('history.missing-among', { roomId, ...held });
      return missing.ok ? missing.value : undefined;
    }
    const { heads, above, upTo, after } = question;
    // A receipt may have been lost with the link or with their app; what they hold says it again.
    const known = await bridge.call('history.mark-heads', { roomId, by, heads });
    if (known.ok && known.value.changed.length > 0) changed(known.value.changed);
    const missing = await bridge.call('history.missing', { roomId, heads, above, upTo, after });
    return missing.ok ? missing.value : undefined;
  }

  async #record(messages: readonly Entry[]): Promise<Recorded> {
    const asBehind = this.#asBehind;
    this.#asBehind = false;
    const recorded = await this.#ports.record(messages);
    if (this.#stopped) return recorded;
    if (recorded === false) this.lacks();
    else if (recorded > 0) this.#gained = true;
    else if (asBehind) this.#futileAt = this.#ports.clock.monotonicMs();
    return recorded;
  }

  #nextAfter(asked: Question, messages: readonly Placed[], hasMore: boolean, recorded: number): Question | null {
    const more =
      asked.about === 'all' ? furtherAfter(asked, messages, hasMore) : hasMore && recorded > 0 ? asked : null;
    if (more) return more;
    const range = this.#ranges.shift();
    if (range) return { about: 'range', range };
    if (!this.#gained) return null;
    this.#gained = false;
    return EVERYTHING;
  }

  #note(range: SeqRange): void {
    const known = this.#ranges.some(({ author, first }) => author === range.author && first === range.first);
    if (!known && this.#ranges.length < LIMITS.rangesMax) this.#ranges.push(range);
  }

  /** Asks about these ranges as soon as no other question is open. */
  #lookInto(ranges: readonly SeqRange[]): void {
    for (const range of ranges) this.#note(range);
    if (ranges.length > 0 && (this.#asked || this.#reading)) this.lacks();
    if (this.#asked || this.#reading) return;
    const range = this.#ranges.shift();
    if (range) void this.#ask({ about: 'range', range });
  }

  /** Asks now, or when the device may give more again. */
  async #askInTime(question: Question): Promise<void> {
    const { taken, clock } = this.#ports;
    const waitMs = taken.waitMs(clock.monotonicMs());
    if (waitMs === 0) await this.#ask(question);
    else this.#undoNext = clock.after(waitMs, () => void this.#ask(question));
  }

  async #ask(question: Question): Promise<void> {
    const { bridge, roomId, send } = this.#ports;
    const number = ++this.#number;
    this.#asked = null;
    if (question.about === 'range') {
      const held = await bridge.call('history.held-ids', { roomId, ...question.range });
      if (!held.ok || this.#stopped || number !== this.#number) return;
      this.#asked = question;
      send({ type: 'ids', question: number, ...held.value });
      return;
    }
    const { above, upTo, after } = question;
    const held = await bridge.call('history.heads', { roomId, above, upTo });
    if (!held.ok || this.#stopped || number !== this.#number) return;
    this.#asked = { ...question, upTo: held.value.upTo };
    send({ type: 'have', question: number, heads: held.value.heads, above, upTo: held.value.upTo, after });
  }

  #askAgain(afterMs: number): void {
    const { clock, taken } = this.#ports;
    this.#undoAskAgain = clock.after(Math.max(afterMs, taken.waitMs(clock.monotonicMs())), () => {
      this.#undoAskAgain = undefined;
      if (this.#lacks === 'nothing') return;
      // The next question of an answer in parts waits for its time; one that is out may never be answered.
      if (!this.#reading || this.#asked) {
        this.#lacks = 'asked';
        void this.#ask(EVERYTHING);
      }
      this.#askAgain(Math.min(2 * afterMs, ASKED_AGAIN_MAX_MS));
    });
  }

  /** An answer was read to its end. What was not taken since its question is still not here. */
  #read(): void {
    this.#reading = false;
    if (this.#lacks !== 'asked') return;
    this.#lacks = 'nothing';
    this.#undoAskAgain?.();
    this.#undoAskAgain = undefined;
  }
}

type Placed = Pick<Entry, 'clock' | 'author'>;

/** Whether a range is news: any after a question about everything, after one about a range only the rest of that one. */
const isFurther = (range: SeqRange, asked: Question): boolean =>
  asked.about === 'all' ||
  (range.author === asked.range.author && range.first === asked.range.first && range.last < asked.range.last);

/**
 * The next question after a batch; null when that was all. Behind its last message, whether or not anything of it could be
 * kept: what cannot be kept must not stand before the rest for ever. Then about the authors above the last part.
 */
function furtherAfter(
  asked: Extract<Question, { about: 'all' }>,
  messages: readonly Placed[],
  hasMore: boolean,
): Question | null {
  const last = messages.at(-1);
  if (hasMore && last && (asked.after === null || comparePlaces(last, asked.after) > 0)) {
    return { ...asked, after: { clock: last.clock, author: last.author } };
  }
  return asked.upTo === null ? null : { about: 'all', above: asked.upTo, upTo: null, after: null };
}

/** The first messages that fit into one data message together, beside ranges that differ; at least one. */
function thatFit(messages: readonly Entry[]): Entry[] {
  const fitting: Entry[] = [];
  let chars = 100 + LIMITS.rangesMax * 120;
  for (const message of messages) {
    chars += JSON.stringify(message).length + 1;
    if (chars > LIMITS.linkMessageMaxChars && fitting.length > 0) break;
    fitting.push(message);
  }
  return fitting;
}
