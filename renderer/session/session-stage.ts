import { type Refusal, unreachable } from '@parley/shared/protocol';
import { connectionOf, refusedConnection, type ServerConnection } from '../signaling/server-connection.ts';
import type { SessionSeat } from './session-seat.ts';

/**
 * new → opening → seated → left;  opening → refused → opening;  any → left
 *
 * `seated` holds through every reconnect of the seat; `seat.state` tells of the server. `refused`: the core could not
 * open the room, and another try follows.
 */
export type SessionStage =
  | { at: 'new' }
  | { at: 'opening' }
  | { at: 'refused'; refusal: Refusal; retryAt: number; undo: () => void }
  | ({ at: 'seated'; joinedBefore: boolean } & SessionSeat)
  | { at: 'left' };

/** The connection to the server at that stage, as the screens see it. */
export function connectionIn(stage: SessionStage): ServerConnection {
  switch (stage.at) {
    case 'new':
    case 'opening':
      return { at: 'connecting' };
    case 'refused':
      return refusedConnection(stage.refusal, stage.retryAt);
    case 'seated':
      return connectionOf(stage.seat.state);
    case 'left':
      return { at: 'offline' };
    default:
      return unreachable(stage);
  }
}
