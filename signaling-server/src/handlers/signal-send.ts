import type { Handler } from './context.ts';

export const signalSend: Handler<'signal:send'> = ({ rooms, tally }, connection, signal) => {
  const outcome = rooms.relay(connection, signal);
  // The limit is asked before anything is awaited.
  if (!(outcome instanceof Promise) && !outcome.ok && outcome.code === 'rate-limited') tally.limit('signals');
  return outcome;
};
