import { accept, refuse } from '@parley/shared/protocol';
import type { Handler } from './context.ts';

export const streamStart: Handler<'stream:start'> = async ({ rooms, limits, tally }, connection, { roomId, kind }) => {
  const seat = connection.seats.get(roomId);
  if (!seat) return refuse('not-in-room');
  const verdict = await limits.streamStarts.consume(`${seat.participantId}:${kind}`);
  if (!verdict.ok) {
    tally.limit('streams');
    return refuse('rate-limited', { retryAfterMs: verdict.retryAfterMs });
  }
  return rooms.startStream(connection, roomId, kind) ? accept({}) : refuse('not-in-room');
};

export const streamStop: Handler<'stream:stop'> = ({ rooms }, connection, { roomId, kind }) =>
  rooms.stopStream(connection, roomId, kind) ? accept({}) : refuse('not-in-room');
