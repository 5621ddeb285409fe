import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bridge } from '@parley/shared/bridge';
import {
  type Entry,
  type EntryContent,
  type HistoryItem,
  type MessageKey,
  messageKey,
  profileFromName,
  RoomName,
} from '@parley/shared/model';
import {
  accept,
  CallId,
  DeviceId,
  FileId,
  type Head,
  LinkMessage,
  type LinkMessageOf,
  MessageId,
  RoomId,
  refusalOf,
  toBase64Url,
} from '@parley/shared/protocol';
import Database from 'better-sqlite3';
import { toBlob } from '#core/history/blobs.ts';
import { createHistoryStore, type HistoryStore } from '#core/history/history-store.ts';
import { openHistory } from '#core/history/open-history.ts';
import { type SigningKey, signingKeyOf } from '#core/identity/ed25519.ts';
import { Conversation } from '../../../renderer/session/conversation.ts';
import { type FakeClock, fakeClock } from '../../../renderer/testing/fake-clock.ts';

/** An empty history as a file holds it, for copies in memory. */
export function emptyHistory(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'parley-members-'));
  try {
    const { db } = openHistory(join(folder, 'history.db'), Date.now);
    // A database in memory has no write-ahead log.
    db.pragma('journal_mode = DELETE');
    const copy = db.serialize();
    db.close();
    return copy;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const roomId = RoomId.parse(`${'room'.padEnd(21, 'x')}A`);
const room = {
  room_id: roomId,
  name: null,
  host: null,
  secret: new Uint8Array(48),
  owner_pub: toBase64Url(randomBytes(32)),
  owner_seed: null,
  passphrase: null,
  needs_passphrase: 0,
  listed: 0,
};

type Wire = {
  from: Member;
  to: Member;
  messages: string[];
  peer: { deviceId: DeviceId; send(message: LinkMessage): boolean };
};

/**
 * The members of one room: a real history in memory, the real conversation over it, links that deliver one message after the
 * other and can be cut, and a wall clock of each member's own. Time and the network are the caller's.
 */
export class SimulatedRoom {
  readonly members: readonly Member[];
  readonly #wires = new Set<Wire>();
  /** The timers of all; wall clocks differ by an offset each. */
  readonly clock: FakeClock = fakeClock();
  /** Changes what a member says on its way. */
  tampered: (from: Member, message: LinkMessage) => LinkMessage = (_, message) => message;

  constructor(keys: readonly SigningKey[], empty: Buffer) {
    this.members = keys.map((key, index) => new Member(this, key, empty, `Member ${index}`));
  }

  member(index: number): Member {
    const found = this.members[index % this.members.length];
    if (!found) throw new Error('no members');
    return found;
  }

  async link(left: Member, right: Member): Promise<void> {
    if (left === right || this.#wire(left, right)) return;
    for (const [from, to] of [
      [left, right],
      [right, left],
    ] as const) {
      const wire: Wire = {
        from,
        to,
        messages: [],
        peer: {
          deviceId: to.deviceId,
          send: (message) => {
            if (!this.#wires.has(wire)) return false;
            wire.messages.push(JSON.stringify(this.tampered(from, message)));
            return true;
          },
        },
      };
      this.#wires.add(wire);
    }
    await Promise.all([
      left.conversation.linked(this.#peer(left, right)),
      right.conversation.linked(this.#peer(right, left)),
    ]);
  }

  /** Ends a link with everything that is on its way. */
  cut(left: Member, right: Member): void {
    for (const [from, to] of [
      [left, right],
      [right, left],
    ] as const) {
      const wire = this.#wire(from, to);
      if (!wire) continue;
      this.#wires.delete(wire);
      from.conversation.unlinked(wire.peer);
    }
  }

  cutAll(member: Member): void {
    for (const other of this.members) this.cut(member, other);
  }

  /** Delivers the next message of a wire that has one; false when nothing is on its way. */
  async deliver(choice: number): Promise<boolean> {
    const waiting = [...this.#wires].filter(({ messages }) => messages.length > 0);
    const wire = waiting[choice % Math.max(1, waiting.length)];
    const text = wire?.messages.shift();
    if (!wire || text === undefined) return false;
    const message = LinkMessage.parse(JSON.parse(text));
    await wire.to.conversation.handle(this.#peer(wire.to, wire.from), message as ChatWords);
    await turns();
    return true;
  }

  /** Delivers until nothing is on its way and no timer brings more. */
  async quiet(): Promise<void> {
    for (let idle = 0; idle < 8; ) {
      idle = (await this.deliver(0)) ? 0 : idle + 1;
      this.clock.advance(1_000);
      await turns();
    }
  }

  close(): void {
    for (const member of this.members) member.close();
  }

  #wire(from: Member, to: Member): Wire | undefined {
    return [...this.#wires].find((wire) => wire.from === from && wire.to === to);
  }

  #peer(from: Member, to: Member): Wire['peer'] {
    const wire = this.#wire(from, to);
    if (!wire) throw new Error('no such link');
    return wire.peer;
  }
}

type ChatWords = LinkMessageOf<'chat' | 'receipt' | 'have' | 'ids' | 'batch'>;

/** Lets everything that waits for no timer happen. */
const turns = () => new Promise<void>((resolve) => setImmediate(resolve));

export class Member {
  readonly deviceId: DeviceId;
  readonly #room: SimulatedRoom;
  readonly #key: SigningKey;
  readonly #name: string;
  /** Every message that was on this disk at any time, also before a restore. */
  readonly everHeld = new Set<MessageKey>();
  /** The devices that the person was told about. */
  readonly toldOfForgeryBy: DeviceId[] = [];
  #wallAheadMs = 0;
  #db: Database.Database;
  #store: HistoryStore;
  conversation: Conversation;

  constructor(simulated: SimulatedRoom, key: SigningKey, empty: Buffer, name: string) {
    this.deviceId = DeviceId.parse(key.publicKey);
    this.#room = simulated;
    this.#key = key;
    this.#name = name;
    this.#db = new Database(empty);
    this.#store = this.#openStore();
    this.#store.addRoom(room);
    this.conversation = this.#open();
  }

  /** The disk as it is now. */
  copy(): Buffer {
    return this.#db.serialize();
  }

  /** The app ends without a word, and starts on this disk. */
  restart(disk: Buffer = this.copy()): void {
    this.noteHeld();
    this.#room.cutAll(this);
    this.conversation.close();
    this.#db.close();
    this.#db = new Database(disk);
    this.#store = this.#openStore();
    this.conversation = this.#open();
  }

  /** Keeps messages for so long on this device from now on. */
  keep(ms: number): void {
    this.#store.setKeep(roomId, ms);
  }

  /** What the app does now and then: erases what is over, and drops what is older than the room keeps it. */
  sweep(): void {
    while (this.#store.expire().more);
    while (this.#store.forget(this.#now()).more);
  }

  /** The messages that were dropped here. */
  dropped(): Set<MessageKey> {
    const rows = this.#db
      .prepare<[], { author: string; id: Uint8Array }>(
        'SELECT a.device AS author, m.id FROM messages m JOIN authors a ON a.number = m.author WHERE m.held = 2',
      )
      .all();
    return new Set(
      rows.map(({ author, id }) =>
        messageKey({ author: DeviceId.parse(author), id: MessageId.parse(toBase64Url(new Uint8Array(id))) }),
      ),
    );
  }

  /** How many entries hold words that are not shown. */
  hiddenWords(): number {
    const left = "shown = 0 AND (text <> '' OR (kind = 1 AND body IS NOT NULL AND held = 2))";
    return this.#db.prepare<[], number>(`SELECT count(*) FROM messages WHERE ${left}`).pluck().get() ?? 0;
  }

  noteHeld(): void {
    for (const key of this.keys()) this.everHeld.add(key);
  }

  setClock(aheadMs: number): void {
    this.#wallAheadMs = aheadMs;
  }

  write(text: string, lifetimeMs: number | null = null): Promise<unknown> {
    return this.say({ kind: 'text', text, of: null, lifetimeMs });
  }

  offer(name: string): Promise<unknown> {
    const [fileId, salt] = [FileId.parse(toBase64Url(randomBytes(16))), toBase64Url(randomBytes(16))];
    const root = toBase64Url(randomBytes(32));
    return this.say({ kind: 'file', of: null, fileId, salt, name, folders: ['a folder'], sizeBytes: 3, root });
  }

  call(): Promise<unknown> {
    return this.say({ kind: 'call', of: null, callId: CallId.parse(toBase64Url(randomBytes(16))) });
  }

  rename(name: string): Promise<unknown> {
    return this.say({ kind: 'name', name: RoomName.parse(name), of: null });
  }

  /** What the room is called here, and by whom it was ever called what. */
  names() {
    const given = this.#store
      .roomChanges(roomId)
      .map((change) => (change.kind === 'name' ? { by: change.author, id: change.id, name: change.roomName } : null));
    return { now: this.#store.room(roomId)?.name, given };
  }

  /** Leaves one of the calls that are here, if there is any. */
  async hangUp(which: number, lengthMs: number): Promise<unknown> {
    const calls = this.items().filter(({ content, deleted }) => content.kind === 'call' && !deleted);
    const call = calls[which % Math.max(1, calls.length)];
    return call && this.say({ kind: 'hangup', callId: CallId.parse(call.id), lengthMs });
  }

  say(content: EntryContent): Promise<unknown> {
    return this.conversation.send(content, () => {});
  }

  /** The history as every member must show it in the end, whatever each knows of deliveries and names. */
  shown() {
    return this.items().map(({ author, id, text, content, edited, deleted, quote, reactions }) => ({
      author,
      id,
      text,
      // Whether it was missed is each one's own.
      content: content.kind === 'call' ? content.lengthMs : content,
      edited,
      deleted,
      quotes: quote && { author: quote.author, id: quote.id, text: quote.text },
      reactions: reactions.map(({ emoji, people }) => ({ emoji, people: people.map(({ author }) => author) })),
    }));
  }

  /** The seqs that are missing, as the person is told of them. */
  gaps(): { author: DeviceId; first: number; last: number }[] {
    return this.#store.gaps(roomId).map(({ author, first, last }) => ({ author, first, last }));
  }

  heads(): Head[] {
    return this.#store.heads(roomId, null, null).heads;
  }

  entryCount(): number {
    return this.#db.prepare<[], number>('SELECT count(*) FROM messages').pluck().get() ?? 0;
  }

  items(): HistoryItem[] {
    return this.#store.page(roomId, undefined, 1_000).items;
  }

  keys(): MessageKey[] {
    return this.items().map(messageKey);
  }

  /** The devices to which an own message counts as delivered. */
  deliveredTo(id: MessageId): string[] {
    return this.#db
      .prepare<unknown[], { device: string }>(
        `SELECT b.device FROM deliveries d JOIN messages m ON m.number = d.message
           JOIN authors a ON a.number = m.author JOIN authors b ON b.number = d.device
         WHERE a.device = ? AND m.id = ? AND d.state >= 2 ORDER BY b.device`,
      )
      .all(this.deviceId, toBlob(id))
      .map(({ device }) => device);
  }

  close(): void {
    this.conversation.close();
    this.#db.close();
  }

  readonly #now = () => this.#room.clock.now() + this.#wallAheadMs;

  #openStore(): HistoryStore {
    return createHistoryStore({ db: this.#db, key: this.#key, now: this.#now });
  }

  #open(): Conversation {
    const store = this.#store;
    const profile = profileFromName(this.#name);
    for (const other of this.#room.members ?? []) {
      if (other !== this) store.meet(other.deviceId, profileFromName(other.#name));
    }
    // As the core's handlers: the router around them parses the same schemas that the links of this simulation parse.
    const calls: Record<string, (input: never) => unknown> = {
      'history.compose': (input: Parameters<HistoryStore['compose']>[0]) => store.compose(input, profile),
      'history.record': ({ messages }: { messages: Entry[] }) => ({ ...store.record(roomId, messages), failed: null }),
      'history.mark': ({
        by,
        state,
        ids,
      }: {
        by: DeviceId;
        state: 'sent' | 'delivered' | 'read';
        ids: MessageId[];
      }) => ({
        changed: store.mark(roomId, by, state, ids),
      }),
      'history.mark-heads': ({ by, heads }: { by: DeviceId; heads: LinkMessageOf<'have'>['heads'] }) => ({
        changed: store.markHeads(roomId, by, heads),
      }),
      'history.heads': ({ above, upTo }: { above: DeviceId | null; upTo: DeviceId | null }) =>
        store.heads(roomId, above, upTo),
      'history.missing': (holdings: LinkMessageOf<'have'>) => store.missing(roomId, holdings, 5),
      'history.held-ids': (range: LinkMessageOf<'ids'>) => store.heldIds(roomId, range),
      'history.missing-among': (held: LinkMessageOf<'ids'>) => store.missingAmong(roomId, held, 5),
    };
    const bridge = {
      call: async (name: string, input: unknown) => {
        try {
          return accept(calls[name]?.(input as never));
        } catch (thrown) {
          return refusalOf(thrown);
        }
      },
      on: () => () => {},
    } as unknown as Bridge;
    const conversation = new Conversation({
      roomId,
      bridge,
      clock: { ...this.#room.clock, now: this.#now },
      randomBytes: (size) => new Uint8Array(randomBytes(size)),
      readReceipts: () => true,
      receiptsEveryMs: 100,
    });
    conversation.on('forged', ({ by }) => this.toldOfForgeryBy.push(by));
    return conversation;
  }
}

/** Keys of members, made once: stories differ by what happens, not by who it happens to. */
export const memberKeys = (count: number): SigningKey[] =>
  Array.from({ length: count }, (_, index) => signingKeyOf(new Uint8Array(32).fill(index + 1)));
