import type { Bridge } from '@parley/shared/bridge';
import type { Entry, EntryContent, HistoryItem, SeenRange } from '@parley/shared/model';
import {
  accept,
  type DeviceId,
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
import { CatchUp, type Recorded } from './catch-up.ts';
import { Receipts } from './receipts.ts';
import { EntrySpam } from './spam-window.ts';
import { whenDiskTakes } from './when-disk-takes.ts';

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
  /** Whether that device is another computer of this person: it gives and gets everything at once. */
  isOwn?: (deviceId: DeviceId) => boolean;
  /** The person saw something here. */
  seen?: () => void;
};

export type ConversationEvents = {
  /** Entries were stored: those that are new messages, none where all of them change or fill in others. */
  recorded: readonly HistoryItem[];
  /** Messages whose delivery went on, or that were edited, deleted or reacted to. */
  changed: readonly HistoryItem[];
  /** Someone's messages could not be stored. */
  trouble: Refusal;
  /** A device handed on a message that its author did not sign. Told once for each device, while its allowance lasts. */
  forged: { by: DeviceId };
};

/** A message that this disk does not take for now, and how the person takes it back. */
export type SendWait = { refusal: Refusal; cancel(): void };

/** Counts of messages that were not taken. */
export type ChatDrops = { spam: number; foreign: number; unasked: number };

/** The allowance of one device in a time. It outlives the device's links: a new link gives nothing back. */
type Allowance = { spam: EntrySpam; taken: Budget; given: Budget; toldOfForgery: boolean };

type PeerState = {
  peer: ChatPeer;
  spam: EntrySpam;
  catchUp: CatchUp;
  /** The seq of its last live message on this link. */
  lastSeq: number | null;
};

/** News of one link is told on the others after this time. */
const TOLD_AFTER_MS = 3_000;

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
  readonly #ownSpam = new EntrySpam();
  readonly #dropped: ChatDrops = { spam: 0, foreign: 0, unasked: 0 };
  /** The devices that gave something new which the other links were not told of yet. */
  readonly #news = new Set<DeviceId>();
  #undoTelling: (() => void) | undefined;
  #sendTurn: Promise<unknown> = Promise.resolve();
  /** Gives up the message that waits for the disk. */
  #cancelWait: () => void = () => {};
  #closed = false;

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
    const { deviceId } = peer;
    this.#peers.get(deviceId)?.catchUp.stop();
    const { roomId, bridge } = this.#ports;
    const { spam, taken, given } = this.#allowanceOf(deviceId);
    const catchUp = new CatchUp({
      roomId,
      by: deviceId,
      bridge,
      clock: this.#clock,
      taken,
      given,
      send: (message) => peer.send(message),
      record: (messages) => this.#record(messages, deviceId),
      changed: (items) => this.#events.emit('changed', items),
      sent: (ids) => void this.#mark(deviceId, 'sent', ids),
    });
    this.#peers.set(deviceId, { peer, spam, catchUp, lastSeq: null });
    this.#receipts.linked(deviceId);
    await catchUp.start();
  }

  /** The link of that device is over. */
  unlinked(peer: ChatPeer): void {
    const state = this.#peers.get(peer.deviceId);
    if (state?.peer !== peer) return;
    state.catchUp.stop();
    this.#peers.delete(peer.deviceId);
  }

  /**
   * Writes an entry to this disk, then to every open link. `stored` hears in between of the message that it is or changes. `draft`
   * tells what the room's draft becomes in the same step. While the disk takes nothing the message waits where `waiting` is
   * given, which hears of each try in vain; what is sent behind it waits too. Refuses with `cancelled` then, `message-spam` (V6) or what the core says.
   */
  send(
    content: EntryContent,
    stored: (item: HistoryItem) => void,
    draft = () => '',
    waiting?: (wait: SendWait) => void,
  ): Promise<Outcome<HistoryItem>> {
    // One after the other: seq and the order on the wire are the order of writing.
    const mine = this.#sendTurn.then(() => this.#send(content, stored, draft, waiting));
    this.#sendTurn = mine.catch(() => {});
    return mine;
  }

  /** Writes what the app itself notes. It leaves the draft as it is, and is told of as others' entries are. */
  note(content: Extract<EntryContent, { kind: 'call' | 'hangup' }>): Promise<Outcome<HistoryItem>> {
    return this.send(content, (item) => this.#events.emit(content.kind === 'call' ? 'recorded' : 'changed', [item]));
  }

  /** Tells of messages that are shown another way now. */
  tellChanged(items: readonly HistoryItem[]): void {
    if (items.length > 0) this.#events.emit('changed', items);
  }

  /** The person saw these messages. */
  async markSeen(range: SeenRange): Promise<Outcome<unknown>> {
    const { bridge, roomId, readReceipts } = this.#ports;
    const marked = await bridge.call('history.mark-seen', { roomId, ...range });
    if (!marked.ok) return marked;
    this.#ports.seen?.();
    if (readReceipts()) for (const seen of marked.value.seen) this.#receipts.queue(seen, 'read');
    return accept(undefined);
  }

  /** Takes what a linked peer says about chat. */
  async handle(peer: ChatPeer, message: LinkMessageOf<'chat' | 'receipt' | 'have' | 'ids' | 'batch'>): Promise<void> {
    const state = this.#peers.get(peer.deviceId);
    if (!state || state.peer !== peer) return;
    switch (message.type) {
      case 'chat':
        return this.#live(state, message.message);
      case 'receipt':
        await this.#mark(peer.deviceId, 'delivered', message.delivered);
        return this.#mark(peer.deviceId, 'read', message.read);
      case 'have':
      case 'ids':
        return state.catchUp.answer(message);
      case 'batch':
        if (!(await state.catchUp.take(message))) this.#dropped.unasked += 1;
        return;
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancelWait();
    this.#clock.stopAll();
    this.#peers.clear();
    this.#events.clear();
  }

  async #send(
    content: EntryContent,
    stored: (item: HistoryItem) => void,
    draft: () => string,
    waiting: ((wait: SendWait) => void) | undefined,
  ): Promise<Outcome<HistoryItem>> {
    const { bridge, roomId, randomBytes } = this.#ports;
    const id = MessageId.parse(idOf(content) ?? toBase64Url(randomBytes(16)));
    const said = {
      kind: content.kind,
      id,
      text: 'text' in content ? content.text : undefined,
      isVoice: content.kind === 'file' && content.voice !== undefined,
    };
    if (!this.#ownSpam.accept(said, this.#clock.monotonicMs())) return refuse('message-spam');
    const write = () => bridge.call('history.compose', { id, roomId, content, draft: draft() });
    const composed = await (waiting && !this.#closed ? this.#whenDiskTakes(write, waiting) : write());
    if (!composed.ok) return composed;
    const { entry, item } = composed.value;
    stored(item);
    for (const { peer } of this.#peers.values()) {
      if (peer.send({ type: 'chat', message: entry })) void this.#mark(peer.deviceId, 'sent', [id]);
    }
    return accept(item);
  }

  #whenDiskTakes<T>(write: () => Promise<Outcome<T>>, waiting: (wait: SendWait) => void): Promise<Outcome<T>> {
    const { done, cancel } = whenDiskTakes(this.#clock, write, (refusal) => waiting({ refusal, cancel }));
    this.#cancelWait = cancel;
    return done;
  }

  /**
   * A message that its author just wrote. Others' words come in batches, where the signature alone decides. The rule about spam
   * (V6) goes by the times that the author signed, as at the author: messages that waited on the way and come at once were
   * not written at once. One that is not taken comes later, with what is caught up.
   */
  async #live(state: PeerState, message: Entry): Promise<void> {
    if (message.author !== state.peer.deviceId || message.roomId !== this.#ports.roomId) {
      this.#dropped.foreign += 1;
      return;
    }
    if (state.lastSeq !== null && message.seq > state.lastSeq + 1) state.catchUp.lacks();
    state.lastSeq = Math.max(state.lastSeq ?? 0, message.seq);
    const { kind, id, body } = message;
    const text = body && 'text' in body ? body.text : undefined;
    const isVoice = message.kind === 'file' && message.body?.voice !== undefined;
    if (!state.spam.accept({ kind, id, text, isVoice }, message.sentAt)) {
      this.#dropped.spam += 1;
      return state.catchUp.lacks();
    }
    if ((await this.#record([message], state.peer.deviceId)) === false) state.catchUp.lacks();
  }

  /** Stores, tells, and acknowledges after the commit. */
  async #record(messages: readonly Entry[], from: DeviceId): Promise<Recorded> {
    const { bridge, roomId } = this.#ports;
    const ours = messages.filter((message) => message.roomId === roomId);
    this.#dropped.foreign += messages.length - ours.length;
    if (ours.length === 0) return 0;
    const recorded = await bridge.call('history.record', { roomId, messages: ours });
    if (!recorded.ok) {
      this.#events.emit('trouble', recorded);
      return false;
    }
    const { stored, fresh, changed, gained, refused, forged, failed } = recorded.value;
    this.#dropped.foreign += refused;
    if (forged > 0) this.#tellOfForgery(from);
    for (const each of stored) this.#receipts.queue(each, 'delivered');
    if (gained > 0) this.#events.emit('recorded', fresh);
    if (changed.length > 0) this.#events.emit('changed', changed);
    if (gained > 0) this.#tellOthers(from);
    // Own messages that were lost here and come back: the device that gives them has them.
    const own = fresh.flatMap(({ mine, id }) => (mine ? [id] : []));
    await this.#mark(from, 'delivered', own);
    if (!failed) return gained;
    this.#events.emit('trouble', failed);
    return false;
  }

  #tellOfForgery(by: DeviceId): void {
    const allowance = this.#allowanceOf(by);
    if (allowance.toldOfForgery) return;
    allowance.toldOfForgery = true;
    this.#events.emit('forged', { by });
  }

  /** Not everybody is linked with everybody: what came over one link is told on the others, once for many messages. */
  #tellOthers(from: DeviceId): void {
    const sources = this.#news;
    sources.add(from);
    if (this.#undoTelling) return;
    this.#undoTelling = this.#clock.after(TOLD_AFTER_MS, () => {
      this.#undoTelling = undefined;
      const only = sources.size === 1 ? from : undefined;
      sources.clear();
      for (const [deviceId, { catchUp }] of this.#peers) if (deviceId !== only) catchUp.tell();
    });
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
    const now = this.#clock.monotonicMs();
    for (const [id, { taken, given }] of this.#allowances) {
      if (!this.#peers.has(id) && taken.isFresh(now) && given.isFresh(now)) this.#allowances.delete(id);
    }
    const { backfillWindowMs } = LIMITS;
    // Asked anew each time: a computer that is taken off the person's list has no more than anybody.
    const upTo = (max: number) => () => (this.#ports.isOwn?.(deviceId) ? Number.POSITIVE_INFINITY : max);
    const allowance: Allowance = {
      spam: new EntrySpam(),
      taken: new Budget(upTo(LIMITS.backfillTakenMax), backfillWindowMs),
      given: new Budget(upTo(LIMITS.backfillGivenMax), backfillWindowMs),
      toldOfForgery: false,
    };
    this.#allowances.set(deviceId, allowance);
    return allowance;
  }
}

/** The id of an entry that is that of the thing it tells of. */
const idOf = (content: EntryContent): string | undefined =>
  content.kind === 'file' ? content.fileId : content.kind === 'call' ? content.callId : undefined;
