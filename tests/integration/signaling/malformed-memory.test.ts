import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PROTOCOL_VERSION, SIGNALING_PATH } from '@parley/shared/protocol';
import { describe, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { PUBLIC_HOST, soon, until } from './harness.ts';

const SERVER = fileURLToPath(new URL('testing/measured-server.ts', import.meta.url));
const Said = z.object({
  port: z.number().optional(),
  memory: z.object({ heapUsed: z.number(), external: z.number(), rss: z.number() }).optional(),
});
const MiB = 1024 * 1024;

async function startMeasured() {
  const child = fork(SERVER, [], {
    execArgv: ['--expose-gc'],
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      PUBLIC_HOSTS: PUBLIC_HOST,
      LOG_LEVEL: 'warn',
      SOCKETS_PER_MINUTE: '0',
      STRIKES_PER_MINUTE: '0',
      BUSY_DELAY_MS: '0',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const next = () =>
    soon(
      new Promise<z.infer<typeof Said>>((resolve) => child.once('message', (said) => resolve(Said.parse(said)))),
      'word',
    );
  const { port } = await next();
  return {
    port: port ?? 0,
    /** Bytes that are in use after the garbage is collected, on and beside the heap. */
    async usedBytes(): Promise<number> {
      const answer = next();
      child.send('memory');
      const { memory } = await answer;
      if (!memory) throw new Error('no memory told');
      return memory.heapUsed + memory.external;
    },
  };
}

/** Sends one malformed frame right behind its handshake, and waits until the server has closed the socket. */
async function provoke(port: number, frame: string | Buffer): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SIGNALING_PATH}/?EIO=4&transport=websocket`);
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await soon(new Promise((resolve) => socket.once('open', resolve)), 'open socket');
  socket.send(`40{"v":${PROTOCOL_VERSION}}`);
  socket.send(frame);
  await soon(closed, 'close');
}

const FRAMES = [
  'x',
  '4',
  '42[',
  '42{}',
  '42["a"',
  Buffer.from([1, 2, 3]),
  `42["room:join",${'['.repeat(15_000)}`,
  `42["a","${'x'.repeat(40_000)}"]`,
];
const AT_ONCE = 36;

describe('malformed frames (P3, P4)', () => {
  it('leave nothing behind: after 10,000 of them the server comes back to the memory that it used before', async () => {
    const { port, usedBytes } = await startMeasured();
    const provokeAll = async (count: number) => {
      for (let sent = 0; sent < count; sent += AT_ONCE)
        await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => provoke(port, FRAMES[n % FRAMES.length] ?? '')));
    };
    // Until all its code has run for a while.
    await provokeAll(2_000);
    let settled = await usedBytes();
    await until(async () => {
      const before = settled;
      settled = await usedBytes();
      return Math.abs(settled - before) < MiB / 4;
    }, 'settled');
    await provokeAll(10_000);
    // Each connection is remembered for some seconds, in case its client does not finish the closing handshake.
    await until(async () => (await usedBytes()) - settled < 10 * MiB, 'back to the memory from before');
  });
});
