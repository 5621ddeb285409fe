import { hash, timingSafeEqual } from 'node:crypto';
import {
  accept,
  LIMITS,
  type Outcome,
  type ParticipantId,
  type ResumeToken,
  type RoomId,
  refuse,
  type ServerEvent,
  type ServerPayload,
  type SignalId,
  type SignalSend,
  type StreamKind,
  sentenceOf,
} from '@parley/shared/protocol';
import { base64UrlText } from '../base64url.ts';
import type { Clock } from '../clock.ts';
import { TokenBucket } from '../limits/token-bucket.ts';
import type { Counters } from '../metrics/counters.ts';
import { RecentIds } from './recent-ids.ts';

/** The live end of a seat. The registry knows no sockets, only this. */
export interface SeatHolder {
  /** The seats this holder has, by room. Kept by the registry. */
  readonly seats: Map<RoomId, Seat>;
  /** Whether it is still there: a seat given to one that is not would have nobody to end it. */
  isOpen(): boolean;
  /** Hands something to the far end; false when it cannot take it any more. */
  send<E extends ServerEvent>(event: E, payload: ServerPayload<E>): boolean;
}

/** here ⇄ away (socket lost / resumed);  here | away → gone (left, or the grace time is over) */
export type Seat = {
  readonly participantId: ParticipantId;
  readonly room: Room;
  tokenHash: string;
  /** How often it was taken: once, and once more with every resume. */
  holds: number;
  /** How often in a row it went to another holder while the one before was still there. */
  moves: number;
  /** Undefined while away. */
  holder: SeatHolder | undefined;
  /** When the grace time is over; undefined while held. */
  awayUntil: number | undefined;
  /** Undefined until there is one; most of the time there is none. */
  streams: Set<StreamKind> | undefined;
  readonly signals: TokenBucket;
  readonly recent: RecentIds;
  /** What other nodes are just handing on, by id; undefined while there is nothing. */
  carrying: Map<SignalId, Promise<Outcome<{ handedTo: number }>>> | undefined;
  endGrace: (() => void) | undefined;
};

/** A seat that another node holds. */
export type RemoteSeat = { node: string; away: boolean; holds: number };

/** What goes to another node for its seats in a room. */
export type Delivery = {
  from: ParticipantId;
  to: ParticipantId | '*';
  id: SignalId;
  toAll: boolean;
  box: string;
};

export type Room = {
  readonly id: RoomId;
  /** What stands for the room in logs and metrics. */
  readonly pseudonym: string;
  readonly seats: Map<ParticipantId, Seat>;
  /** Seats on other nodes; undefined while there are none. */
  remote: Map<ParticipantId, RemoteSeat> | undefined;
  /** What came from other nodes lately, so that a repetition is not handed on twice. */
  delivered: RecentIds | undefined;
  /** What seats said here lately that other nodes hold now, for the same reason; undefined while there are none. */
  moved: Map<ParticipantId, RecentIds> | undefined;
  endLinger: (() => void) | undefined;
};

export type RegistryPolicy = {
  roomCapacity: number;
  seatGraceMs: number;
  roomLingerMs: number;
  signalsPerLink: number;
  relayedPerMinute: number;
};

export type TakenSeat = {
  seat: Seat;
  resumeToken: ResumeToken;
  resumed: boolean;
  others: { participantId: ParticipantId; away: boolean }[];
};

/** What of a resume token is kept and compared. */
export const hashOf = (token: string): string => hash('sha256', token, 'base64url');

/**
 * Whether a seat goes to and fro between sockets that both hold its token. The one that has it then is given a new token, and the
 * other one ends up with a seat of its own. Not at the first move: an answer can be lost, and whoever missed it has only the old one.
 */
export const isContested = (moves: number): boolean => moves >= 3;

export type RegistryPorts = {
  clock: Clock;
  random: (sizeBytes: number) => Uint8Array;
  pseudonymOf: (roomId: RoomId) => string;
  counters: Counters;
  /** Called when the grace time of a seat is over. */
  onOver?: (room: Room) => void;
  /** Called after the seats of a room changed by themselves: lost, left, or over. */
  onChanged?: (room: Room) => void;
  /** Called when a room without seats here is not remembered any more. */
  onForgotten?: (room: Room) => void;
  /** Brings a box to the seats of another node; resolves with how many took it. */
  carry?: (room: Room, node: string, delivery: Delivery) => Promise<number>;
};

/**
 * Rooms and the seats in them: who is here, who is away, who may speak to whom. Pure state with an injected clock; all
 * of it lives in memory and none of it is needed again after a restart.
 */
export class RoomRegistry {
  readonly #rooms = new Map<RoomId, Room>();
  readonly #policy: RegistryPolicy;
  readonly #clock: Clock;
  readonly #random: (sizeBytes: number) => Uint8Array;
  readonly #pseudonymOf: (roomId: RoomId) => string;
  readonly #counters: Counters;
  readonly #onChanged: (room: Room) => void;
  readonly #onForgotten: (room: Room) => void;
  readonly #onOver: (room: Room) => void;
  readonly #carry: NonNullable<RegistryPorts['carry']>;
  #seats = 0;
  #away = 0;
  #streams = 0;

  constructor(policy: RegistryPolicy, ports: RegistryPorts) {
    this.#policy = policy;
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#pseudonymOf = ports.pseudonymOf;
    this.#counters = ports.counters;
    this.#onChanged = ports.onChanged ?? (() => {});
    this.#onForgotten = ports.onForgotten ?? (() => {});
    this.#onOver = ports.onOver ?? (() => {});
    this.#carry = ports.carry ?? (() => Promise.resolve(0));
  }

  /** Whether `token` belongs to a seat of that room, so that coming back is told from coming anew. */
  knowsToken(roomId: RoomId, token: ResumeToken): boolean {
    const room = this.#rooms.get(roomId);
    return room !== undefined && this.#seatOfToken(room, token) !== undefined;
  }

  /**
   * Gives `holder` a seat in the room. The same holder asking again gets the seat it has; a known resume token gets
   * its seat back, even from a socket that is still thought alive; an unknown one gets a new seat, because the old
   * one is over. Who had it until then is told. Refuses with `room-full` and `too-many-rooms`.
   */
  join(holder: SeatHolder, roomId: RoomId, token: ResumeToken | undefined): Outcome<TakenSeat> {
    const room = this.#rooms.get(roomId);
    const held = holder.seats.get(roomId);
    if (held) return accept(this.#answer(held, this.#renew(held, token), true));
    if (holder.seats.size >= LIMITS.seatsPerSocket) return refuse('too-many-rooms');
    const known = room && token ? this.#seatOfToken(room, token) : undefined;
    if (known && token) {
      this.#resume(known, holder);
      return accept(this.#answer(known, isContested(known.moves) ? this.#renew(known, undefined) : token, true));
    }
    if (room && room.seats.size + (room.remote?.size ?? 0) >= this.#policy.roomCapacity) return refuse('room-full');
    const seat = this.#newSeat(room ?? this.#newRoom(roomId), holder, this.newParticipantId());
    const fresh = this.#renew(seat, undefined);
    this.#tellOthers(seat, 'participant:joined');
    return accept(this.#answer(seat, fresh, false));
  }

  newParticipantId(): ParticipantId {
    return base64UrlText(this.#random(16)) as ParticipantId;
  }

  newToken(): ResumeToken {
    return base64UrlText(this.#random(32)) as ResumeToken;
  }

  /**
   * Seats `holder` where the record of all nodes says it sits: a new seat, one that was away here, or one that another
   * node held until now. Checks nothing; that was done on the record.
   */
  adopt(
    holder: SeatHolder,
    roomId: RoomId,
    taken: { participantId: ParticipantId; token: ResumeToken; holds: number; moves: number; resumed: boolean },
    elsewhere: ReadonlyMap<ParticipantId, RemoteSeat>,
  ): TakenSeat {
    const { participantId, token, holds, moves, resumed } = taken;
    const room = this.#rooms.get(roomId) ?? this.#newRoom(roomId);
    // The first on this node hears of the others in the answer, not one by one.
    if (room.seats.size === 0 && elsewhere.size > 0) room.remote = new Map(elsewhere);
    const here = room.seats.get(participantId);
    if (here) this.#resume(here, holder);
    const seat = here ?? this.#newSeat(room, holder, participantId);
    seat.tokenHash = hashOf(token);
    seat.holds = holds;
    seat.moves = moves;
    if (!here) {
      room.remote?.delete(participantId);
      if (room.remote?.size === 0) room.remote = undefined;
      if (resumed) this.#counters.seatsResumed += 1;
      this.#tellOthers(seat, resumed ? 'participant:back' : 'participant:joined');
    }
    return this.#answer(seat, token, resumed);
  }

  /**
   * Takes in who else sits in the room, on other nodes, and tells the seats here what changed. A seat of this node that
   * turns up there was resumed elsewhere and is let go without a leave; who had it is told.
   */
  mirror(roomId: RoomId, elsewhere: ReadonlyMap<ParticipantId, RemoteSeat>): void {
    const room = this.#rooms.get(roomId);
    if (!room) return;
    const known = room.remote ?? new Map<ParticipantId, RemoteSeat>();
    for (const [id, next] of elsewhere) {
      const here = room.seats.get(id);
      const before = here ? { away: here.holder === undefined, holds: here.holds } : known.get(id);
      if (here) {
        const { holder } = here;
        this.#letGo(here);
        room.moved ??= new Map();
        room.moved.set(id, here.recent);
        tellMoved(holder, roomId);
      }
      known.set(id, next);
      if (!before) this.#tell(room, id, 'participant:joined');
      else if (next.holds > before.holds || (before.away && !next.away)) this.#tell(room, id, 'participant:back');
      if (next.away && !before?.away) this.#tell(room, id, 'participant:away');
    }
    for (const id of [...known.keys()]) {
      if (elsewhere.has(id)) continue;
      known.delete(id);
      room.moved?.delete(id);
      if (!room.seats.has(id)) this.#tell(room, id, 'participant:left');
    }
    room.remote = known.size > 0 ? known : undefined;
    if (room.seats.size === 0) this.#forgetSoon(room);
  }

  /** The room with its seats here and elsewhere; undefined when nobody here sits in it. */
  room(roomId: RoomId): Room | undefined {
    return this.#rooms.get(roomId);
  }

  rooms(): IterableIterator<Room> {
    return this.#rooms.values();
  }

  /** Hands on what came from another node; a repetition is counted and not handed on again. */
  deliver(roomId: RoomId, { from, to, id, toAll, box }: Delivery): number {
    const room = this.#rooms.get(roomId);
    if (!room) return 0;
    const now = this.#clock.now();
    room.delivered ??= new RecentIds();
    const key = deliveredKeyOf(from, to, id);
    const repeated = room.delivered.find(key, now);
    if (repeated !== undefined) return repeated;
    const saidHere = room.seats.get(from)?.recent ?? room.moved?.get(from);
    const isRepeated = saidHere?.find(id, now) !== undefined;
    const payload = { roomId, from, id, toAll, box };
    let handedTo = 0;
    for (const seat of to === '*' ? room.seats.values() : [room.seats.get(to)]) {
      if (!seat?.holder || seat.participantId === from) continue;
      if (isRepeated || seat.holder.send('signal:received', payload)) handedTo += 1;
    }
    if (handedTo > 0) room.delivered.add(key, handedTo, now);
    return handedTo;
  }

  /** Gives the seat up for good. Leaving a room twice is leaving it once. */
  leave(holder: SeatHolder, roomId: RoomId): void {
    const seat = holder.seats.get(roomId);
    if (seat) this.#end(seat);
  }

  /** The holder's socket is gone: its seats stay for the grace time, marked away. */
  lost(holder: SeatHolder): void {
    for (const seat of holder.seats.values()) {
      seat.holder = undefined;
      this.#away += 1;
      if (this.#policy.seatGraceMs === 0) {
        this.#over(seat);
        continue;
      }
      this.#tellOthers(seat, 'participant:away');
      seat.awayUntil = this.#clock.now() + this.#policy.seatGraceMs;
      seat.endGrace = this.#clock.after(this.#policy.seatGraceMs, () => this.#over(seat));
      this.#onChanged(seat.room);
    }
    holder.seats.clear();
  }

  /**
   * Forwards a sealed box, untouched, to one participant of the sender's room or to all others who are here. A box
   * that was already handed on is acknowledged again and not sent again.
   */
  relay(
    holder: SeatHolder,
    signal: SignalSend,
  ): Outcome<{ handedTo: number }> | Promise<Outcome<{ handedTo: number }>> {
    const seat = holder.seats.get(signal.roomId);
    if (!seat) return refuse('not-in-room');
    const now = this.#clock.now();
    const repeated = seat.recent.find(signal.id, now) ?? seat.carrying?.get(signal.id);
    const { remote } = seat.room;
    const others = seat.room.seats.size - 1 + (remote?.size ?? 0);
    const cost = signal.to === '*' && repeated === undefined ? Math.max(1, others) : 1;
    const waitMs = this.#takeSignals(seat, cost, now);
    if (waitMs > 0) return refuse('rate-limited', { retryAfterMs: waitMs });
    if (repeated !== undefined) return typeof repeated === 'number' ? accept({ handedTo: repeated }) : repeated;

    // Said before at a node that died or that the seat has left, which handed it on to the seats here.
    const already = seat.room.delivered?.find(deliveredKeyOf(seat.participantId, signal.to, signal.id), now);
    let handedTo = already ?? 0;
    if (signal.to === '*') {
      if (already === undefined) {
        // One and the same for all: a holder may know by that that it has written it before.
        const payload = receivedOf(seat, signal);
        for (const other of seat.room.seats.values())
          if (other !== seat && other.holder?.send('signal:received', payload)) handedTo += 1;
      }
      if (remote) return this.#carryOn(seat, signal, handedTo, nodesOf(remote));
    } else if (already === undefined) {
      const target = seat.room.seats.get(signal.to);
      const elsewhere = target ? undefined : remote?.get(signal.to);
      if (elsewhere) return this.#carryOn(seat, signal, 0, [elsewhere.node]);
      if (!target || target === seat || !target.holder?.send('signal:received', receivedOf(seat, signal)))
        return refuse('participant-gone');
      handedTo = 1;
    }
    return this.#handed(seat, signal, handedTo, now);
  }

  /** The part of a relay that other nodes do; who asks again meanwhile gets the same answer. */
  #carryOn(
    seat: Seat,
    signal: SignalSend,
    handedHere: number,
    nodes: readonly string[],
  ): Promise<Outcome<{ handedTo: number }>> {
    const outcome = this.#carried(seat, signal, handedHere, nodes).finally(() => {
      seat.carrying?.delete(signal.id);
      if (seat.carrying?.size === 0) seat.carrying = undefined;
    });
    seat.carrying ??= new Map();
    seat.carrying.set(signal.id, outcome);
    return outcome;
  }

  /** Acknowledges only when the other nodes have said how many took it. */
  async #carried(
    seat: Seat,
    signal: SignalSend,
    handedHere: number,
    nodes: readonly string[],
  ): Promise<Outcome<{ handedTo: number }>> {
    const { to, id, box } = signal;
    const delivery = { from: seat.participantId, to, id, toAll: to === '*', box };
    const counts = await Promise.all(nodes.map((node) => this.#carry(seat.room, node, delivery)));
    const handedTo = counts.reduce((total, each) => total + each, handedHere);
    if (to !== '*' && handedTo === 0) return refuse('participant-gone');
    return this.#handed(seat, signal, handedTo, this.#clock.now());
  }

  #handed(seat: Seat, signal: SignalSend, handedTo: number, now: number): Outcome<{ handedTo: number }> {
    seat.recent.add(signal.id, handedTo, now);
    this.#counters.relayed += handedTo;
    this.#counters.relayedBytes += handedTo * signal.box.length;
    return accept({ handedTo });
  }

  /** Notes that a kind of stream is live; for counts only. False when the holder has no seat there. */
  startStream(holder: SeatHolder, roomId: RoomId, kind: StreamKind): boolean {
    const seat = holder.seats.get(roomId);
    if (!seat) return false;
    seat.streams ??= new Set();
    if (!seat.streams.has(kind)) {
      seat.streams.add(kind);
      this.#streams += 1;
      this.#counters.streamsStarted += 1;
    }
    return true;
  }

  stopStream(holder: SeatHolder, roomId: RoomId, kind: StreamKind): boolean {
    const seat = holder.seats.get(roomId);
    if (!seat) return false;
    if (seat.streams?.delete(kind)) {
      this.#streams -= 1;
      this.#counters.streamsEnded += 1;
    }
    return true;
  }

  participantsOf(roomIds: readonly RoomId[]): number[] {
    return roomIds.map((roomId) => {
      const room = this.#rooms.get(roomId);
      return room ? room.seats.size + (room.remote?.size ?? 0) : 0;
    });
  }

  counts(): { rooms: number; participants: number; away: number; streams: number } {
    return { rooms: this.#rooms.size, participants: this.#seats, away: this.#away, streams: this.#streams };
  }

  /** The fullest rooms by pseudonym, at most `most` of them. */
  occupancy(most: number): { room: string; participants: number }[] {
    return [...this.#rooms.values()]
      .map((room) => ({ room: room.pseudonym, participants: room.seats.size + (room.remote?.size ?? 0) }))
      .sort((left, right) => right.participants - left.participants)
      .slice(0, most);
  }

  /** Ends every timer and forgets everything; nobody is told. */
  close(): void {
    for (const room of this.#rooms.values()) {
      room.endLinger?.();
      for (const seat of room.seats.values()) seat.endGrace?.();
    }
    this.#rooms.clear();
    this.#seats = 0;
    this.#away = 0;
    this.#streams = 0;
  }

  #newRoom(id: RoomId): Room {
    const room: Room = {
      id,
      pseudonym: this.#pseudonymOf(id),
      seats: new Map(),
      remote: undefined,
      delivered: undefined,
      moved: undefined,
      endLinger: undefined,
    };
    this.#rooms.set(id, room);
    return room;
  }

  #newSeat(room: Room, holder: SeatHolder, participantId: ParticipantId): Seat {
    room.endLinger?.();
    room.endLinger = undefined;
    const seat: Seat = {
      participantId,
      room,
      tokenHash: NO_HASH,
      holds: 1,
      moves: 0,
      holder,
      awayUntil: undefined,
      streams: undefined,
      signals: new TokenBucket(),
      recent: room.moved?.get(participantId) ?? new RecentIds(),
      carrying: undefined,
      endGrace: undefined,
    };
    room.moved?.delete(participantId);
    room.seats.set(seat.participantId, seat);
    holder.seats.set(room.id, seat);
    this.#seats += 1;
    this.#counters.seatsTaken += 1;
    return seat;
  }

  /** The token a seat answers with: the one just proved, or a new one, since only the hash of the old is kept. */
  #renew(seat: Seat, presented: ResumeToken | undefined): ResumeToken {
    if (presented !== undefined && matches(seat, hashOf(presented))) return presented;
    const token = this.newToken();
    seat.tokenHash = hashOf(token);
    return token;
  }

  #seatOfToken(room: Room, token: ResumeToken): Seat | undefined {
    const hash = hashOf(token);
    for (const seat of room.seats.values()) if (matches(seat, hash)) return seat;
    return undefined;
  }

  #resume(seat: Seat, holder: SeatHolder): void {
    const before = seat.holder;
    // Taken out of the old holder's hands, so that the late news of its end is not about this seat.
    if (before) before.seats.delete(seat.room.id);
    else this.#away -= 1;
    seat.moves = before ? seat.moves + 1 : 0;
    seat.endGrace?.();
    seat.endGrace = undefined;
    seat.awayUntil = undefined;
    seat.holds += 1;
    seat.holder = holder;
    holder.seats.set(seat.room.id, seat);
    this.#counters.seatsResumed += 1;
    tellMoved(before, seat.room.id);
    this.#tellOthers(seat, 'participant:back');
  }

  #over(seat: Seat): void {
    this.#onOver(seat.room);
    this.#end(seat);
  }

  #end(seat: Seat): void {
    const { room } = seat;
    if (!this.#letGo(seat)) return;
    this.#tellOthers(seat, 'participant:left');
    this.#onChanged(room);
    this.#forgetSoon(room);
  }

  /** Takes a seat out of this node's hands without telling anybody. */
  #letGo(seat: Seat): boolean {
    const { room } = seat;
    if (!room.seats.delete(seat.participantId)) return false;
    seat.endGrace?.();
    seat.endGrace = undefined;
    if (seat.holder) seat.holder.seats.delete(room.id);
    else this.#away -= 1;
    seat.holder = undefined;
    this.#seats -= 1;
    const streams = seat.streams?.size ?? 0;
    this.#streams -= streams;
    this.#counters.streamsEnded += streams;
    this.#counters.seatsEnded += 1;
    return true;
  }

  /** The record of a room without seats here vanishes, at once or after the time it lingers. */
  #forgetSoon(room: Room): void {
    if (room.seats.size > 0 || room.endLinger) return;
    if (this.#policy.roomLingerMs === 0) this.#forget(room);
    else room.endLinger = this.#clock.after(this.#policy.roomLingerMs, () => this.#forget(room));
  }

  #forget(room: Room): void {
    this.#rooms.delete(room.id);
    this.#onForgotten(room);
  }

  #takeSignals(seat: Seat, cost: number, now: number): number {
    const { signalsPerLink, relayedPerMinute, roomCapacity } = this.#policy;
    const capacity = signalsPerLink * Math.max(1, roomCapacity - 1);
    return seat.signals.take(cost, now, capacity, relayedPerMinute / 60_000);
  }

  #answer(seat: Seat, resumeToken: ResumeToken, resumed: boolean): TakenSeat {
    const others = [...seat.room.seats.values()]
      .filter((other) => other !== seat)
      .map((other) => ({ participantId: other.participantId, away: other.holder === undefined }));
    for (const [participantId, { away }] of seat.room.remote ?? []) others.push({ participantId, away });
    return { seat, resumeToken, resumed, others };
  }

  #tellOthers(seat: Seat, event: SeatEvent): void {
    this.#tell(seat.room, seat.participantId, event);
  }

  /** Tells the seats here about a participant, wherever that one sits. */
  #tell(room: Room, participantId: ParticipantId, event: SeatEvent): void {
    const notice = { roomId: room.id, participantId };
    for (const other of room.seats.values())
      if (other.participantId !== participantId) other.holder?.send(event, notice);
  }
}

type SeatEvent = 'participant:joined' | 'participant:away' | 'participant:back' | 'participant:left';

/** To who had a seat until another holder took it. */
const tellMoved = (holder: SeatHolder | undefined, roomId: RoomId): void =>
  void holder?.send('seat:moved', { roomId, code: 'seat-moved', message: sentenceOf('seat-moved') });

const NO_HASH = '';

/** An id is its sender's own: another's under the same is another signal. */
const deliveredKeyOf = (from: ParticipantId, to: ParticipantId | '*', id: SignalId): string => `${from} ${to} ${id}`;

const receivedOf = (from: Seat, { roomId, to, id, box }: SignalSend): ServerPayload<'signal:received'> => ({
  roomId,
  from: from.participantId,
  id,
  toAll: to === '*',
  box,
});

const nodesOf = (remote: ReadonlyMap<ParticipantId, RemoteSeat>): string[] => [
  ...new Set([...remote.values()].filter((seat) => !seat.away).map((seat) => seat.node)),
];

const matches = (seat: Seat, hash: string): boolean =>
  seat.tokenHash.length === hash.length && timingSafeEqual(Buffer.from(seat.tokenHash), Buffer.from(hash));
