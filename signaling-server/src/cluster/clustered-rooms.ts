import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import {
  accept,
  LIMITS,
  type Outcome,
  type ParticipantId,
  type ResumeToken,
  type RoomId,
  refuse,
  type SignalSend,
  type StreamKind,
} from '@parley/shared/protocol';
import { type Clock, repeat } from '../clock.ts';
import type { Log } from '../log.ts';
import {
  type Delivery,
  hashOf,
  isContested,
  type RegistryPolicy,
  type RegistryPorts,
  type RemoteSeat,
  type Room,
  RoomRegistry,
  type SeatHolder,
  type TakenSeat,
} from '../rooms/registry.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { type Backplane, HEARTBEAT_MS, type OpenBackplane, type Store } from './backplane.ts';
import { NodeMessage, type SignalMessage } from './messages.ts';
import type { Neighbours } from './neighbours.ts';
import {
  type Circumstances,
  mergeOwn,
  type OwnSeat,
  type RecordSeats,
  readRecord,
  seatsOf,
  takeSeat,
  writeRecord,
} from './room-record.ts';

/** How often somebody else may be first before a change is given up for now. */
const ATTEMPTS = 12;
/** How long another node may take to hand a box on. */
const HANDING_MS = 3_000;
/** How often records are looked at again, and how often they are told to stay. */
const REFRESH_MS = 4_000;
const TOUCH_MS = 20_000;
/** After an outage others need this long to be heard of again, before anybody is given up. */
const TRUST_AGAIN_MS = 3 * HEARTBEAT_MS;

/** What stands for a room between nodes: a hash, so that the store holds no room ids. */
export const roomKeyOf = (roomId: RoomId): string =>
  createHash('sha256').update('parley/1 room-key').update(roomId).digest('base64url');

export type ClusterStats = {
  node: string;
  isUp: boolean;
  nodes: number;
  sent: number;
  received: number;
  /** How many rooms this node has in mind with what other nodes know of them. */
  records: number;
};

export type ClusteredRoomsPorts = Omit<RegistryPorts, 'onChanged' | 'onForgotten' | 'carry'> & {
  log: Log;
  open: OpenBackplane;
};

/**
 * Rooms that several nodes share. Each node holds the seats of its own sockets in a registry, and each room has one record
 * in the backplane that says who sits where. A node changes the record by compare-and-set and tells the nodes named in
 * it; whoever missed that sees it at the next look. The record is only ever corrected towards what the nodes know of
 * their own seats, so everything heals after an outage by itself.
 */
export class ClusteredRooms implements Rooms, Neighbours {
  readonly registry: RoomRegistry;
  readonly #policy: RegistryPolicy;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #pseudonymOf: (roomId: RoomId) => string;
  #backplane!: Backplane; // set by open(), the only way to make one
  /** What this node last saw of the record of each room that it has. */
  readonly #seen = new Map<string, { version: number; seats: RecordSeats }>();
  readonly #roomsByKey = new Map<string, RoomId>();
  readonly #turns = new Map<RoomId, Promise<unknown>>();
  readonly #syncing = new Set<RoomId>();
  /** Rooms whose record may say otherwise than this node knows; also such that have nobody here any more. */
  readonly #behind = new Set<RoomId>();
  /** The rooms that a holder is about to sit in. */
  readonly #taking = new WeakMap<SeatHolder, Set<RoomId>>();
  /** Rooms that a seat is just taken in, with the newest version of their record that others told of meanwhile. */
  readonly #news = new Map<string, number>();
  readonly #asked = new Map<number, (handedTo: number) => void>();
  readonly #listeners = new Map<string, (body: unknown) => void>();
  readonly #missedListeners: (() => void)[] = [];
  readonly #stops: (() => void)[] = [];
  #alive: ReadonlySet<string> = new Set();
  #trustedFrom = 0;
  #cancelResync: () => void = () => {};
  #lastRequest = 0;
  #sent = 0;
  #received = 0;
  #closing = false;

  private constructor(policy: RegistryPolicy, ports: ClusteredRoomsPorts) {
    this.#policy = policy;
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#pseudonymOf = ports.pseudonymOf;
    this.registry = new RoomRegistry(policy, {
      ...ports,
      onChanged: (room) => this.#syncSoon(room.id),
      onForgotten: (room) => this.#forget(roomKeyOf(room.id)),
      carry: (room, node, delivery) => this.#carry(room, node, delivery),
    });
  }

  /** Connects to the backplane; rejects when that cannot be reached at the start. */
  static async open(policy: RegistryPolicy, ports: ClusteredRoomsPorts): Promise<ClusteredRooms> {
    const rooms = new ClusteredRooms(policy, ports);
    rooms.#backplane = await ports.open({
      onMessage: (text) => rooms.#take(text),
      onUp: () => rooms.#onUp(),
      onDown: () => rooms.#onDown(),
      onMissed: () => rooms.#onMissed(),
    });
    await rooms.#refresh();
    let touched = ports.clock.now();
    rooms.#stops.push(
      repeat(ports.clock, REFRESH_MS, () => {
        const touch = ports.clock.now() - touched >= TOUCH_MS;
        if (touch) touched = ports.clock.now();
        rooms.#refresh(touch).catch(() => {});
      }),
    );
    return rooms;
  }

  stats(): ClusterStats {
    return {
      node: this.#backplane.node,
      isUp: this.#backplane.isUp(),
      nodes: this.#alive.size,
      sent: this.#sent,
      received: this.#received,
      records: this.#seen.size,
    };
  }

  /** How long the backplane takes to answer, in milliseconds; null when it does not. */
  async answersWithinMs(): Promise<number | null> {
    const startedAt = performance.now();
    try {
      await this.#backplane.answers();
      return Math.round((performance.now() - startedAt) * 1_000) / 1_000;
    } catch {
      return null;
    }
  }

  /** What the nodes share beside rooms. */
  get store(): Store {
    return this.#backplane;
  }

  get self(): string {
    return this.#backplane.node;
  }

  async notify(topic: string, body: unknown): Promise<readonly string[]> {
    const nodes = await this.#backplane.nodes().catch((): readonly string[] => []);
    const others = nodes.filter((node) => node !== this.self);
    const took = await Promise.all(others.map((node) => this.#send(node, { type: 'notice', topic, body })));
    return others.filter((_, at) => took[at]);
  }

  tell(node: string, topic: string, body: unknown): void {
    void this.#send(node, { type: 'notice', topic, body });
  }

  onNotice(topic: string, listener: (body: unknown) => void): void {
    this.#listeners.set(topic, listener);
  }

  onMissed(listener: () => void): void {
    this.#missedListeners.push(listener);
  }

  /** Every node that is alive, asked now. */
  nodes(): Promise<readonly string[]> {
    return this.#backplane.nodes();
  }

  others(): readonly string[] {
    return [...this.#alive].filter((node) => node !== this.self);
  }

  async knowsToken(roomId: RoomId, token: ResumeToken): Promise<boolean> {
    if (this.registry.knowsToken(roomId, token)) return true;
    try {
      const [stored] = await this.#backplane.read([roomKeyOf(roomId)]);
      const shown = textOf(token);
      return [...readRecord(stored?.value).values()].some((seat) => seat.token === shown);
    } catch {
      return false;
    }
  }

  join(holder: SeatHolder, roomId: RoomId, token: ResumeToken | undefined): Promise<Outcome<TakenSeat>> {
    return this.#inTurn(roomId, async () => {
      if (holder.seats.has(roomId)) {
        const answer = this.registry.join(holder, roomId, token);
        this.#syncSoon(roomId);
        return answer;
      }
      const taking = this.#taking.get(holder) ?? new Set();
      this.#taking.set(holder, taking);
      // One that was given this very moment may stand in both.
      const about = [...taking].filter((each) => !holder.seats.has(each)).length;
      if (holder.seats.size + about >= LIMITS.seatsPerSocket) return refuse('too-many-rooms');
      taking.add(roomId);
      let outcome: Outcome<TakenSeat>;
      this.#news.set(roomKeyOf(roomId), 0);
      try {
        outcome = await this.#takeSeat(holder, roomId, token);
      } catch (failure) {
        this.#log.warn({ room: this.#pseudonymOf(roomId), err: failure }, 'seat given without the other nodes');
        // Nobody knows whether it was written.
        this.#behind.add(roomId);
        outcome = this.registry.join(holder, roomId, token);
      } finally {
        taking.delete(roomId);
        this.#news.delete(roomKeyOf(roomId));
      }
      if (outcome.ok && !holder.isOpen()) this.registry.lost(holder);
      return outcome;
    });
  }

  leave(holder: SeatHolder, roomId: RoomId): void {
    this.registry.leave(holder, roomId);
  }

  lost(holder: SeatHolder): void {
    this.registry.lost(holder);
  }

  relay(
    holder: SeatHolder,
    signal: SignalSend,
  ): Outcome<{ handedTo: number }> | Promise<Outcome<{ handedTo: number }>> {
    return this.registry.relay(holder, signal);
  }

  startStream(holder: SeatHolder, roomId: RoomId, kind: StreamKind): boolean {
    return this.registry.startStream(holder, roomId, kind);
  }

  stopStream(holder: SeatHolder, roomId: RoomId, kind: StreamKind): boolean {
    return this.registry.stopStream(holder, roomId, kind);
  }

  /**
   * Goes away in order: what was accepted for this node is handed on, its seats stay in the records as away, for their
   * holders to take them again at another node.
   */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    for (const stop of this.#stops.splice(0)) stop();
    this.#cancelResync();
    await Promise.allSettled(this.#turns.values());
    await this.#backplane.close();
    for (const answer of [...this.#asked.values()]) answer(0);
    this.registry.close();
  }

  async participantsOf(roomIds: readonly RoomId[]): Promise<number[]> {
    const stored = await this.#backplane.read(roomIds.map(roomKeyOf)).catch(() => []);
    const here = this.registry.participantsOf(roomIds);
    return roomIds.map((_, at) => Math.max(here[at] ?? 0, readRecord(stored[at]?.value).size));
  }

  // --- seats -------------------------------------------------------------------------------------------------------

  async #takeSeat(holder: SeatHolder, roomId: RoomId, token: ResumeToken | undefined): Promise<Outcome<TakenSeat>> {
    const key = roomKeyOf(roomId);
    const fresh = { participantId: this.registry.newParticipantId(), token: this.registry.newToken() };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [stored] = await this.#backplane.read([key]);
      const known = readRecord(stored?.value);
      await this.#meet(known);
      const merged = mergeOwn(known, this.#own(roomId), this.#circumstances());
      const taken = takeSeat(
        merged.seats,
        {
          shown: token && textOf(token),
          fresh: { participantId: fresh.participantId, token: textOf(fresh.token) },
          capacity: this.#policy.roomCapacity,
        },
        this.#circumstances(),
      );
      if (!taken.ok) return taken;
      const { seats, participantId, resumed } = taken.value;
      const version = await this.#backplane.write(key, stored?.version ?? 0, writeRecord(seats), this.#ttlMs());
      if (version === undefined) continue;
      const { holds = 1, moves = 0 } = seats.get(participantId) ?? {};
      const kept = resumed && !isContested(moves) ? token : undefined;
      const seat = { participantId, token: kept ?? fresh.token, holds, moves, resumed };
      const answer = this.registry.adopt(holder, roomId, seat, this.#elsewhere(seats));
      this.#learn(roomId, key, version, seats);
      this.#spread(key, version, seats, merged.seats);
      // Told by others before this node knew that its own writing had come through: the seat may have moved on.
      if ((this.#news.get(key) ?? 0) > version) this.#syncSoon(roomId);
      // Others are listed only after the mirror is up to date.
      return accept({ ...answer, others: this.#others(roomId, participantId) });
    }
    return refuse('server-busy', { retryAfterMs: 500 });
  }

  #others(roomId: RoomId, self: ParticipantId): TakenSeat['others'] {
    const room = this.registry.room(roomId);
    if (!room) return [];
    return [
      ...[...room.seats.values()].map(({ participantId, holder }) => ({ participantId, away: holder === undefined })),
      ...[...(room.remote ?? [])].map(([participantId, { away }]) => ({ participantId, away })),
    ].filter(({ participantId }) => participantId !== self);
  }

  /** What this node knows of its own seats in a room. */
  #own(roomId: RoomId): Map<ParticipantId, OwnSeat> {
    const own = new Map<ParticipantId, OwnSeat>();
    for (const seat of this.registry.room(roomId)?.seats.values() ?? []) {
      own.set(seat.participantId, {
        token: seat.tokenHash,
        holds: seat.holds,
        moves: seat.moves,
        awayUntil: seat.awayUntil ?? null,
      });
    }
    return own;
  }

  #circumstances(): Circumstances {
    const now = this.#clock.now();
    return {
      node: this.#backplane.node,
      alive: this.#isTrusted() ? this.#alive : undefined,
      now,
      seatGraceMs: this.#policy.seatGraceMs,
    };
  }

  #syncSoon(roomId: RoomId): void {
    if (this.#closing || this.#syncing.has(roomId)) return;
    this.#syncing.add(roomId);
    this.#inTurn(roomId, async () => {
      this.#syncing.delete(roomId);
      this.#behind.add(roomId);
      await this.#sync(roomId);
      this.#behind.delete(roomId);
    }).catch((failure: unknown) => {
      // The next look at the records repeats it.
      this.#log.debug({ room: this.#pseudonymOf(roomId), err: failure }, 'a room was not brought up to date');
    });
  }

  /** Brings the record up to what this node knows of its seats, and this node up to the record. */
  async #sync(roomId: RoomId): Promise<void> {
    const key = roomKeyOf(roomId);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [stored] = await this.#backplane.read([key]);
      const before = readRecord(stored?.value);
      await this.#meet(before);
      const { seats, changed } = mergeOwn(before, this.#own(roomId), this.#circumstances());
      if (!changed) {
        this.#learn(roomId, key, stored?.version ?? 0, seats);
        return;
      }
      const version = await this.#backplane.write(key, stored?.version ?? 0, writeRecord(seats), this.#ttlMs());
      if (version === undefined) continue;
      this.#learn(roomId, key, version, seats);
      this.#spread(key, version, seats, before);
      return;
    }
    throw new Error('other nodes were always first');
  }

  /** A node that is not known to be alive may have come a moment ago: looks again before it is taken for dead. */
  async #meet(seats: RecordSeats): Promise<void> {
    const unknown = [...seats.values()].some(({ node }) => node !== this.#backplane.node && !this.#alive.has(node));
    if (unknown) this.#alive = new Set(await this.#backplane.nodes());
  }

  /** Takes a record in: seats elsewhere are mirrored, and a node without seats of its own forgets the room. */
  #learn(roomId: RoomId, key: string, version: number, seats: RecordSeats): void {
    const elsewhere = this.#elsewhere(seats);
    if (!this.#isTrusted())
      for (const [id, seat] of this.registry.room(roomId)?.remote ?? []) if (!seats.has(id)) elsewhere.set(id, seat);
    this.registry.mirror(roomId, elsewhere);
    if (this.registry.room(roomId)) {
      this.#seen.set(key, { version, seats });
      this.#roomsByKey.set(key, roomId);
    } else {
      this.#forget(key);
    }
  }

  #forget(key: string): void {
    this.#seen.delete(key);
    this.#roomsByKey.delete(key);
  }

  #elsewhere(seats: RecordSeats): Map<ParticipantId, RemoteSeat> {
    const elsewhere = new Map<ParticipantId, RemoteSeat>();
    for (const [id, { node, awayUntil, holds }] of seats)
      if (node !== this.#backplane.node) elsewhere.set(id, { node, away: awayUntil !== null, holds });
    return elsewhere;
  }

  /** Tells the nodes that have, or had, seats in the room. */
  #spread(key: string, version: number, seats: RecordSeats, before: RecordSeats): void {
    const nodes = new Set([...seats.values(), ...before.values()].map((seat) => seat.node));
    nodes.delete(this.#backplane.node);
    const record = { seats: Object.fromEntries(seats) };
    for (const node of nodes) void this.#send(node, { type: 'room', room: key, version, record });
  }

  #ttlMs(): number {
    return Math.max(60_000, 3 * TOUCH_MS) + this.#policy.seatGraceMs;
  }

  /** One after the other for each room: what is decided on a record must not overtake what was decided before. */
  #inTurn<T>(roomId: RoomId, task: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(roomId) ?? Promise.resolve()).then(task, task);
    this.#turns.set(roomId, turn);
    const done = () => {
      if (this.#turns.get(roomId) === turn) this.#turns.delete(roomId);
    };
    turn.then(done, done);
    return turn;
  }

  // --- looking again -----------------------------------------------------------------------------------------------

  #onDown(): void {
    this.#log.warn('the backplane is away; rooms on this node go on');
    this.#trustedFrom = Number.POSITIVE_INFINITY;
  }

  /** Everything may be gone from it: each node writes its seats again, and until all had the time, nobody is missed. */
  #onUp(): void {
    this.#log.info('the backplane is back');
    this.#trustedFrom = this.#clock.now() + TRUST_AGAIN_MS;
    // Both times: what was written before the outage may take effect only now.
    const behind = [...this.#behind];
    const syncAll = (): void => {
      for (const room of this.registry.rooms()) this.#syncSoon(room.id);
      for (const roomId of behind) this.#syncSoon(roomId);
    };
    syncAll();
    this.#cancelResync();
    this.#cancelResync = this.#clock.after(TRUST_AGAIN_MS, syncAll);
    for (const listener of this.#missedListeners) listener();
  }

  /** Who came to a room of this node, or left it, may be unknown here. */
  #onMissed(): void {
    if (this.#closing) return;
    this.#log.warn('messages of other nodes did not come in; all rooms are looked at again');
    // What fails now is repeated with the next touch.
    this.#refresh(true).catch(() => {});
    for (const listener of this.#missedListeners) listener();
  }

  /** Whether what is not in a record, or not alive, is really gone. */
  #isTrusted(): boolean {
    return this.#clock.now() >= this.#trustedFrom;
  }

  /**
   * Hears who is alive, and looks at the records of rooms that other nodes are in. With `touch` the records of all rooms live
   * on and are looked at: of one whose people were alone, the news that somebody sits elsewhere now may be lost.
   */
  async #refresh(touch = false): Promise<void> {
    this.#alive = new Set(await this.#backplane.nodes());
    for (const roomId of this.#behind) this.#syncSoon(roomId);
    const rooms = [...this.registry.rooms()].filter((room) => touch || room.remote !== undefined);
    if (rooms.length === 0) return;
    const keys = rooms.map((room) => roomKeyOf(room.id));
    const versions = touch
      ? await this.#backplane.touch(keys, this.#ttlMs())
      : (await this.#backplane.read(keys)).map((found) => found?.version);
    for (const [at, room] of rooms.entries()) {
      const version = versions[at];
      const hasDead = [...(room.remote?.values() ?? [])].some((seat) => !this.#alive.has(seat.node));
      const seen = this.#seen.get(keys[at] ?? '');
      if (hasDead || version === undefined || version !== seen?.version) this.#syncSoon(room.id);
    }
  }

  // --- messages ----------------------------------------------------------------------------------------------------

  async #send(node: string, message: NodeMessage): Promise<boolean> {
    try {
      const taken = await this.#backplane.send(node, JSON.stringify(message));
      if (taken) this.#sent += 1;
      return taken;
    } catch {
      return false;
    }
  }

  /** Is done with a message when it returns, so that messages are taken in their order and none waits for an answer to another. */
  #take(text: string): void {
    const message = readMessage(text);
    if (!message) return;
    this.#received += 1;
    switch (message.type) {
      case 'room':
        this.#takeRecord(message.room, message.version, seatsOf(message.record));
        return;
      case 'signal':
        this.#takeSignal(message);
        return;
      case 'handed':
        this.#asked.get(message.request)?.(message.handedTo);
        return;
      case 'notice':
        this.#listeners.get(message.topic)?.(message.body);
    }
  }

  #takeRecord(key: string, version: number, seats: RecordSeats): void {
    const news = this.#news.get(key);
    if (news !== undefined) this.#news.set(key, Math.max(news, version));
    const roomId = this.#roomsByKey.get(key);
    const seen = this.#seen.get(key);
    if (roomId === undefined || (seen && seen.version >= version)) return;
    this.#learn(roomId, key, version, seats);
    const own = this.#own(roomId);
    const { changed } = mergeOwn(seats, own, { ...this.#circumstances(), alive: undefined });
    if (changed) this.#syncSoon(roomId);
  }

  #takeSignal({ request, replyTo, room, ...delivery }: SignalMessage): void {
    const roomId = this.#roomsByKey.get(room);
    const handedTo = roomId === undefined ? 0 : this.registry.deliver(roomId, delivery);
    void this.#send(replyTo, { type: 'handed', request, handedTo });
  }

  async #carry(room: Room, node: string, delivery: Delivery): Promise<number> {
    const handed = await this.#ask(room, node, delivery);
    if (handed > 0 || delivery.to === '*' || this.#closing) return handed;
    // The seat may have been taken elsewhere a moment ago: look again, once.
    await this.#inTurn(room.id, () => this.#sync(room.id)).catch(() => {});
    const now = room.remote?.get(delivery.to);
    if (now && now.node !== node) return this.#ask(room, now.node, delivery);
    return room.seats.has(delivery.to) ? this.registry.deliver(room.id, delivery) : 0;
  }

  /** Hands a box to another node and waits for what became of it: definite, unless that node dies meanwhile. */
  #ask(room: Room, node: string, delivery: Delivery): Promise<number> {
    const request = ++this.#lastRequest;
    return new Promise((resolve) => {
      const settle = (handedTo: number): void => {
        cancel();
        this.#asked.delete(request);
        resolve(handedTo);
      };
      const cancel = this.#clock.after(HANDING_MS, () => settle(0));
      this.#asked.set(request, settle);
      const message: NodeMessage = {
        type: 'signal',
        request,
        replyTo: this.#backplane.node,
        room: roomKeyOf(room.id),
        ...delivery,
      } as NodeMessage; // the box was parsed when it came in
      void this.#send(node, message).then((taken) => {
        if (!taken) settle(0);
      });
    });
  }
}

const textOf = (token: ResumeToken): string => hashOf(token);

function readMessage(text: string): NodeMessage | undefined {
  try {
    const parsed = NodeMessage.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
