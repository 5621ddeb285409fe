import { fileURLToPath } from 'node:url';
import { systemClock } from '@parley/signaling-server/clock.ts';
import type { OpenBackplane } from '@parley/signaling-server/cluster/backplane.ts';
import { MemoryHub } from '@parley/signaling-server/cluster/testing/memory-hub.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, startProgram } from '#support/programs.ts';
import { startRedis, type TestRedis } from '#support/redis.ts';
import { Client, newSignalId, PUBLIC_HOST, RoomKey, someBox, startTestServer, until } from './harness.ts';

const MAIN = fileURLToPath(new URL('../../../signaling-server/src/main.ts', import.meta.url));

describe('while Redis keeps its connections and answers nothing', () => {
  let redis: TestRedis;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.close());

  it('nodes say so and go on alone, and are whole again when it goes on (S13, P6)', async () => {
    const env = { REDIS_URL: redis.url };
    const [one, two] = await Promise.all([startTestServer(env), startTestServer(env)]);
    if (!one || !two) throw new Error('no servers');
    const key = new RoomKey();
    const [ada, ben, eve] = [new Client(one), new Client(one), new Client(two)];
    await ada.join(key);
    const { participantId: benId } = await ben.join(key);
    const { participantId: eveId } = await eve.join(key);
    const readiness = async (node: typeof one) => (await fetch(`${node.url}/health/ready`)).status;
    const send = (to: typeof benId) =>
      ada.call('signal:send', { roomId: key.roomId, to, id: newSignalId(), box: someBox() });

    // The news of her is at the other node before nothing comes through any more.
    await until(() => ada.heard.filter(({ event }) => event === 'participant:joined').length === 2, 'news of Eve');
    redis.pause();
    // Asked before anybody has noticed: answered all the same.
    const [joined, told] = await Promise.all([
      new Client(one, { ip: '203.0.113.8' }).join(new RoomKey()),
      fetch(`${one.url}/`),
    ]);
    expect(joined.resumed).toBe(false);
    expect(told.status).toBe(200);
    for (const node of [one, two]) await until(async () => (await readiness(node)) === 503, 'not ready');
    expect(one.lines.filter((line) => line.includes('Redis does not answer'))).not.toEqual([]);
    expect(await send(benId)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect(await send(eveId)).toMatchObject({ ok: false, code: 'participant-gone' });
    const late = new Client(one, { ip: '203.0.113.9' });
    expect((await late.join(key)).participants).toHaveLength(3);
    ben.vanish();
    // Connections made meanwhile hang too, and are not waited for.
    await until(() => one.lines.some((line) => line.includes('SocketTimeoutError')), 'tried again in vain');

    redis.goOn();
    for (const node of [one, two]) await until(async () => (await readiness(node)) === 200, 'ready again');
    await until(async () => (await send(eveId)).ok, 'reached on the other node');
    expect(await eve.hear('participant:away')).toEqual({ roomId: key.roomId, participantId: benId });
    expect(ada.heard.map(({ event }) => event)).not.toContain('participant:left');
    expect((await new Client(two).join(key)).participants).toHaveLength(4);
  });

  it('the last participant of a node leaves no ghost at the others (S4, P6)', async () => {
    const env = { REDIS_URL: redis.url };
    const [one, two] = await Promise.all([startTestServer(env), startTestServer(env)]);
    if (!one || !two) throw new Error('no servers');
    const key = new RoomKey();
    const [ada, eve] = [new Client(one), new Client(two)];
    const { participantId } = await ada.join(key);
    await eve.join(key);
    redis.pause();
    expect(await ada.call('room:leave', { roomId: key.roomId })).toMatchObject({ ok: true });
    await until(() => one.lines.some((line) => line.includes('Redis does not answer')), 'noticed');
    redis.goOn();
    expect(await eve.hear('participant:left')).toEqual({ roomId: key.roomId, participantId });
  });

  it('a node ends with 0 when it is told to (S14, P7)', async () => {
    const port = await freePort();
    const server = startProgram(process.execPath, [MAIN], {
      env: { PATH: process.env.PATH ?? '', PUBLIC_HOSTS: PUBLIC_HOST, PORT: String(port), REDIS_URL: redis.url },
    });
    await server.whenever('listening', async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok);
    await new Client({ port }).join(new RoomKey());
    redis.pause();
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(server.output).toContain('"stopped"');
  });
});

describe('a server with a part that does not close', () => {
  it.each<[string, () => Promise<void>]>([
    ['fails', () => Promise.reject(new Error('not now'))],
    ['hangs', () => new Promise(() => {})],
  ])('closes what is left when it %s (S14)', async (_, close) => {
    const hub = new MemoryHub(systemClock);
    const backplane: OpenBackplane = async (listener) => ({ ...hub.attach('node', listener), close });
    const server = await startTestServer({}, { backplane });
    await server.close();
    expect(server.lines.filter((line) => line.includes('a part of the server did not close'))).toHaveLength(1);
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  });
});
