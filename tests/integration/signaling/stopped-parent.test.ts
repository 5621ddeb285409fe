import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort, startProgram } from '#support/programs.ts';
import { Client, PUBLIC_HOST, RoomKey } from './harness.ts';

const MAIN = fileURLToPath(new URL('../../../signaling-server/src/main.ts', import.meta.url));

describe('while the parent of the workers answers nothing', () => {
  it('workers count for themselves and lose no socket (S13, R3, P6)', async () => {
    const port = await freePort();
    const server = startProgram(process.execPath, [MAIN], {
      env: { PATH: process.env.PATH ?? '', PUBLIC_HOSTS: PUBLIC_HOST, PORT: String(port), WORKERS: '2' },
    });
    onTestFinished(() => server.close());
    await server.whenever('listening', async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok);
    const client = new Client({ port });
    const key = new RoomKey();
    await client.join(key);

    server.signal('SIGSTOP');
    try {
      const unknown = await client.raw('no:such', {});
      expect(unknown).toMatchObject({ ok: false, code: 'unknown-call' });
      // Its strike waits as long for an answer as this one's count, and started before.
      const started = await client.call('stream:start', { roomId: key.roomId, kind: 'camera' });
      expect(started).toEqual({ ok: true, value: {} });
    } finally {
      server.signal('SIGCONT');
    }
    await client.challenge();
    expect(client.socket.connected).toBe(true);
    expect(server.output).not.toContain('worker ended');
  });
});
