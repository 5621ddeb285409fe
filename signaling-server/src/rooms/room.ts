import type { ParticipantId, RoomId, ServerEvent, ServerPayload, StreamKind } from '@parley/shared/protocol';
import type { TokenBucket } from '@parley/shared/timing';
import type { RecentIds } from './recent-ids.ts';
import type { RecordSeat, RecordSeats } from './room-record.ts';

/** A client's connection as rooms see it. Rooms know no sockets, only this. */
export interface SeatConnection {
  /** Its seats, by room. Kept by `Seats`. */
  readonly seats: Map<RoomId, Seat>;
  /** Whether it still stands: nothing would end a seat that a closed connection is given. */
  isOpen(): boolean;
  /** Hands something to the far end; false when it cannot take it any more. */
  send<E extends ServerEvent>(event: E, payload: ServerPayload<E>): boolean;
}

/** here ⇄ away (socket lost / resumed);  here | away → gone (left, or the grace time is over) */
export type SeatState = { at: 'here'; connection: SeatConnection } | { at: 'away'; cancelEnd: () => void };

/** A seat of this node. */
export type Seat = {
  readonly participantId: ParticipantId;
  readonly room: Room;
  state: SeatState;
  /** The seat as it stands in the room's record. */
  record: RecordSeat;
  /** Undefined until there is one; most of the time there is none. */
  streams: Set<StreamKind> | undefined;
  readonly signals: TokenBucket;
};

export type Room = {
  readonly id: RoomId;
  /** Stands for the room in logs and metrics. */
  readonly pseudonym: string;
  readonly seats: Map<ParticipantId, Seat>;
  /** The seats of other nodes. */
  remote: RecordSeats;
  /** The signals of each participant, wherever that one sits, that this node handed on lately: repetitions are not handed on again. */
  readonly recent: Map<ParticipantId, RecentIds>;
  cancelForget: (() => void) | undefined;
};

/** How many sit in the room, over all nodes. */
export const sizeOf = (room: Room | undefined): number => (room ? room.seats.size + room.remote.size : 0);

/** The connection of a seat that is here. */
export const connectionOf = ({ state }: Seat): SeatConnection | undefined =>
  state.at === 'here' ? state.connection : undefined;

/** The seats that this node has in a room, as it writes them into the record. */
export function ownSeats(room: Room | undefined): Map<ParticipantId, RecordSeat> {
  const own = new Map<ParticipantId, RecordSeat>();
  for (const [participantId, { record }] of room?.seats ?? []) own.set(participantId, record);
  return own;
}

/** The record of a room as far as this node knows it without the store. */
export function knownSeats(room: Room | undefined): Map<ParticipantId, RecordSeat> {
  const seats = ownSeats(room);
  for (const [participantId, record] of room?.remote ?? []) seats.set(participantId, record);
  return seats;
}

export type Participant = { participantId: ParticipantId; away: boolean };

/** Everybody in the room, over all nodes, but `self`. */
export function othersIn({ seats, remote }: Room, self: ParticipantId): Participant[] {
  const others: Participant[] = [];
  for (const { participantId, state } of seats.values())
    if (participantId !== self) others.push({ participantId, away: state.at === 'away' });
  for (const [participantId, { awayUntil }] of remote)
    if (participantId !== self) others.push({ participantId, away: awayUntil !== null });
  return others;
}
