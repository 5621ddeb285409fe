import { accept, refuse } from '@parley/shared/protocol';
import type { Handler } from './context.ts';

export const turnGet: Handler<'turn:get'> = ({ ice }, client, { roomId }) => {
  if (!client.seats.has(roomId)) return refuse('not-in-room');
  return ice.offersRelay ? accept(ice.current(client.limitKey)) : refuse('turn-unavailable');
};
