import { accept, refuse } from '@parley/shared/protocol';
import type { Handler } from './context.ts';

export const turnGet: Handler<'turn:get'> = ({ ice }, connection, { roomId }) => {
  if (!connection.seats.has(roomId)) return refuse('not-in-room');
  return ice.offersRelay ? accept(ice.current(connection.limitKey)) : refuse('turn-unavailable');
};
