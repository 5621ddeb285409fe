import { once } from 'node:events';
import { connect } from 'node:net';
import { SIGNALING_PATH } from '@parley/shared/protocol';
import { FakeClock } from '@parley/signaling-server/testing/fake-clock.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { startServer } from '#support/server.ts';
import { Client, RoomKey, soon, startTestServer, until } from './harness.ts';

/** So many clients may be on their way in when no join was answered yet. */
const WAITING_MAX = 1_000;
/** So many refusals each second are told over the socket; the others by the answer to the upgrade. */
const TOLD_PER_SECOND = 100;
const BUSY = { code: 'server-busy', retryAfterMs: expect.any(Number) };

/** Each client comes from its own address. */
const address = (n: number) => `198.18.${n >> 8}.${n & 255}`;

/** The answer to an upgrade that the server refuses. */
function refusedUpgrade(port: number, ip: string): Promise<{ status: number | undefined; retryAfterS: number }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SIGNALING_PATH}/?EIO=4&transport=websocket`, {
    headers: { 'x-forwarded-for': ip },
  });
  socket.on('error', () => {});
  return soon(
    new Promise((resolve, reject) => {
      socket.once('open', () => reject(new Error('was let in')));
      socket.once('unexpected-response', (_request, answer) =>
        resolve({ status: answer.statusCode, retryAfterS: Number(answer.headers['retry-after']) }),
      );
    }),
    'refusal of the upgrade',
  );
}

describe('newcomers that a server cannot serve (P3)', () => {
  it('are told server-busy with a wait, each of them, while those before them are answered', async () => {
    const clock = new FakeClock(Date.now());
    const server = await startTestServer(
      { BUSY_DELAY_MS: '200' },
      { clock, loop: { delayMs: () => 0, busyShare: () => 1 } },
    );
    clock.advance(500);
    const waiting = Array.from({ length: WAITING_MAX }, (_, n) => new Client(server, { ip: address(n) }));
    const challenges = await Promise.all(waiting.map((client) => client.connected()));

    let n = WAITING_MAX;
    const told = Array.from({ length: TOLD_PER_SECOND }, () => new Client(server, { ip: address(n++) }).refused());
    for (const { data } of await Promise.all(told)) {
      expect(data).toMatchObject(BUSY);
      expect(data?.retryAfterMs).toBeGreaterThanOrEqual(2_000);
    }
    const cut = Array.from({ length: TOLD_PER_SECOND }, () => refusedUpgrade(server.port, address(n++)));
    for (const { status, retryAfterS } of await Promise.all(cut)) {
      expect(status).toBe(503);
      expect(retryAfterS).toBeGreaterThanOrEqual(2);
    }
    expect((await server.metrics()).errors['server-busy']).toBe(2 * TOLD_PER_SECOND);

    const joins = waiting.map((client, at) => client.tryJoin(new RoomKey(), { challenge: challenges[at] ?? '' }));
    expect((await Promise.all(joins)).filter(({ ok }) => !ok)).toEqual([]);
    await new Client(server, { ip: address(n) }).join(new RoomKey());
  });

  it('are let in though a thousand others sit there and say nothing, as long as the server has time for them', async () => {
    const clock = new FakeClock(Date.now());
    const loop = { delayMs: () => 0, busyShare: () => 0.3 };
    const server = await startTestServer({ BUSY_DELAY_MS: '200' }, { clock, loop });
    clock.advance(500);
    const silent = Array.from({ length: WAITING_MAX }, (_, n) => new Client(server, { ip: address(n) }));
    await Promise.all(silent.map((client) => client.connected()));
    await new Client(server, { ip: address(WAITING_MAX) }).join(new RoomKey());
  });

  it('because it has as many sockets as MAX_CONNECTIONS are told server-busy with a wait, until one closes', async () => {
    const server = await startTestServer({ MAX_CONNECTIONS: '2' });
    const [ana, ben] = [new Client(server), new Client(server, { ip: '203.0.113.2' })];
    const key = new RoomKey();
    await ana.join(key);
    await ben.join(key);
    const { data } = await new Client(server, { ip: '203.0.113.3' }).refused();
    expect(data).toMatchObject(BUSY);
    expect(data?.retryAfterMs).toBeGreaterThanOrEqual(2_000);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    ben.socket.disconnect();
    await until(async () => (await server.health()).connections === 1, 'one less');
    await new Client(server, { ip: '203.0.113.3' }).join(key);
    expect(ana.socket.connected).toBe(true);
  });

  it.runIf(process.platform === 'linux')(
    'reach a server that is busy for a moment, 1,500 at once, and each of them is answered',
    async () => {
      const server = await startServer({ env: { CONNECTIONS_PER_ADDRESS: '0', HTTP_PER_MINUTE: '0' } });
      onTestFinished(() => server.close());
      process.kill(server.pid, 'SIGSTOP');
      const sockets = Array.from({ length: 1_500 }, () => connect({ port: server.port, host: '127.0.0.1' }));
      onTestFinished(() => {
        for (const socket of sockets) socket.destroy();
      });
      // All are connected before the server looks at any.
      await soon(Promise.all(sockets.map((socket) => once(socket, 'connect'))), 'connections');
      const answers = sockets.map(async (socket) => {
        socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
        const [data] = await once(socket, 'data');
        return String(data).slice(0, 'HTTP/1.1 200'.length);
      });
      process.kill(server.pid, 'SIGCONT');
      const statuses = new Set(await soon(Promise.all(answers), 'answers'));
      expect([...statuses]).toEqual(['HTTP/1.1 200']);
    },
  );
});
