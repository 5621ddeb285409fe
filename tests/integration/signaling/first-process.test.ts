import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { soon } from './harness.ts';

const MAIN = fileURLToPath(new URL('../../../signaling-server/src/main.ts', import.meta.url));

/** Starts the server as process 1 of its own PID namespace, as in a container. The kernel drops signals to process 1 that it does not handle. */
function startAsFirst(env: Record<string, string>) {
  const unshare = spawn('unshare', ['--pid', '--fork', '--kill-child', process.execPath, MAIN], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void unshare.kill('SIGKILL'));
  let output = '';
  for (const stream of [unshare.stdout, unshare.stderr])
    stream.on('data', (part: Buffer) => {
      output += part.toString();
    });
  return {
    output: () => output,
    /** unshare ends with the code of the server. */
    ended: new Promise<number | null>((resolve) => unshare.once('close', resolve)),
    signal(name: NodeJS.Signals) {
      const [server] = readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8').split(' ');
      process.kill(Number(server), name);
    },
  };
}

/** Only root may make a PID namespace. */
describe.runIf(process.getuid?.() === 0 && process.platform === 'linux')('the server as process 1', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 on %s while it is still starting (S14, S16, P7)',
    async (name) => {
      const silent = createServer();
      const asked = new Promise<void>((resolve) => silent.once('connection', () => resolve()));
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void silent.close());
      const { port } = silent.address() as AddressInfo;
      const server = startAsFirst({ PORT: '0', REDIS_URL: `redis://127.0.0.1:${port}` });
      await soon(asked, 'question to Redis');
      server.signal(name);
      expect(await soon(server.ended, 'end of the process')).toBe(0);
      expect(server.output()).toContain('stopped while it was starting');
    },
  );
});
