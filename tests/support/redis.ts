import { freePort, type Program, startProgram } from './programs.ts';
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

/** A real Redis on loopback with a password, keeping nothing on disk. */
export async function startRedis(): Promise<TestRedis> {
  const program = requireTool('redis-server');
  const port = await freePort();
  const password = 'a-password-for-tests';
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--requirepass', password];
  const start = async (): Promise<Program> => {
    const started = startProgram(program, [...options, '--save', '', '--appendonly', 'no', '--dir', '/']);
    await started.whenever('Redis ready', () => started.output.includes('Ready to accept connections'));
    return started;
  };
  let running = await start();
  const kill = async (): Promise<void> => {
    running.signal('SIGKILL');
    await running.ended;
  };
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    port,
    kill,
    async restart() {
      running = await start();
    },
    pause: () => running.signal('SIGSTOP'),
    goOn: () => running.signal('SIGCONT'),
    close: kill,
  };
}
