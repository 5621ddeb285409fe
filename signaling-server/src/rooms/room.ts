import type {
  Outcome,
  ParticipantId,
  RoomId,
  ServerEvent,
  ServerPayload,
  SignalId,
  StreamKind,
} from '@parley/shared/protocol';
import type { TokenBucket } from '../limits/token-bucket.ts';
import type { RecentIds } from './recent-ids.ts';

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
export type SeatState =
  | { at: 'here'; connection: SeatConnection }
  /** `until`: when the grace time is over, in milliseconds of the clock. */
  | { at: 'away'; until: number; cancelEnd: () => void };

/** A seat of this node. */
export type Seat = {
  readonly participantId: ParticipantId;
  readonly room: Room;
  state: SeatState;
  tokenHash: string;
  /** Counts how often the seat was taken: once, and once more with every resume. Of two claims the higher one stands. */
  generation: number;
  /** How often in a row it went to another connection while the one before still stood. */
  moves: number;
  /** Undefined until there is one; most of the time there is none. */
  streams: Set<StreamKind> | undefined;
  readonly signals: TokenBucket;
  /** The signals that this participant sent lately. */
  readonly recent: RecentIds;
  /** Signals that other nodes are just handing on, by id; undefined while there are none. */
  pending: Map<SignalId, Promise<Outcome<{ handedTo: number }>>> | undefined;
};

/** A seat of another node. */
export type RemoteSeat = { node: string; away: boolean; generation: number };
export type RemoteSeats = ReadonlyMap<ParticipantId, RemoteSeat>;
export const NO_REMOTE_SEATS: RemoteSeats = new Map();

export type Room = {
  readonly id: RoomId;
  /** Stands for the room in logs and metrics. */
  readonly pseudonym: string;
  readonly seats: Map<ParticipantId, Seat>;
  remote: RemoteSeats;
  /** Signals that came from other nodes lately, so that a repetition is not handed on twice. */
  delivered: RecentIds | undefined;
  /** Signals that seats sent here before they moved to another node, for the same reason; undefined while there are none. */
  moved: Map<ParticipantId, RecentIds> | undefined;
  cancelForget: (() => void) | undefined;
};

/** How many sit in the room, over all nodes. */
export const sizeOf = (room: Room | undefined): number => (room ? room.seats.size + room.remote.size : 0);

/** The connection of a seat that is here. */
export const connectionOf = ({ state }: Seat): SeatConnection | undefined =>
  state.at === 'here' ? state.connection : undefined;

export type Participant = { participantId: ParticipantId; away: boolean };

/** Everybody in the room, over all nodes, but `self`. */
export const othersIn = (room: Room, self: ParticipantId): Participant[] => [
  ...[...room.seats.values()].flatMap(({ participantId, state }) =>
    participantId === self ? [] : [{ participantId, away: state.at === 'away' }],
  ),
  ...[...room.remote].flatMap(([participantId, { away }]) => (participantId === self ? [] : [{ participantId, away }])),
];
