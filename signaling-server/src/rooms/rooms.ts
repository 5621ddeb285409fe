import {
  accept,
  LIMITS,
  type Outcome,
  type ParticipantId,
  type ResumeToken,
  type RoomId,
  refuse,
} from '@parley/shared/protocol';
import { z } from 'zod';
import { base64UrlText } from '../base64url.ts';
import type { ClusterNode } from '../cluster/cluster-node.ts';
import type { Log } from '../log.ts';
import type { Soon } from '../soon.ts';
import { Delivery, Relay, type RelayPolicy } from './relay.ts';
import {
  knownSeats,
  othersIn,
  ownSeats,
  type Participant,
  type Room,
  type Seat,
  type SeatConnection,
  sizeOf,
} from './room.ts';
import {
  findByToken,
  freshSeat,
  type GivenSeat,
  hashOf,
  isSameHash,
  type RecordSeats,
  roomKeyOf,
  type SeatRequest,
  takeSeat,
} from './room-record.ts';
import { RoomRecords } from './room-records.ts';
import { type SeatPolicy, type SeatPorts, Seats } from './seats.ts';

/** How long another node may take to hand a box on. */
const FORWARD_MS = 3_000;

const HandedTo = z.number().int().nonnegative().catch(0);
const ForwardedSignal = Delivery.extend({ room: z.string().length(43) });

export type RoomsPolicy = SeatPolicy & RelayPolicy;

export type RoomsPorts = Omit<SeatPorts, 'onChanged' | 'onForgotten'> & {
  log: Log;
  /** Cryptographically strong random bytes. */
  random: (sizeBytes: number) => Uint8Array;
  /** This server as one node of several that share their rooms; undefined for a server that is alone. */
  node: ClusterNode | undefined;
};

export type TakenSeat = {
  seat: Seat;
  resumeToken: ResumeToken;
  resumed: boolean;
  others: Participant[];
};

/**
 * The rooms of this server: decides who gets a seat, and passes on what is sent there. A server that is alone decides by
 * the seats it has; nodes that share rooms decide by the record of the room, and by what they know while that is away.
 */
export class Rooms {
  readonly seats: Seats;
  readonly relay: Relay;
  /** The rooms' records; undefined for a server that is alone. */
  readonly records: RoomRecords | undefined;
  readonly #policy: RoomsPolicy;
  readonly #ports: RoomsPorts;
  /** The rooms that a connection is about to get a seat in. */
  readonly #taking = new WeakMap<SeatConnection, Set<RoomId>>();
  #isClosing = false;

  constructor(policy: RoomsPolicy, ports: RoomsPorts) {
    this.#policy = policy;
    this.#ports = ports;
    const { clock, log, pseudonymOf, counters, node } = ports;
    this.seats = new Seats(policy, {
      ...ports,
      onChanged: ({ id }) => this.records?.syncSoon(id),
      onForgotten: ({ id }) => this.records?.forget(id),
    });
    this.records = node && new RoomRecords(policy.seatGraceMs, { clock, log, pseudonymOf, node, seats: this.seats });
    this.relay = new Relay(policy, { clock, counters, forward: (...what) => this.#forward(...what) });
    node?.onRequest('signal', ForwardedSignal, (signal) => {
      const room = this.records?.roomOf(signal.room);
      return room ? this.relay.deliver(room, signal) : 0;
    });
  }

  /** Whether `token` belongs to a seat of that room, so that coming back is told from coming anew. */
  knowsToken(roomId: RoomId, token: ResumeToken): Soon<boolean> {
    if (findByToken(ownSeats(this.seats.room(roomId)), token)) return true;
    return this.records?.hasToken(roomId, token) ?? false;
  }

  /**
   * Gives `connection` a seat in the room. The same connection asking again gets the seat it has; a known resume token gets
   * its seat back, even from a connection that still stands, which is told; an unknown one gets a new seat, because the
   * old one is over. A connection that closed meanwhile has a seat that is away. Refuses with `room-full`,
   * `too-many-rooms`, and `server-busy` when other nodes were always first.
   */
  join(connection: SeatConnection, roomId: RoomId, token: ResumeToken | undefined): Soon<Outcome<TakenSeat>> {
    const { records } = this;
    if (!records) return this.#joinAlone(connection, roomId, token);
    return records.inTurn(roomId, async () => {
      const outcome = await this.#joinShared(records, connection, roomId, token);
      if (outcome.ok && !connection.isOpen()) this.seats.lost(connection);
      return outcome;
    });
  }

  /** How many sit in each of these rooms, over all nodes. */
  async participantsOf(roomIds: readonly RoomId[]): Promise<number[]> {
    const shared = await this.records?.participantsOf(roomIds);
    return roomIds.map((roomId, at) => Math.max(sizeOf(this.seats.room(roomId)), shared?.[at] ?? 0));
  }

  /**
   * Goes away in order, and its node with it: signals that were accepted for this node are handed on, its seats stay in the
   * records as away, for their participants to take them again at another node.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.records?.close();
    await this.#ports.node?.close();
    this.seats.close();
  }

  #joinAlone(connection: SeatConnection, roomId: RoomId, token: ResumeToken | undefined): Outcome<TakenSeat> {
    const held = connection.seats.get(roomId);
    if (held) return accept(this.#seatAgain(held, token));
    if (connection.seats.size >= LIMITS.seatsPerSocket) return refuse('too-many-rooms');
    const { clock, node } = this.#ports;
    const self = node?.self ?? '';
    const room = this.seats.room(roomId);
    const request = this.#request(token);
    // Most joins, and nothing of the seats that are there matters to them but their number.
    if (token === undefined && sizeOf(room) < request.capacity)
      return accept(this.#seat(connection, roomId, freshSeat(self, request.fresh)));
    const situation = { node: self, alive: undefined, now: clock.now(), seatGraceMs: this.#policy.seatGraceMs };
    const taken = takeSeat(knownSeats(room), request, situation);
    return taken.ok ? accept(this.#seat(connection, roomId, taken.value.given)) : taken;
  }

  async #joinShared(
    records: RoomRecords,
    connection: SeatConnection,
    roomId: RoomId,
    token: ResumeToken | undefined,
  ): Promise<Outcome<TakenSeat>> {
    if (connection.seats.has(roomId)) {
      const again = this.#joinAlone(connection, roomId, token);
      records.syncSoon(roomId);
      return again;
    }
    const taking = this.#taking.get(connection) ?? new Set();
    this.#taking.set(connection, taking);
    if (new Set([...connection.seats.keys(), ...taking]).size >= LIMITS.seatsPerSocket) return refuse('too-many-rooms');
    taking.add(roomId);
    try {
      const outcome = await records.take(roomId, this.#request(token), (given, remote) =>
        this.#seat(connection, roomId, given, remote),
      );
      // Others are listed only after the node is up to date with the record.
      if (outcome?.ok) outcome.value.others = othersIn(outcome.value.seat.room, outcome.value.seat.participantId);
      return outcome ?? refuse('server-busy', { retryAfterMs: 500 });
    } catch (failure) {
      const { log, pseudonymOf } = this.#ports;
      log.warn({ room: pseudonymOf(roomId), err: failure }, 'seat given without the other nodes');
      return this.#joinAlone(connection, roomId, token);
    } finally {
      taking.delete(roomId);
    }
  }

  #request(shown: ResumeToken | undefined): SeatRequest {
    const participantId = base64UrlText(this.#ports.random(16)) as ParticipantId;
    return { shown, fresh: { participantId, token: this.#newToken() }, capacity: this.#policy.roomCapacity };
  }

  #newToken(): ResumeToken {
    return base64UrlText(this.#ports.random(32)) as ResumeToken;
  }

  #seat(connection: SeatConnection, roomId: RoomId, given: GivenSeat, remote?: RecordSeats): TakenSeat {
    const seat = this.seats.place(connection, roomId, given, remote);
    const others = othersIn(seat.room, seat.participantId);
    return { seat, resumeToken: given.token, resumed: given.resumed, others };
  }

  /** Answers with the token that was just proved, or with a new one, since only the hash of the old is kept. */
  #seatAgain(seat: Seat, token: ResumeToken | undefined): TakenSeat {
    const isProved = token !== undefined && isSameHash(hashOf(token), seat.record.token);
    const resumeToken = isProved ? token : this.#newToken();
    seat.record = { ...seat.record, token: hashOf(resumeToken) };
    return { seat, resumeToken, resumed: true, others: othersIn(seat.room, seat.participantId) };
  }

  /** Brings a signal to another node; a seat that is not there any more may have been taken elsewhere a moment ago. */
  async #forward(room: Room, node: string, delivery: Delivery): Promise<number> {
    const handedTo = await this.#handOn(room, node, delivery);
    if (handedTo > 0 || delivery.to === '*' || this.#isClosing) return handedTo;
    await this.records?.inTurn(room.id, async () => this.records?.sync(room.id)).catch(() => {});
    const now = room.remote.get(delivery.to);
    if (now && now.node !== node) return this.#handOn(room, now.node, delivery);
    return room.seats.has(delivery.to) ? this.relay.deliver(room, delivery) : 0;
  }

  /** Resolves with how many took it there: definite, unless that node dies meanwhile. */
  async #handOn(room: Room, node: string, delivery: Delivery): Promise<number> {
    const signal: z.input<typeof ForwardedSignal> = { room: roomKeyOf(room.id), ...delivery };
    return HandedTo.parse(await this.#ports.node?.request(node, 'signal', signal, FORWARD_MS));
  }
}
