import { accept, type Outcome, type ResumeToken, type RoomId } from '@parley/shared/protocol';
import { z } from 'zod';
import { type Clock, type RepeatedTask, repeatTask } from '../clock.ts';
import type { ClusterNode } from '../cluster/cluster-node.ts';
import type { Log } from '../log.ts';
import { ownSeats, type Room } from './room.ts';
import {
  findByToken,
  type GivenSeat,
  mergeOwn,
  type RecordSeats,
  RoomRecord,
  readRecord,
  recordOf,
  remoteSeats,
  roomKeyOf,
  type SeatRequest,
  type Situation,
  takeSeat,
  writeRecord,
} from './room-record.ts';
import type { Seats } from './seats.ts';

/** How often another node may be first before a change is given up for now. */
const ATTEMPTS = 12;
/** How often records are looked at again, and how often their time to live is renewed. */
const REFRESH_MS = 4_000;
const TOUCH_MS = 20_000;

/** The notice that the record of a room has changed. */
const RecordChange = z.object({ room: z.string().length(43), version: z.number(), record: RoomRecord });

export type RoomRecordsPorts = {
  clock: Clock;
  log: Log;
  pseudonymOf: (roomId: RoomId) => string;
  node: ClusterNode;
  seats: Seats;
};

/**
 * The records of rooms that several nodes share: one record a room, which says who sits where. A node changes it by
 * compare-and-set and tells the nodes named in it; a node that missed that sees it when it looks again. A record is only
 * ever corrected towards what the nodes know of their own seats, so everything heals after an outage by itself.
 */
export class RoomRecords {
  readonly #seatGraceMs: number;
  readonly #ports: RoomRecordsPorts;
  /** By key: the rooms that have seats here, or are about to, with the version of their record that this node is up to; 0 for none. */
  readonly #known = new Map<string, { roomId: RoomId; version: number }>();
  readonly #turns = new Map<RoomId, Promise<unknown>>();
  /** Rooms that will be synchronized in their next turn. */
  readonly #queued = new Set<RoomId>();
  /** Rooms whose record may differ from what this node knows, also rooms that have no seats here any more. */
  readonly #outdated = new Set<RoomId>();
  /** When the records of all rooms were looked at last. */
  #touchedAt: number;
  #isClosing = false;
  readonly #refreshing: RepeatedTask;

  constructor(seatGraceMs: number, ports: RoomRecordsPorts) {
    this.#seatGraceMs = seatGraceMs;
    this.#ports = ports;
    this.#touchedAt = ports.clock.now();
    const { clock, node } = ports;
    node.onNotice('room', RecordChange, ({ room, version, record }) => this.#onChange(room, version, record));
    this.#refreshing = repeatTask(clock, REFRESH_MS, () => this.#refresh());
    node.onMissed(() => {
      this.#touchedAt = Number.NEGATIVE_INFINITY;
      if (!this.#isClosing) this.#refreshing.run();
    });
  }

  /** How many rooms this node follows the records of. */
  get size(): number {
    return this.#known.size;
  }

  /** The room that `key` stands for, while it has seats here. */
  roomOf(key: string): Room | undefined {
    const known = this.#known.get(key);
    return known && this.#ports.seats.room(known.roomId);
  }

  /** Runs tasks about one room one after the other: a decision on its record must not overtake the one before. */
  inTurn<T>(roomId: RoomId, task: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(roomId) ?? Promise.resolve()).then(task, task);
    this.#turns.set(roomId, turn);
    const done = (): void => {
      if (this.#turns.get(roomId) === turn) this.#turns.delete(roomId);
    };
    turn.then(done, done);
    return turn;
  }

  /**
   * Takes a seat in the record, and calls `place` as soon as it is written. Refuses with `room-full`; answers undefined
   * when other nodes were always first. Rejects when the store is away: then nobody knows whether it was written, and the
   * record counts as outdated. To be called in the room's turn.
   */
  async take<T>(
    roomId: RoomId,
    request: SeatRequest,
    place: (given: GivenSeat, remote: RecordSeats) => T,
  ): Promise<Outcome<T> | undefined> {
    const { node, seats } = this.#ports;
    const key = roomKeyOf(roomId);
    const known = this.#known.get(key) ?? { roomId, version: 0 };
    this.#known.set(key, known);
    try {
      return await this.#change(
        roomId,
        (record) => takeSeat(record, request, this.#situation()),
        (taken) => place(taken.given, remoteSeats(taken.seats, node.self)),
      );
    } catch (failure) {
      this.#outdated.add(roomId);
      throw failure;
    } finally {
      if (!seats.room(roomId)) this.#known.delete(key);
    }
  }

  /** Synchronizes a room in its next turn. A failed turn is repeated when records are looked at again. */
  syncSoon(roomId: RoomId): void {
    if (this.#isClosing || this.#queued.has(roomId)) return;
    this.#queued.add(roomId);
    this.inTurn(roomId, async () => {
      this.#queued.delete(roomId);
      this.#outdated.add(roomId);
      await this.sync(roomId);
      this.#outdated.delete(roomId);
    }).catch((failure: unknown) => {
      const { log, pseudonymOf } = this.#ports;
      log.debug({ room: pseudonymOf(roomId), err: failure }, 'a room was not brought up to date');
    });
  }

  /**
   * Brings the record up to what this node knows of its seats, and this node up to the record. Rejects when the store is
   * away. To be called in the room's turn.
   */
  async sync(roomId: RoomId): Promise<void> {
    const outcome = await this.#change(
      roomId,
      (seats) => accept({ seats }),
      () => null,
    );
    if (!outcome) throw new Error('other nodes were always first');
  }

  /** Stops following the record of a room that is not remembered here any more. */
  forget(roomId: RoomId): void {
    this.#known.delete(roomKeyOf(roomId));
  }

  /** Whether `token` belongs to a seat of that room; false while the store is away. */
  async hasToken(roomId: RoomId, token: ResumeToken): Promise<boolean> {
    const [stored] = await this.#ports.node.store.read([roomKeyOf(roomId)]).catch(() => []);
    return findByToken(readRecord(stored?.value), token) !== undefined;
  }

  /** How many sit in each of these rooms by their records; 0 while the store is away. */
  async participantsOf(roomIds: readonly RoomId[]): Promise<number[]> {
    const stored = await this.#ports.node.store.read(roomIds.map(roomKeyOf)).catch(() => []);
    return roomIds.map((_, at) => readRecord(stored[at]?.value).size);
  }

  /** Looks at nothing more. Resolves when the decisions that were begun are done. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#refreshing.stop();
    await Promise.allSettled(this.#turns.values());
  }

  /**
   * Changes a record by compare-and-set: what this node knows of its own seats, and then what `decide` makes of it. `onWritten`
   * is called before anything else can happen. Answers undefined when other nodes were always first.
   */
  async #change<D extends { seats: RecordSeats }, T>(
    roomId: RoomId,
    decide: (merged: RecordSeats) => Outcome<D>,
    onWritten: (decision: D) => T,
  ): Promise<Outcome<T> | undefined> {
    const { node, seats: own } = this.#ports;
    const key = roomKeyOf(roomId);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [stored] = await node.store.read([key]);
      const before = readRecord(stored?.value);
      // A node that is not known to be alive may have come a moment ago: asked again before it is taken for dead.
      if ([...before.values()].some((seat) => seat.node !== node.self && !node.alive.has(seat.node)))
        await node.findNodes();
      const merged = mergeOwn(before, ownSeats(own.room(roomId)), this.#situation());
      const decided = decide(merged.seats);
      if (!decided.ok) return decided;
      const { seats } = decided.value;
      const isChanged = merged.changed || seats !== merged.seats;
      const known = stored?.version ?? 0;
      const version = isChanged ? await node.store.write(key, known, writeRecord(seats), this.#ttlMs()) : known;
      if (version === undefined) continue;
      const value = onWritten(decided.value);
      this.#follow(roomId, version, seats);
      if (isChanged) this.#tell(key, version, seats, before);
      return accept(value);
    }
    return undefined;
  }

  #situation(): Situation {
    const { node, clock } = this.#ports;
    return {
      node: node.self,
      alive: node.isTrusted ? node.alive : undefined,
      now: clock.now(),
      seatGraceMs: this.#seatGraceMs,
    };
  }

  /** Another node changed a record. */
  #onChange(key: string, version: number, seats: RecordSeats): void {
    const known = this.#known.get(key);
    if (!known || known.version >= version) return;
    known.version = this.#showRemote(known.roomId, seats) ? version : 0;
    const { changed } = mergeOwn(seats, ownSeats(this.#ports.seats.room(known.roomId)), {
      ...this.#situation(),
      alive: undefined,
    });
    if (changed) this.syncSoon(known.roomId);
  }

  /** Takes over a record that was read or written; a room without seats here is not followed. */
  #follow(roomId: RoomId, version: number, seats: RecordSeats): void {
    const key = roomKeyOf(roomId);
    if ((this.#known.get(key)?.version ?? 0) > version) {
      // Another node told of a newer one meanwhile. Read again, whatever its version: a store that was emptied may count anew.
      this.#known.set(key, { roomId, version: 0 });
      this.syncSoon(roomId);
      return;
    }
    const isWhole = this.#showRemote(roomId, seats);
    if (this.#ports.seats.room(roomId)) this.#known.set(key, { roomId, version: isWhole ? version : 0 });
    else this.#known.delete(key);
  }

  /**
   * Shows the seats here who sits elsewhere. After an outage a seat that is not in the record yet is not taken for gone: then
   * it answers false, and the record has to be looked at again.
   */
  #showRemote(roomId: RoomId, seats: RecordSeats): boolean {
    const { node, seats: own } = this.#ports;
    const remote = remoteSeats(seats, node.self);
    const missing = [...(own.room(roomId)?.remote ?? [])].filter(([id]) => !seats.has(id));
    if (!node.isTrusted) for (const [id, seat] of missing) remote.set(id, seat);
    own.setRemote(roomId, remote);
    return node.isTrusted || missing.length === 0;
  }

  /** Tells the nodes that have, or had, seats in the room. */
  #tell(key: string, version: number, seats: RecordSeats, before: RecordSeats): void {
    const { node } = this.#ports;
    const nodes = new Set([...seats.values(), ...before.values()].map((seat) => seat.node));
    nodes.delete(node.self);
    const change: z.input<typeof RecordChange> = { room: key, version, record: recordOf(seats) };
    for (const each of nodes) node.tell(each, 'room', change);
  }

  #ttlMs(): number {
    return Math.max(60_000, 3 * TOUCH_MS) + this.#seatGraceMs;
  }

  /**
   * Asks who is alive, and looks at the records of rooms that other nodes are in. Every 20 s, and after something was missed,
   * the records of all rooms get more time to live and are looked at: the notice that somebody came to a room whose people
   * were all here may be lost.
   */
  async #refresh(): Promise<void> {
    const { clock, node, seats } = this.#ports;
    const alive = await node.findNodes();
    for (const roomId of this.#outdated) this.syncSoon(roomId);
    const now = clock.now();
    const isTouching = now - this.#touchedAt >= TOUCH_MS;
    const rooms = [...seats.rooms()].filter((room) => isTouching || room.remote.size > 0);
    const keys = rooms.map(({ id }) => roomKeyOf(id));
    // Before it waits: what is missed meanwhile is looked for again.
    if (isTouching) this.#touchedAt = now;
    const versions = isTouching
      ? await this.#touch(keys)
      : (await node.store.read(keys)).map((found) => found?.version);
    for (const [at, room] of rooms.entries()) {
      const hasDead = [...room.remote.values()].some((seat) => !alive.has(seat.node));
      const known = this.#known.get(keys[at] ?? '');
      if (hasDead || known === undefined || known.version !== versions[at]) this.syncSoon(room.id);
    }
  }

  async #touch(keys: readonly string[]): Promise<(number | undefined)[]> {
    try {
      return await this.#ports.node.store.touch(keys, this.#ttlMs());
    } catch (failure) {
      // With the next refresh, and not only in 20 s.
      this.#touchedAt = Number.NEGATIVE_INFINITY;
      throw failure;
    }
  }
}
