import {
  type ParticipantId,
  type RoomId,
  type ServerEvent,
  type StreamKind,
  sentenceOf,
} from '@parley/shared/protocol';
import { TokenBucket } from '@parley/shared/timing';
import type { Clock } from '../clock.ts';
import type { Counters } from '../metrics/counters.ts';
import { connectionOf, type Room, type Seat, type SeatConnection, sizeOf } from './room.ts';
import type { GivenSeat, RecordSeat, RecordSeats } from './room-record.ts';

export type SeatPolicy = {
  /** How long a seat waits for a lost connection to come back. */
  seatGraceMs: number;
  /** How long a room is remembered after its last seat here. */
  roomLingerMs: number;
};

export type SeatPorts = {
  clock: Clock;
  pseudonymOf: (roomId: RoomId) => string;
  counters: Counters;
  /** Called when the grace time of a seat is over. */
  onOver?: (room: Room) => void;
  /** Called after the seats of a room changed by themselves: lost, left, or over. */
  onChanged?: (room: Room) => void;
  /** Called when a room without seats here is not remembered any more. */
  onForgotten?: (room: Room) => void;
};

const NO_SEATS: RecordSeats = new Map();

type SeatEvent = Extract<ServerEvent, `participant:${string}`>;

/**
 * The seats of this node and the rooms they are in: gives them to connections, keeps them for the grace time when the
 * connection is lost, and tells the others in the room. Decides nothing about who may sit where. Pure state with an
 * injected clock; all of it lives in memory and none of it is needed again after a restart.
 */
export class Seats {
  readonly #rooms = new Map<RoomId, Room>();
  readonly #policy: SeatPolicy;
  readonly #ports: SeatPorts;
  #away = 0;

  constructor(policy: SeatPolicy, ports: SeatPorts) {
    this.#policy = policy;
    this.#ports = ports;
  }

  /** The room with its seats here and elsewhere; undefined when nobody here sits in it. */
  room(roomId: RoomId): Room | undefined {
    return this.#rooms.get(roomId);
  }

  rooms(): IterableIterator<Room> {
    return this.#rooms.values();
  }

  /**
   * Gives `connection` the seat that was decided on: a new one, or one that another connection had, here or elsewhere until
   * now; that one is told. `remote` is where else people sit, as far as the decision knows.
   */
  place(connection: SeatConnection, roomId: RoomId, given: GivenSeat, remote = NO_SEATS): Seat {
    const { participantId, resumed, record } = given;
    const room = this.#rooms.get(roomId) ?? this.#newRoom(roomId);
    // The answer to the first on this node lists the others; they are not told one by one.
    if (room.seats.size === 0 && remote.size > 0) room.remote = remote;
    const known = room.seats.get(participantId);
    const before = known && this.#vacate(known);
    const seat = known ?? this.#newSeat(room, participantId, connection, record);
    seat.state = { at: 'here', connection };
    seat.record = record;
    connection.seats.set(roomId, seat);
    if (resumed) this.#ports.counters.seatsResumed += 1;
    tellMoved(before, roomId);
    this.#tell(room, participantId, resumed ? 'participant:back' : 'participant:joined');
    return seat;
  }

  /**
   * Takes over where else people sit in a room and tells the seats here what changed. A seat of this node that is among
   * them was resumed at another node: it is dropped without a leave, and its connection is told.
   */
  setRemote(roomId: RoomId, remote: RecordSeats): void {
    const room = this.#rooms.get(roomId);
    if (!room) return;
    const before = room.remote;
    room.remote = remote;
    for (const [id, next] of remote) {
      const here = room.seats.get(id);
      const known = here?.record ?? before.get(id);
      if (here) {
        const connection = connectionOf(here);
        this.#remove(here);
        tellMoved(connection, roomId);
      }
      const [wasAway, isAway] = [known ? known.awayUntil !== null : false, next.awayUntil !== null];
      if (!known) this.#tell(room, id, 'participant:joined');
      else if (next.generation > known.generation || (wasAway && !isAway)) this.#tell(room, id, 'participant:back');
      if (isAway && !wasAway) this.#tell(room, id, 'participant:away');
    }
    for (const id of before.keys()) {
      if (remote.has(id) || room.seats.has(id)) continue;
      room.recent.delete(id);
      this.#tell(room, id, 'participant:left');
    }
    this.#forgetSoon(room);
  }

  /** Gives the seat up for good. Leaving a room twice is leaving it once. */
  leave(connection: SeatConnection, roomId: RoomId): void {
    const seat = connection.seats.get(roomId);
    if (seat) this.#end(seat);
  }

  /** The connection is gone: its seats stay for the grace time, marked away. */
  lost(connection: SeatConnection): void {
    const { clock, onChanged } = this.#ports;
    const graceMs = this.#policy.seatGraceMs;
    for (const seat of connection.seats.values()) {
      if (graceMs === 0) {
        this.#over(seat);
        continue;
      }
      this.#away += 1;
      this.#tell(seat.room, seat.participantId, 'participant:away');
      const cancelEnd = clock.after(graceMs, () => this.#over(seat));
      seat.state = { at: 'away', cancelEnd };
      seat.record = { ...seat.record, awayUntil: clock.now() + graceMs };
      onChanged?.(seat.room);
    }
    connection.seats.clear();
  }

  /** Notes that a kind of stream is live; for counts only. False when the connection has no seat there. */
  startStream(connection: SeatConnection, roomId: RoomId, kind: StreamKind): boolean {
    const seat = connection.seats.get(roomId);
    if (!seat) return false;
    seat.streams ??= new Set();
    if (!seat.streams.has(kind)) {
      seat.streams.add(kind);
      this.#ports.counters.streamsStarted += 1;
    }
    return true;
  }

  /** The other way round; stopping what is not live changes nothing. */
  stopStream(connection: SeatConnection, roomId: RoomId, kind: StreamKind): boolean {
    const seat = connection.seats.get(roomId);
    if (!seat) return false;
    if (seat.streams?.delete(kind)) this.#ports.counters.streamsEnded += 1;
    return true;
  }

  counts(): { rooms: number; participants: number; away: number; streams: number } {
    const { seatsTaken, seatsEnded, streamsStarted, streamsEnded } = this.#ports.counters;
    return {
      rooms: this.#rooms.size,
      participants: seatsTaken - seatsEnded,
      away: this.#away,
      streams: streamsStarted - streamsEnded,
    };
  }

  /** The fullest rooms by pseudonym, at most `most` of them. */
  occupancy(most: number): { room: string; participants: number }[] {
    return [...this.#rooms.values()]
      .map((room) => ({ room: room.pseudonym, participants: sizeOf(room) }))
      .sort((left, right) => right.participants - left.participants)
      .slice(0, most);
  }

  /** Ends every timer and forgets everything; nobody is told. */
  close(): void {
    for (const room of this.#rooms.values()) {
      room.cancelForget?.();
      for (const { state } of room.seats.values()) if (state.at === 'away') state.cancelEnd();
    }
    this.#rooms.clear();
  }

  #newRoom(id: RoomId): Room {
    const room: Room = {
      id,
      pseudonym: this.#ports.pseudonymOf(id),
      seats: new Map(),
      remote: NO_SEATS,
      recent: new Map(),
      cancelForget: undefined,
    };
    this.#rooms.set(id, room);
    return room;
  }

  #newSeat(room: Room, participantId: ParticipantId, connection: SeatConnection, record: RecordSeat): Seat {
    room.cancelForget?.();
    room.cancelForget = undefined;
    const seat: Seat = {
      participantId,
      room,
      state: { at: 'here', connection },
      record,
      streams: undefined,
      signals: new TokenBucket(),
    };
    if (room.remote.has(participantId)) room.remote = new Map([...room.remote].filter(([id]) => id !== participantId));
    room.seats.set(participantId, seat);
    this.#ports.counters.seatsTaken += 1;
    return seat;
  }

  #over(seat: Seat): void {
    this.#ports.onOver?.(seat.room);
    this.#end(seat);
  }

  #end(seat: Seat): void {
    const { room, participantId } = seat;
    if (!this.#remove(seat)) return;
    room.recent.delete(participantId);
    this.#tell(room, participantId, 'participant:left');
    this.#ports.onChanged?.(room);
    this.#forgetSoon(room);
  }

  /** Takes a seat off this node without telling anybody; false when it is gone already. */
  #remove(seat: Seat): boolean {
    if (!seat.room.seats.delete(seat.participantId)) return false;
    this.#vacate(seat);
    this.#ports.counters.seatsEnded += 1;
    this.#ports.counters.streamsEnded += seat.streams?.size ?? 0;
    return true;
  }

  /** Ends the state that a seat is in. Answers the connection that had it: its late end is not about this seat any more. */
  #vacate({ state, room }: Seat): SeatConnection | undefined {
    if (state.at === 'away') {
      state.cancelEnd();
      this.#away -= 1;
      return undefined;
    }
    state.connection.seats.delete(room.id);
    return state.connection;
  }

  /** Forgets a room without seats here, at once or after the time it lingers. */
  #forgetSoon(room: Room): void {
    if (room.seats.size > 0 || room.cancelForget) return;
    const forget = (): void => {
      this.#rooms.delete(room.id);
      this.#ports.onForgotten?.(room);
    };
    if (this.#policy.roomLingerMs === 0) forget();
    else room.cancelForget = this.#ports.clock.after(this.#policy.roomLingerMs, forget);
  }

  /** Tells the seats here about a participant, wherever that one sits. */
  #tell(room: Room, participantId: ParticipantId, event: SeatEvent): void {
    const notice = { roomId: room.id, participantId };
    for (const seat of room.seats.values())
      if (seat.participantId !== participantId) connectionOf(seat)?.send(event, notice);
  }
}

/** Tells the connection that had a seat until another one took it. */
const tellMoved = (connection: SeatConnection | undefined, roomId: RoomId): void =>
  void connection?.send('seat:moved', { roomId, code: 'seat-moved', message: sentenceOf('seat-moved') });
