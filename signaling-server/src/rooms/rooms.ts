import type { Outcome, ResumeToken, RoomId, SignalSend, StreamKind } from '@parley/shared/protocol';
import type { SeatHolder, TakenSeat } from './registry.ts';

type Soon<T> = T | Promise<T>;

/** Rooms as handlers and sockets see them, whether one node has them all or several share them. */
export interface Rooms {
  /** Whether `token` belongs to a seat of that room, so that coming back is told from coming anew. */
  knowsToken(roomId: RoomId, token: ResumeToken): Soon<boolean>;
  /** Gives a seat; see RoomRegistry.join. A holder that closed meanwhile has a seat that is away. */
  join(holder: SeatHolder, roomId: RoomId, token: ResumeToken | undefined): Soon<Outcome<TakenSeat>>;
  leave(holder: SeatHolder, roomId: RoomId): void;
  lost(holder: SeatHolder): void;
  relay(holder: SeatHolder, signal: SignalSend): Soon<Outcome<{ handedTo: number }>>;
  startStream(holder: SeatHolder, roomId: RoomId, kind: StreamKind): boolean;
  /** How many sit in each of these rooms. */
  participantsOf(roomIds: readonly RoomId[]): Soon<number[]>;
  stopStream(holder: SeatHolder, roomId: RoomId, kind: StreamKind): boolean;
}
