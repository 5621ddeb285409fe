import { startChild } from '../child.ts';
import type { DriverReport, DriverRequest } from './requests.ts';

export interface Driver {
  ask<R extends DriverRequest>(request: R): Promise<DriverReport[R['do']]>;
  close(): Promise<void>;
}

type Said = { type: 'ready' } | { type: 'report'; report: unknown } | { type: 'failed'; why: string };
const isSaid = (message: unknown): message is Said =>
  typeof message === 'object' && message !== null && 'type' in message;

/** Starts a process full of clients. */
export async function startDriver(): Promise<Driver> {
  const child = startChild(['bench/signaling/driver/main.ts']);
  await child.next('ready', (message) => (isSaid(message) && message.type === 'ready' ? true : undefined));
  return {
    async ask<R extends DriverRequest>(request: R): Promise<DriverReport[R['do']]> {
      const answer = child.next(request.do, (message) =>
        isSaid(message) && message.type !== 'ready' ? message : undefined,
      );
      child.say(request);
      const said = await answer;
      if (said.type === 'failed') throw new Error(`${request.do}: ${said.why}`);
      // Each request is answered with the report of its own kind; see main.ts.
      return said.report as DriverReport[R['do']];
    },
    close: () => child.close(),
  };
}
