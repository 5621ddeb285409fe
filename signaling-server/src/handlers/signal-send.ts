import type { Handler } from './context.ts';

export const signalSend: Handler<'signal:send'> = ({ rooms, counters }, client, signal) => {
  const outcome = rooms.relay.send(client, signal);
  // The limit is asked before anything is awaited.
  if (!(outcome instanceof Promise) && !outcome.ok && outcome.code === 'rate-limited') counters.limit('signals');
  return outcome;
};
