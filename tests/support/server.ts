import { startProcess } from './processes.ts';
import { RECORD_TO } from './record-received.ts';

export type ServerOptions = {
  /** 0 takes any free port; a restart keeps the port of the first start. */
  port?: number;
  /** Stands in invites in place of 127.0.0.1; goes with a fixed port. */
  name?: string;
  /** Every byte that the server receives is written here. */
  recordTo?: string;
  logTo?: string;
  env?: Readonly<Record<string, string>>;
  /** A command that runs it, as `ip netns exec …` does: a computer of its own. Goes with `listenOn`. */
  within?: readonly string[];
  /** The address that it listens on, if that is not 127.0.0.1; goes with a fixed port and stands in invites. */
  listenOn?: string;
};

/** A real signaling server in a process of its own, which can go away and come back on the same port. */
export interface TestServer {
  readonly port: number;
  /** As it stands in invites. */
  readonly host: string;
  readonly isRunning: boolean;
  readonly pid: number;
  /** Ends it; SIGKILL as a crash does, SIGTERM as an administrator does. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** Its own figures, from /metrics as JSON. */
  metrics(): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts the server and waits until it listens. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  let port = options.port ?? 0;
  const { listenOn = '127.0.0.1', within = [] } = options;
  const names = options.name === undefined ? [listenOn, ...(options.listenOn ? [] : ['localhost'])] : [options.name];
  const launch = async () => {
    const server = startProcess({
      args: [
        ...(options.recordTo === undefined ? [] : ['--import', './tests/support/record-received.ts']),
        'signaling-server/src/main.ts',
      ],
      env: {
        NODE_ENV: 'test',
        HOST: listenOn,
        PORT: String(port),
        LOG_LEVEL: 'debug',
        ...(port === 0 ? {} : { PUBLIC_HOSTS: names.map((name) => `${name}:${port}`).join() }),
        ...(options.recordTo === undefined ? {} : { [RECORD_TO]: options.recordTo }),
        ...options.env,
      },
      within,
      ...(options.logTo === undefined ? {} : { logTo: options.logTo }),
    });
    port = await server.waitForMessage('the server to listen', (message) =>
      typeof message === 'object' &&
      message !== null &&
      'type' in message &&
      message.type === 'listening' &&
      'port' in message
        ? Number(message.port)
        : undefined,
    );
    return server;
  };
  let current = await launch();
  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL') => {
    await current.close(signal);
  };
  return {
    get port() {
      return port;
    },
    get host() {
      return `${names[0]}:${port}`;
    },
    get pid() {
      return current.pid;
    },
    get isRunning() {
      return current.isRunning;
    },
    stop,
    start: async () => {
      if (!current.isRunning) current = await launch();
    },
    metrics: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept: 'application/json' } });
      return answer.json();
    },
    close: () => stop('SIGTERM'),
  };
}
