import { accept, refuse } from '@parley/shared/protocol';
import type { Handler } from './context.ts';

export const streamStart: Handler<'stream:start'> = async (
  { registry, limits, tally },
  connection,
  { roomId, kind },
) => {
  const seat = connection.seats.get(roomId);
  if (!seat) return refuse('not-in-room');
  const verdict = await limits.streamStarts.consume(`${seat.participantId}:${kind}`);
  if (!verdict.ok) {
    tally.limit('streams');
    return refuse('rate-limited', { retryAfterMs: verdict.retryAfterMs });
  }
  return registry.startStream(connection, roomId, kind) ? accept({}) : refuse('not-in-room');
};

export const streamStop: Handler<'stream:stop'> = ({ registry }, connection, { roomId, kind }) =>
  registry.stopStream(connection, roomId, kind) ? accept({}) : refuse('not-in-room');
