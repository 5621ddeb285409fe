import { systemClock } from '@parley/signaling-server/clock.ts';
import type { OpenBackplane } from '@parley/signaling-server/cluster/backplane.ts';
import { MemoryHub } from '@parley/signaling-server/cluster/testing/memory-hub.ts';
import { createClient } from '@redis/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '#support/redis.ts';
import { Client, newSignalId, RoomKey, someBox, startTestServer, type TestServer, until } from './harness.ts';
import { fightForASeat } from './moved-seat.ts';

type Nodes = { start(env?: Record<string, string>): Promise<TestServer> };

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

let group = 0;
const backplanes: Record<string, () => Nodes> = {
  Redis: () => {
    group += 1;
    const prefix = `test-${group}`;
    return { start: (env) => startTestServer({ REDIS_URL: redis.url, REDIS_PREFIX: prefix, ...env }) };
  },
  'one process': () => {
    const hub = new MemoryHub(systemClock);
    let last = 0;
    return {
      start: (env) => {
        last += 1;
        const node = `node-${last}`;
        const backplane: OpenBackplane = async (listener) => hub.attach(node, listener);
        return startTestServer(env, { backplane });
      },
    };
  },
};

describe.each(Object.keys(backplanes))('two nodes that share rooms over %s (S13)', (name) => {
  let nodes: Nodes;
  let one: TestServer;
  let two: TestServer;
  beforeEach(async () => {
    nodes =
      backplanes[name]?.() ??
      (() => {
        throw new Error(name);
      })();
    [one, two] = await Promise.all([nodes.start(), nodes.start()]);
  });

  it('are one room to those who sit in it: who comes, who is there, what is said, who goes', async () => {
    const key = new RoomKey();
    const ada = new Client(one);
    const ben = new Client(two);
    const { participantId: adaId } = await ada.join(key);
    const { participantId: benId, participants } = await ben.join(key);
    expect(participants).toEqual([{ participantId: adaId, away: false }]);
    expect(await ada.hear('participant:joined')).toEqual({ roomId: key.roomId, participantId: benId });

    const toBen = { roomId: key.roomId, to: benId, id: newSignalId(), box: someBox() };
    expect(await ada.call('signal:send', toBen)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect(await ben.hear('signal:received')).toMatchObject({ from: adaId, toAll: false, box: toBen.box });
    const toAll = { roomId: key.roomId, to: '*' as const, id: newSignalId(), box: someBox(2_000) };
    expect(await ben.call('signal:send', toAll)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect(await ada.hear('signal:received')).toMatchObject({ from: benId, toAll: true, box: toAll.box });

    // Said again because the answer was lost: acknowledged again, and not handed on again.
    expect(await ben.call('signal:send', toAll)).toEqual({ ok: true, value: { handedTo: 1 } });
    const another = { ...toAll, id: newSignalId() };
    await ben.call('signal:send', another);
    expect((await ada.hear('signal:received')).id).toBe(another.id);

    await ben.call('room:leave', { roomId: key.roomId });
    expect(await ada.hear('participant:left')).toEqual({ roomId: key.roomId, participantId: benId });
    const late = await ada.call('signal:send', { ...toBen, id: newSignalId() });
    expect(late).toMatchObject({ ok: false, code: 'participant-gone' });
  });

  it('have one capacity, however many come at the same time (S1)', async () => {
    const key = new RoomKey();
    const small = { ROOM_CAPACITY: '3' };
    const more = await Promise.all([nodes.start(small), nodes.start(small)]);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => new Client(more[i % 2] ?? one).tryJoin(key)));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(3);
    for (const answer of answers) if (!answer.ok) expect(answer.code).toBe('room-full');
  });

  it('keep the seat of one who drops at one node and comes back at the other (S2)', async () => {
    const key = new RoomKey();
    const ada = new Client(one);
    const ben = new Client(two);
    await ada.join(key);
    const { participantId, resumeToken } = await ben.join(key);
    ben.vanish();
    expect(await ada.hear('participant:away')).toMatchObject({ participantId });

    const again = new Client(one);
    const back = await again.join(key, { resumeToken });
    expect(back).toMatchObject({ participantId, resumed: true });
    expect(await ada.hear('participant:back')).toMatchObject({ participantId });
    const signal = { roomId: key.roomId, to: participantId, id: newSignalId(), box: someBox() };
    expect(await ada.call('signal:send', signal)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect((await again.hear('signal:received')).box).toBe(signal.box);
    await until(async () => (await two.health()).participants === 0, 'let go at the node it came from');
    expect(ada.heard.map(({ event }) => event)).not.toContain('participant:left');
  });

  it('move a seat that is taken again while its first socket still stands', async () => {
    const key = new RoomKey();
    const ada = new Client(one);
    const ben = new Client(two);
    const { participantId: adaId } = await ada.join(key);
    const { participantId, resumeToken } = await ben.join(key);
    const moved = new Client(one);
    expect(await moved.join(key, { resumeToken })).toMatchObject({ participantId, resumed: true });
    expect(await ada.hear('participant:back')).toMatchObject({ participantId });
    // The first socket has no seat any more, and its end is nobody's.
    await until(async () => (await two.health()).participants === 0, 'let go at the node it came from');
    const unseated = await ben.call('signal:send', {
      roomId: key.roomId,
      to: adaId,
      id: newSignalId(),
      box: someBox(),
    });
    expect(unseated).toMatchObject({ ok: false, code: 'not-in-room' });
    ben.vanish();
    await until(async () => (await two.health()).connections === 0, 'closed');
    const signal = { roomId: key.roomId, to: participantId, id: newSignalId(), box: someBox() };
    expect(await ada.call('signal:send', signal)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect(ada.heard.filter(({ event }) => event === 'participant:away')).toEqual([]);
  });

  it('let a seat belong to one socket at a time, wherever that is (S2)', async () => {
    await fightForASeat([one, two]);
  });

  it('are left by a node that stops without anybody leaving (S14)', async () => {
    const key = new RoomKey();
    const ada = new Client(one);
    const ben = new Client(two);
    await ada.join(key);
    const { participantId, resumeToken } = await ben.join(key);
    await two.close();
    expect(await ada.hear('participant:away')).toMatchObject({ participantId });
    const back = await new Client(one).join(key, { resumeToken });
    expect(back).toMatchObject({ participantId, resumed: true });
    expect(ada.heard.map(({ event }) => event)).not.toContain('participant:left');
  });

  it('hand nothing on twice that is said again at another node, whose answer was lost with the node or the socket (P6, P7)', async () => {
    const key = new RoomKey();
    const ben = new Client(one);
    const { participantId: to } = await ben.join(key);
    const ada = new Client(two);
    const { resumeToken } = await ada.join(key);
    const said = { roomId: key.roomId, to, id: newSignalId(), box: someBox() };
    const toAll = { ...said, to: '*' as const, id: newSignalId() };
    for (const each of [said, toAll]) expect(await ada.call('signal:send', each)).toMatchObject({ ok: true });
    await two.close();
    const again = new Client(one);
    await again.join(key, { resumeToken });
    for (const each of [said, toAll])
      expect(await again.call('signal:send', each)).toEqual({ ok: true, value: { handedTo: 1 } });
    const three = await nodes.start();
    const moved = new Client(three);
    await moved.join(key, { resumeToken });
    for (const each of [said, toAll])
      expect(await moved.call('signal:send', each)).toEqual({ ok: true, value: { handedTo: 1 } });
    const last = { ...said, id: newSignalId() };
    expect(await moved.call('signal:send', last)).toMatchObject({ ok: true });
    await until(() => ben.heard.some(({ payload }) => (payload as { id?: string }).id === last.id), 'heard');
    const ids = ben.heard.flatMap(({ event, payload }) =>
      event === 'signal:received' ? [(payload as { id: string }).id] : [],
    );
    expect(ids).toEqual([said.id, toAll.id, last.id]);
  });

  it('forget a room when the last has left it', async () => {
    const key = new RoomKey();
    const ada = new Client(one);
    const ben = new Client(two);
    await ada.join(key);
    await ben.join(key);
    await ada.call('room:leave', { roomId: key.roomId });
    await ben.call('room:leave', { roomId: key.roomId });
    await until(async () => (await one.health()).rooms + (await two.health()).rooms === 0, 'forgotten');
  });
});

describe('two nodes on one Redis (S13)', () => {
  const pair = async (env: Record<string, string>) => {
    group += 1;
    const all = { REDIS_URL: redis.url, REDIS_PREFIX: `test-${group}`, ...env };
    const [one, two] = await Promise.all([startTestServer(all), startTestServer(all)]);
    if (!one || !two) throw new Error('no servers');
    return { one, two };
  };

  it('count an address once, whichever node it comes to (R3)', async () => {
    const { one, two } = await pair({ JOINS_PER_MINUTE: '3' });
    for (const node of [one, two, one]) await new Client(node).join(new RoomKey());
    for (const node of [one, two]) {
      const refused = await new Client(node).tryJoin(new RoomKey());
      expect(refused).toMatchObject({ ok: false, code: 'rate-limited', retryAfterMs: expect.any(Number) });
    }
    await new Client(two, { ip: '203.0.113.9' }).join(new RoomKey());
  });

  it('share one list of blocked addresses, also with a node that starts later, and one lifts for all (R7)', async () => {
    const token = 'an-admin-token-that-only-tests-know-1';
    const env = { STRIKES_PER_MINUTE: '5', ADMIN_TOKEN: token };
    const { one, two } = await pair(env);
    const elsewhere = new Client(two, { ip: '203.0.113.66' });
    await elsewhere.challenge();
    const bad = new Client(one, { ip: '203.0.113.66' });
    for (let i = 0; i < 7; i++) bad.socket.emit('nonsense', {});
    expect(await elsewhere.hear('server:closing')).toEqual({ code: 'blocked' });
    expect((await new Client(two, { ip: '203.0.113.66' }).refused()).data?.code).toBe('blocked');
    const three = await startTestServer({ REDIS_URL: redis.url, REDIS_PREFIX: `test-${group}`, ...env });
    const isBlockedAt = async (node: TestServer) => {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await (await fetch(`${node.url}/admin/api/overview`, { headers })).json();
      return (answer as { blocked: unknown[] }).blocked.length === 1;
    };
    await until(() => isBlockedAt(three), 'known to the node that came later');

    const lifted = await fetch(`${two.url}/admin/api/unblock`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ address: '203.0.113.66' }),
    });
    expect(lifted.status).toBe(200);
    await until(async () => !(await isBlockedAt(one)) && !(await isBlockedAt(three)), 'lifted everywhere');
    await new Client(one, { ip: '203.0.113.66' }).join(new RoomKey());
  });
});

describe('the data in Redis (P1)', () => {
  it('is neither a room id nor a key nor a token', async () => {
    const prefix = 'secrets';
    const [one, two] = await Promise.all(
      [1, 2].map(() => startTestServer({ REDIS_URL: redis.url, REDIS_PREFIX: prefix })),
    );
    if (!one || !two) throw new Error('no servers');
    const watcher = await createClient({ url: redis.url }).connect();
    const told: string[] = [];
    // MONITOR shows every command with its arguments.
    await watcher.MONITOR((line: unknown) => void told.push(String(line)));
    const key = new RoomKey();
    const ada = new Client(one, { ip: '198.51.100.77' });
    const ben = new Client(two, { ip: '198.51.100.78' });
    const { resumeToken } = await ada.join(key);
    const { participantId } = await ben.join(key);
    await ada.call('signal:send', { roomId: key.roomId, to: participantId, id: newSignalId(), box: someBox() });
    await until(() => told.some((line) => line.includes(participantId)), 'seen in what Redis is told');
    watcher.destroy();
    const all = told.join('\n');
    for (const secret of [key.roomId, key.authPub, resumeToken]) expect(all).not.toContain(secret);
  });
});

describe('without Redis for a while (S13, P6)', () => {
  it('rooms on one node go on, and are whole again when it is back', async () => {
    const own = await startRedis();
    try {
      const env = { REDIS_URL: own.url };
      const [one, two] = await Promise.all([startTestServer(env), startTestServer(env)]);
      if (!one || !two) throw new Error('no servers');
      const key = new RoomKey();
      const [ada, ben, eve] = [new Client(one), new Client(one), new Client(two)];
      await ada.join(key);
      const { participantId: benId } = await ben.join(key);
      const { participantId: eveId } = await eve.join(key);

      await own.kill();
      await until(async () => (await fetch(`${one.url}/health/ready`)).status === 503, 'not ready without Redis');
      const send = (to: typeof benId) =>
        ada.call('signal:send', { roomId: key.roomId, to, id: newSignalId(), box: someBox() });
      expect(await send(benId)).toEqual({ ok: true, value: { handedTo: 1 } });
      expect(await send(eveId)).toMatchObject({ ok: false });
      const newcomer = await new Client(one).join(new RoomKey());
      expect(newcomer.resumed).toBe(false);

      await own.restart();
      await until(async () => (await fetch(`${one.url}/health/ready`)).status === 200, 'ready again');
      await until(async () => (await send(eveId)).ok, 'reached on the other node');
      expect(ada.heard.map(({ event }) => event)).not.toContain('participant:left');
      const late = await new Client(two).join(key);
      expect(late.participants).toHaveLength(3);
    } finally {
      await own.close();
    }
  });
});
