import { type Child, startChild } from '../child.ts';
import { BUNDLE, PARLEY_ENVIRONMENT, SCRIPTS, type ServerKind } from './servers.ts';
import type { Usage } from './usage.ts';

export interface MeasuredServer {
  readonly kind: ServerKind;
  readonly port: number;
  readonly pid: number;
  /** Processor time and memory that it has used until now. */
  usage(): Promise<Usage>;
  /** The same after everything unused was collected. */
  settledUsage(): Promise<Usage>;
  close(): Promise<void>;
}

export type StartOptions = {
  /** For Parley's server: settings other than the usual ones of a measurement. */
  env?: Readonly<Record<string, string>>;
  /** For Parley's server: joins without the signature check. */
  unchecked?: boolean;
  /** For Parley's server: as it is shipped. It has to be built, and can only be asked for `usage`. */
  bundled?: boolean;
};

const isUsage = (message: unknown): message is Usage =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'usage';

/** Starts one of the servers on a free port, with the probe inside. */
export async function startServer(kind: ServerKind, options: StartOptions = {}): Promise<MeasuredServer> {
  const child: Child = startChild(
    [
      '--expose-gc',
      '--import',
      options.bundled ? './bench/signaling/servers/plain-probe.mjs' : './bench/signaling/servers/probe.ts',
      ...(options.unchecked ? ['--import', './bench/signaling/servers/unchecked.ts'] : []),
      options.bundled ? BUNDLE : SCRIPTS[kind],
    ],
    kind === 'parley'
      ? { ...PARLEY_ENVIRONMENT, ...options.env }
      : { NODE_ENV: 'production', ...(kind === 'socket.io to()' ? { RELAY: 'to' } : {}) },
  );
  const ask = (what: 'usage' | 'settled-usage'): Promise<Usage> => {
    const answer = child.next(what, (message) => (isUsage(message) ? message : undefined));
    child.say({ ask: what });
    return answer;
  };
  try {
    const port = await child.next('listening', (message) =>
      typeof message === 'object' &&
      message !== null &&
      'type' in message &&
      message.type === 'listening' &&
      'port' in message
        ? Number(message.port)
        : undefined,
    );
    return {
      kind,
      port,
      pid: child.pid,
      usage: () => ask('usage'),
      settledUsage: () => ask('settled-usage'),
      close: () => child.close(),
    };
  } catch (failure) {
    await child.close();
    throw failure;
  }
}
