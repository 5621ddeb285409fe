import type { Bridge } from '@parley/shared/bridge';
import { type ChatMessage, comparePlaces, type HistoryItem, type MessageRef, messageKey } from '@parley/shared/model';
import {
  accept,
  type DeviceId,
  type Holdings,
  LIMITS,
  type LinkMessage,
  type LinkMessageOf,
  MessageId,
  type Outcome,
  type Refusal,
  type RoomId,
  refuse,
  toBase64Url,
} from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import { type CountedClock, countedClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { Budget } from './budget.ts';
import { Receipts } from './receipts.ts';
import { SpamWindow } from './spam-window.ts';

/** The far end of an open link, as a conversation sees it. */
export type ChatPeer = {
  deviceId: DeviceId;
  /** False when the link is not open. */
  send(message: LinkMessage): boolean;
};

export type ConversationPorts = {
  roomId: RoomId;
  bridge: Bridge;
  clock: Clock;
  randomBytes: (sizeBytes: number) => Uint8Array<ArrayBuffer>;
  /** Whether this person lets others know what was read. */
  readReceipts: () => boolean;
  receiptsEveryMs: number;
};

export type ConversationEvents = {
  /** Others' messages that are on this disk now and were not before. */
  recorded: readonly HistoryItem[];
  /** Messages whose delivery went on. */
  changed: readonly HistoryItem[];
  /** Someone's messages could not be stored. */
  trouble: Refusal;
};

/** Counts of messages that were not taken. */
export type ChatDrops = { spam: number; foreign: number; unasked: number };

/** The allowance of one device in a time. It outlives the device's links: a new link gives nothing back. */
type Allowance = { spam: SpamWindow; taken: Budget; given: Budget };

/** The subject of a question, beside what is held. */
type Question = Pick<Holdings, 'above' | 'upTo' | 'after'>;
const EVERYTHING: Question = { above: null, upTo: null, after: null };

type PeerState = {
  peer: ChatPeer;
  allowance: Allowance;
  /** The `have` that is unanswered, so one batch may come. */
  asked: Question | null;
  undoNext: () => void;
  answering: boolean;
  /** The seq of its last live message on this link. */
  lastSeq: number | null;
  /** Whether an answer is being read part by part. */
  catchingUp: boolean;
  /** Whether something that was said on this link is not on this disk; 'asked' since a question that covers it went out. */
  lacks: 'nothing' | 'something' | 'asked';
  undoAskAgain: (() => void) | undefined;
};

/** A live message that was not taken is asked for after this time, and again after twice that and so on; a full disk may have room by then. */
const ASKED_AGAIN_AFTER_MS = 2_000;
const ASKED_AGAIN_MAX_MS = 60_000;

/**
 * Chat of one room over its open links. Each message is on a disk before it is on a wire, and is acknowledged after
 * it is on the other disk.
 */
export class Conversation {
  readonly #ports: ConversationPorts;
  readonly #clock: CountedClock;
  readonly #events = new Emitter<ConversationEvents>();
  readonly #peers = new Map<DeviceId, PeerState>();
  readonly #allowances = new Map<DeviceId, Allowance>();
  readonly #receipts: Receipts;
  readonly #ownSpam = new SpamWindow();
  readonly #dropped: ChatDrops = { spam: 0, foreign: 0, unasked: 0 };
  #sendTurn: Promise<unknown> = Promise.resolve();

  constructor(ports: ConversationPorts) {
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
    this.#receipts = new Receipts({
      clock: this.#clock,
      everyMs: ports.receiptsEveryMs,
      linkTo: (deviceId) => this.#peers.get(deviceId)?.peer,
    });
  }

  get dropped(): Readonly<ChatDrops> {
    return this.#dropped;
  }

  get openResources(): { timers: number; listeners: number } {
    return { timers: this.#clock.pending, listeners: this.#events.size };
  }

  on<E extends keyof ConversationEvents>(event: E, listener: (payload: ConversationEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** A link opened: asks for what this device lacks and says what waited to be said. */
  async linked(peer: ChatPeer): Promise<void> {
    stopAsking(this.#peers.get(peer.deviceId));
    const allowance = this.#allowanceOf(peer.deviceId);
    const state: PeerState = {
      peer,
      allowance,
      asked: null,
      undoNext: () => {},
      answering: false,
      lastSeq: null,
      catchingUp: false,
      lacks: 'nothing',
      undoAskAgain: undefined,
    };
    this.#peers.set(peer.deviceId, state);
    this.#receipts.linked(peer.deviceId);
    await this.#askFor(state, EVERYTHING);
  }

  /** The link of that device is over. */
  unlinked(peer: ChatPeer): void {
    const state = this.#peers.get(peer.deviceId);
    if (state?.peer !== peer) return;
    stopAsking(state);
    this.#peers.delete(peer.deviceId);
  }

  /**
   * Writes a message to this disk, then to every open link. `stored` hears of it in between, while it is queued. `draft` tells what
   * the room's draft becomes in the same step.
   * Refuses with `message-spam` (V6) or what the core says.
   */
  send(text: string, stored: (item: HistoryItem) => void, draft = () => ''): Promise<Outcome<HistoryItem>> {
    // One after the other: seq and the order on the wire are the order of writing.
    const mine = this.#sendTurn.then(() => this.#send(text, stored, draft));
    this.#sendTurn = mine.catch(() => {});
    return mine;
  }

  /** The person saw everything up to `upTo`. */
  async markSeen(upTo: MessageRef): Promise<Outcome<unknown>> {
    const { bridge, roomId, readReceipts } = this.#ports;
    const marked = await bridge.call('history.mark-seen', { roomId, upTo });
    if (!marked.ok) return marked;
    if (readReceipts()) for (const seen of marked.value.seen) this.#receipts.queue(seen, 'read');
    return accept(undefined);
  }

  /** Takes what a linked peer says about chat. */
  async handle(
    peer: ChatPeer,
    message: LinkMessageOf<'chat'> | LinkMessageOf<'receipt'> | LinkMessageOf<'have'> | LinkMessageOf<'batch'>,
  ): Promise<void> {
    const state = this.#peers.get(peer.deviceId);
    if (!state || state.peer !== peer) return;
    switch (message.type) {
      case 'chat':
        return this.#live(state, message.message);
      case 'receipt':
        await this.#mark(peer.deviceId, 'delivered', message.delivered);
        return this.#mark(peer.deviceId, 'read', message.read);
      case 'have':
        return this.#answer(state, message);
      case 'batch':
        return this.#batch(state, message);
    }
  }

  close(): void {
    this.#clock.stopAll();
    this.#peers.clear();
    this.#events.clear();
  }

  async #send(text: string, stored: (item: HistoryItem) => void, draft: () => string): Promise<Outcome<HistoryItem>> {
    const { bridge, roomId, randomBytes } = this.#ports;
    if (!this.#ownSpam.accept(text, this.#clock.now())) return refuse('message-spam');
    const id = MessageId.parse(toBase64Url(randomBytes(16)));
    const composed = await bridge.call('history.compose', { id, roomId, text, draft: draft() });
    if (!composed.ok) return composed;
    const item = composed.value;
    stored(item);
    const message = wireForm(item);
    for (const { peer } of this.#peers.values()) {
      if (peer.send({ type: 'chat', message })) void this.#mark(peer.deviceId, 'sent', [id]);
    }
    return composed;
  }

  /**
   * A message that its author just wrote. Others' words come in batches, where the signature alone decides. The rule about spam
   * (V6) goes by the times that the author signed, as at the author: messages that waited on the way and come at once were
   * not written at once. One that is not taken comes later, with what is caught up.
   */
  async #live(state: PeerState, message: ChatMessage): Promise<void> {
    if (message.author !== state.peer.deviceId || message.roomId !== this.#ports.roomId) {
      this.#dropped.foreign += 1;
      return;
    }
    if (state.lastSeq !== null && message.seq > state.lastSeq + 1) this.#lacks(state);
    state.lastSeq = Math.max(state.lastSeq ?? 0, message.seq);
    if (!state.allowance.spam.accept(message.text, message.sentAt)) {
      this.#dropped.spam += 1;
      return this.#lacks(state);
    }
    if (!(await this.#record([message]))) this.#lacks(state);
  }

  /** Asks this link for everything that is not here, soon and until an answer was read. */
  #lacks(state: PeerState): void {
    state.lacks = 'something';
    if (!state.undoAskAgain) this.#askAgain(state, ASKED_AGAIN_AFTER_MS);
  }

  #askAgain(state: PeerState, afterMs: number): void {
    const waitMs = Math.max(afterMs, state.allowance.taken.waitMs(this.#clock.now()));
    state.undoAskAgain = this.#clock.after(waitMs, () => {
      state.undoAskAgain = undefined;
      if (state.lacks === 'nothing' || this.#peers.get(state.peer.deviceId) !== state) return;
      // The next question of an answer in parts waits for its time; one that is out may never be answered.
      if (!state.catchingUp || state.asked) {
        state.lacks = 'asked';
        void this.#askFor(state, EVERYTHING);
      }
      this.#askAgain(state, Math.min(2 * afterMs, ASKED_AGAIN_MAX_MS));
    });
  }

  /** An answer was read to its end. What was not taken since its question is still not here. */
  #caughtUp(state: PeerState): void {
    state.catchingUp = false;
    if (state.lacks !== 'asked') return;
    state.lacks = 'nothing';
    state.undoAskAgain?.();
    state.undoAskAgain = undefined;
  }

  async #batch(state: PeerState, { messages, hasMore }: LinkMessageOf<'batch'>): Promise<void> {
    const { asked, allowance } = state;
    if (!asked) {
      this.#dropped.unasked += 1;
      if (messages.length > 0) this.#lacks(state);
      return;
    }
    state.asked = null;
    allowance.taken.spend(messages.length, this.#clock.now());
    state.catchingUp = true;
    if (!(await this.#record(messages))) {
      state.catchingUp = false;
      return this.#lacks(state);
    }
    const next = questionAfter(asked, messages, hasMore);
    if (!next) return this.#caughtUp(state);
    const waitMs = allowance.taken.waitMs(this.#clock.now());
    if (waitMs === 0) return this.#askFor(state, next);
    state.undoNext = this.#clock.after(waitMs, () => void this.#askFor(state, next));
  }

  /** Stores, tells, and acknowledges after the commit. False when nothing could be stored. */
  async #record(messages: readonly ChatMessage[]): Promise<boolean> {
    const { bridge, roomId } = this.#ports;
    const ours = messages.filter((message) => message.roomId === roomId);
    this.#dropped.foreign += messages.length - ours.length;
    if (ours.length === 0) return true;
    const recorded = await bridge.call('history.record', { roomId, messages: ours });
    if (!recorded.ok) {
      this.#events.emit('trouble', recorded);
      return false;
    }
    const { stored, fresh, refused } = recorded.value;
    this.#dropped.foreign += refused;
    for (const each of stored) this.#receipts.queue(each, 'delivered');
    if (fresh.length > 0) this.#events.emit('recorded', fresh);
    return true;
  }

  async #askFor(state: PeerState, { above, upTo, after }: Question): Promise<void> {
    const { bridge, roomId } = this.#ports;
    const held = await bridge.call('history.heads', { roomId, above, upTo });
    if (!held.ok || this.#peers.get(state.peer.deviceId) !== state) return;
    state.asked = { above, upTo: held.value.upTo, after };
    state.peer.send({ type: 'have', heads: held.value.heads, ...state.asked });
  }

  async #answer(state: PeerState, have: LinkMessageOf<'have'>): Promise<void> {
    const { given } = state.allowance;
    // One answer at a time: the next question comes after the last batch.
    if (state.answering || given.waitMs(this.#clock.now()) > 0) return;
    state.answering = true;
    try {
      const { heads, above, upTo, after } = have;
      const { bridge, roomId } = this.#ports;
      // A receipt may have been lost with the link or with their app; what they hold says it again.
      const known = await bridge.call('history.mark-heads', { roomId, by: state.peer.deviceId, heads });
      if (known.ok && known.value.changed.length > 0) this.#events.emit('changed', known.value.changed);
      const missing = await bridge.call('history.missing', { roomId, heads, above, upTo, after });
      if (!missing.ok) return;
      const { messages, own } = missing.value;
      const fitting = thatFit(messages);
      // Looking costs something too, whatever is found.
      given.spend(Math.max(1, fitting.length), this.#clock.now());
      // A device that asked about some of the authors waits for the answer to ask about the others.
      if (fitting.length === 0 && upTo === null) return;
      const hasMore = missing.value.hasMore || fitting.length < messages.length;
      if (!state.peer.send({ type: 'batch', messages: fitting, hasMore })) return;
      const sent = new Set(fitting.map(messageKey));
      await this.#mark(
        state.peer.deviceId,
        'sent',
        own.filter((ref) => sent.has(messageKey(ref))).map(({ id }) => id),
      );
    } finally {
      state.answering = false;
    }
  }

  async #mark(by: DeviceId, state: 'sent' | 'delivered' | 'read', ids: readonly MessageId[]): Promise<void> {
    if (ids.length === 0) return;
    const { bridge, roomId } = this.#ports;
    const marked = await bridge.call('history.mark', { roomId, by, state, ids: [...ids] });
    if (marked.ok && marked.value.changed.length > 0) this.#events.emit('changed', marked.value.changed);
  }

  #allowanceOf(deviceId: DeviceId): Allowance {
    const known = this.#allowances.get(deviceId);
    if (known) return known;
    const now = this.#clock.now();
    for (const [id, { taken, given }] of this.#allowances) {
      if (!this.#peers.has(id) && taken.isFresh(now) && given.isFresh(now)) this.#allowances.delete(id);
    }
    const { backfillTakenMax, backfillGivenMax, backfillWindowMs } = LIMITS;
    const allowance: Allowance = {
      spam: new SpamWindow(),
      taken: new Budget(backfillTakenMax, backfillWindowMs),
      given: new Budget(backfillGivenMax, backfillWindowMs),
    };
    this.#allowances.set(deviceId, allowance);
    return allowance;
  }
}

function stopAsking(state: PeerState | undefined): void {
  state?.undoNext();
  state?.undoAskAgain?.();
}

/** A stored message as it travels: without what only this device knows of it. */
export function wireForm(item: HistoryItem): ChatMessage {
  const { id, roomId, author, authorName, seq, clock, sentAt, text, sig } = item;
  return { id, roomId, author, authorName, seq, clock, sentAt, text, sig };
}

/**
 * The next question after a batch; null when that was all. Behind its last message, whether or not anything of it could be
 * kept: what cannot be kept must not stand before the rest for ever. Then about the authors above the last part.
 */
function questionAfter(asked: Question, messages: readonly ChatMessage[], hasMore: boolean): Question | null {
  const last = messages.at(-1);
  if (hasMore && last && (asked.after === null || comparePlaces(last, asked.after) > 0)) {
    return { ...asked, after: { clock: last.clock, author: last.author } };
  }
  return asked.upTo === null ? null : { ...EVERYTHING, above: asked.upTo };
}

/** The first messages that fit into one data message together; at least one. */
function thatFit(messages: readonly ChatMessage[]): ChatMessage[] {
  const fitting: ChatMessage[] = [];
  let chars = 100;
  for (const message of messages) {
    chars += JSON.stringify(message).length + 1;
    if (chars > LIMITS.linkMessageMaxChars && fitting.length > 0) break;
    fitting.push(message);
  }
  return fitting;
}
