import type { Handler } from './context.ts';

export const signalSend: Handler<'signal:send'> = ({ registry, tally }, connection, signal) => {
  const outcome = registry.relay(connection, signal);
  if (!outcome.ok && outcome.code === 'rate-limited') tally.limit('signals');
  return outcome;
};
