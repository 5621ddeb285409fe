import { createServer } from 'node:net';
import { type RunningProgram, startProgram } from './programs.ts';
import { requireTool } from './tools.ts';

export type TestRedis = {
  /** With its password. */
  url: string;
  port: number;
  /** Ends it as a power cut would: nothing of it is kept. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  /** Stops answering without closing anything, and goes on. */
  pause(): void;
  goOn(): void;
  close(): Promise<void>;
};

/** A free port of this computer, for programs that cannot choose one themselves. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** A real Redis on loopback with a password, keeping nothing on disk. */
export async function startRedis(): Promise<TestRedis> {
  const program = requireTool('redis-server');
  const port = await freePort();
  const password = 'a-password-for-tests';
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--requirepass', password];
  const start = () =>
    startProgram(
      program,
      [...options, '--save', '', '--appendonly', 'no', '--dir', '/'],
      /Ready to accept connections/,
    );
  let running: RunningProgram = await start();
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    port,
    kill: () => running.end('SIGKILL'),
    async restart() {
      running = await start();
    },
    pause: () => running.signal('SIGSTOP'),
    goOn: () => running.signal('SIGCONT'),
    close: () => running.end('SIGKILL'),
  };
}
