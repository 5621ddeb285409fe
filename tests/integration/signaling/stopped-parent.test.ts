import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort, startProgram } from '#support/programs.ts';
import { Client, newSignalId, PUBLIC_HOST, RoomKey, someBox } from './harness.ts';

const MAIN = fileURLToPath(new URL('../../../signaling-server/src/main.ts', import.meta.url));

/** A server of two workers, and the process that keeps them. */
async function startWorkers() {
  const port = await freePort();
  const server = startProgram(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH ?? '', PUBLIC_HOSTS: PUBLIC_HOST, PORT: String(port), WORKERS: '2' },
  });
  onTestFinished(() => server.close());
  const pids = new Set<number>();
  await server.whenever('both listening', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/_debug`, { headers: { connection: 'close' } });
    return pids.add(((await answer.json()) as { process: { pid: number } }).process.pid).size === 2;
  });
  return { server, port };
}

describe('while the parent of the workers answers nothing', () => {
  it('workers count for themselves and lose no socket (S13, R3, P6)', async () => {
    const { server, port } = await startWorkers();
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

  it('joins are answered, rooms of one worker go on, and all is whole when it goes on (S13, P6)', async () => {
    const { server, port } = await startWorkers();
    // Connections are handed out in turn: two sockets for each worker.
    const clients: Client[] = [];
    for (let n = 0; n < 4; n++) {
      const client = new Client({ port });
      await client.hear('server:challenge');
      clients.push(client);
    }
    const [shared, later] = [new RoomKey(), new RoomKey()];
    for (const client of clients) await client.join(shared);
    const sayToAll = async (client: Client, { roomId }: RoomKey): Promise<number> => {
      const said = await client.call('signal:send', { roomId, to: '*', id: newSignalId(), box: someBox() });
      return said.ok ? said.value.handedTo : -1;
    };
    expect(await Promise.all(clients.map((client) => sayToAll(client, shared)))).toEqual([3, 3, 3, 3]);

    server.signal('SIGSTOP');
    try {
      const joined = await Promise.all(clients.map((client) => client.join(later)));
      expect(joined.map(({ participants }) => participants.length).sort((left, right) => left - right)).toEqual([
        0, 0, 1, 1,
      ]);
      for (const client of clients) {
        expect(await sayToAll(client, later)).toBe(1);
        expect(await sayToAll(client, shared)).toBe(1);
      }
    } finally {
      server.signal('SIGCONT');
    }
    await server.whenever('one server again', async () => {
      const handed = await Promise.all(
        clients.flatMap((client) => [sayToAll(client, shared), sayToAll(client, later)]),
      );
      return handed.every((each) => each === 3);
    });
    for (const client of clients) {
      expect(client.socket.connected).toBe(true);
      expect(client.heard.map(({ event }) => event)).not.toContain('participant:left');
    }
    expect(server.output).toContain('the backplane is away');
    expect(server.output).not.toContain('worker ended');
  });
});
