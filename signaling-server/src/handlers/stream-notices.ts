import { accept, refuse } from '@parley/shared/protocol';
import type { Handler } from './context.ts';

export const streamStart: Handler<'stream:start'> = async ({ rooms, limits, counters }, client, { roomId, kind }) => {
  const seat = client.seats.get(roomId);
  if (!seat) return refuse('not-in-room');
  const verdict = await limits.streamStarts.consume(`${seat.participantId}:${kind}`);
  if (!verdict.ok) {
    counters.limit('streams');
    return refuse('rate-limited', { retryAfterMs: verdict.retryAfterMs });
  }
  return rooms.seats.startStream(client, roomId, kind) ? accept({}) : refuse('not-in-room');
};

export const streamStop: Handler<'stream:stop'> = ({ rooms }, client, { roomId, kind }) =>
  rooms.seats.stopStream(client, roomId, kind) ? accept({}) : refuse('not-in-room');
