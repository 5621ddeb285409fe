import { accept, refuse } from '@parley/shared/protocol';
import { aboutSocket } from '../observe/operations.ts';
import type { Handler } from './context.ts';

/** The events of clients that have a seat in the room. */

export const roomLeave: Handler<'room:leave'> = ({ rooms, log, clock }, client, { roomId }) => {
  const seat = client.seats.get(roomId);
  rooms.seats.leave(client, roomId);
  if (seat) log.info({ ...aboutSocket(client), room: seat.room.pseudonym }, 'seat given up');
  if (client.seats.size === 0) client.idleSince = clock.now();
  return accept({});
};

export const signalSend: Handler<'signal:send'> = ({ rooms, counters }, client, signal) => {
  const outcome = rooms.relay.send(client, signal);
  // The limit is asked before anything is awaited.
  if (!(outcome instanceof Promise) && !outcome.ok && outcome.code === 'rate-limited') counters.limit('signals');
  return outcome;
};

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

export const turnGet: Handler<'turn:get'> = ({ ice }, client, { roomId }) => {
  if (!client.seats.has(roomId)) return refuse('not-in-room');
  return ice.credentials ? accept(ice.current(client.limitKey)) : refuse('turn-unavailable');
};
