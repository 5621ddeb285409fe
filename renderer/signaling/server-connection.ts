import type { ErrorCode, Refusal } from '@parley/shared/protocol';
import type { SeatState } from './seat.ts';

/**
 * The way on after a refusal.
 * - `wait`: it passes by itself, and Parley tries again
 * - `get-access`: the server wants a password or a token that this computer does not have
 * - `renew-access`: the right to use the server ended or was taken back; its host gives a new one
 * - `update-app`, `ask-host`: this app, or the server's version or settings, must change
 * - `check-address`: no Parley server answers there
 * - `come-back`: the person decides when to come in again
 */
export type Remedy = 'wait' | 'get-access' | 'renew-access' | 'update-app' | 'ask-host' | 'check-address' | 'come-back';

/**
 * offline → connecting → online ⇄ reconnecting;  any → refused → connecting.
 * `since` and `retryAt` are milliseconds since 1970. `retryAt` is null while no try follows by itself.
 */
export type ServerConnection =
  | { at: 'offline' }
  | { at: 'connecting' }
  | { at: 'online' }
  | { at: 'reconnecting'; since: number }
  | { at: 'refused'; refusal: Refusal; remedy: Remedy; retryAt: number | null };

export function remedyOf(code: ErrorCode): Remedy {
  switch (code) {
    case 'access-refused':
      return 'get-access';
    case 'access-expired':
    case 'access-revoked':
      return 'renew-access';
    case 'client-too-old':
      return 'update-app';
    case 'server-too-old':
    case 'origin-refused':
    case 'blocked':
    case 'not-allowed':
      return 'ask-host';
    case 'not-a-server':
      return 'check-address';
    case 'seat-moved':
      return 'come-back';
    default:
      return 'wait';
  }
}

/** Whether the reason passes by itself. Otherwise the person or the server's host must change something. */
export const passesByItself = ({ code }: Refusal): boolean => remedyOf(code) === 'wait';

export const refusedConnection = (refusal: Refusal, retryAt: number | null): ServerConnection => ({
  at: 'refused',
  refusal,
  remedy: remedyOf(refusal.code),
  retryAt,
});

/** The state of a seat's server. */
export function connectionOf(state: SeatState): ServerConnection {
  if (state.at === 'refused') return refusedConnection(state.refusal, state.retryAt);
  return state.at === 'closed' ? { at: 'offline' } : state;
}
