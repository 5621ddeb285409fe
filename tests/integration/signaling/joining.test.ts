import { fromBase64Url, LIMITS, PROTOCOL_VERSION, toBase64Url } from '@parley/shared/protocol';
import { deriveRoomKeys, proveMembership } from '@parley/shared/sealing';
import { systemClock } from '@parley/signaling-server/clock.ts';
import { describe, expect, it } from 'vitest';
import { Client, PUBLIC_HOST, RoomKey, startTestServer, type TestServer } from './harness.ts';

describe('connecting', () => {
  it('brings a challenge along, another one for each client, that is good for one join (S1)', async () => {
    const server = await startTestServer();
    const [ana, ben] = [new Client(server), new Client(server)];
    const [challenge, other] = [await ana.connected(), await ben.connected()];
    expect(fromBase64Url(challenge)).toHaveLength(LIMITS.challengeBytes);
    expect(await ana.tryJoin(new RoomKey(), { challenge: other })).toMatchObject({ code: 'proof-invalid' });
    expect(await ana.tryJoin(new RoomKey(), { challenge })).toMatchObject({ code: 'challenge-expired' });
    expect(await ben.tryJoin(new RoomKey(), { challenge: other })).toMatchObject({ ok: true });
    expect(await ben.tryJoin(new RoomKey(), { challenge: other })).toMatchObject({ code: 'challenge-expired' });
  });

  it('brings a challenge along that is as old as the connection (S1)', async () => {
    let aheadMs = 0;
    const server = await startTestServer({}, { clock: { ...systemClock, now: () => systemClock.now() + aheadMs } });
    const client = new Client(server);
    const challenge = await client.connected();
    aheadMs = LIMITS.challengeLifetimeMs;
    expect(await client.tryJoin(new RoomKey(), { challenge })).toMatchObject({ code: 'challenge-expired' });
  });

  it.each([
    ['older', PROTOCOL_VERSION - 1, 'client-too-old'],
    ['newer', PROTOCOL_VERSION + 1, 'server-too-old'],
  ])('refuses an %s client by name', async (_which, v, code) => {
    const server = await startTestServer();
    expect((await new Client(server, { auth: { v } }).refused()).data).toMatchObject({ code });
  });

  it.each([[{}], [{ v: 'one' }], [{ v: null }], [{ v: 1, password: 5 }]])('refuses the greeting %j', async (auth) => {
    const server = await startTestServer();
    expect((await new Client(server, { auth }).refused()).data).toMatchObject({ code: 'bad-request' });
  });

  it.each(['app://bundle', 'http://127.0.0.1:7351', 'http://localhost:1'])(
    'lets the origin %s in (S11)',
    async (origin) => {
      const server = await startTestServer();
      await new Client(server, { origin }).connected();
    },
  );

  it.each(['https://evil.example', 'null', 'http://127.0.0.1.evil.example'])(
    'keeps the origin %s out (S11)',
    async (origin) => {
      const server = await startTestServer();
      const client = new Client(server, { origin });
      expect((await client.refused()).data).toBeUndefined();
      expect(client.socket.connected).toBe(false);
      expect((await server.metrics()).errors['origin-refused']).toBe(1);
    },
  );
});

describe('proof of membership (S1)', () => {
  it('lets a member in, with the keys that the app derives from an invite', async () => {
    const server = await startTestServer();
    const client = new Client(server);
    const challenge = await client.connected();
    const keys = await deriveRoomKeys(
      new Uint8Array(32).map((_, i) => i),
      null,
      new Uint8Array(32).fill(7),
    );
    const sig = await proveMembership(keys, PUBLIC_HOST, fromBase64Url(challenge) ?? new Uint8Array());
    const joined = await client.call('room:join', {
      v: PROTOCOL_VERSION,
      roomId: keys.roomId,
      authPub: toBase64Url(keys.authPub),
      ownerPub: toBase64Url(keys.ownerPub),
      sig: toBase64Url(sig),
    });
    expect(joined).toMatchObject({ ok: true, value: { resumed: false, participants: [], capacity: 16 } });
  });

  it('counts loopback names on its own port only for callers on this computer', async () => {
    const server = await startTestServer();
    const local = new Client(server, { ip: '127.0.0.1' });
    for (const host of [`localhost:${server.port}`, `127.0.0.1:${server.port}`, `[::1]:${server.port}`])
      expect(await local.tryJoin(new RoomKey(), { host })).toMatchObject({ ok: true });
    const remote = new Client(server);
    expect(await remote.tryJoin(new RoomKey(), { host: `localhost:${server.port}` })).toMatchObject({
      code: 'proof-invalid',
    });
  });

  it('refuses proofs for another host, by another key, or over another challenge', async () => {
    const server = await startTestServer();
    const client = new Client(server);
    const key = new RoomKey();
    expect(await client.tryJoin(key, { host: 'other.test' })).toMatchObject({ code: 'proof-invalid' });
    expect(await client.tryJoin(key, { prover: new RoomKey() })).toMatchObject({ code: 'proof-invalid' });
    const foreign = await new Client(server).challenge();
    await client.challenge();
    expect(await client.tryJoin(key, { challenge: foreign })).toMatchObject({ code: 'proof-invalid' });
    expect((await server.health()).rooms).toBe(0);
  });

  it('refuses an id that does not belong to the key', async () => {
    const server = await startTestServer();
    const client = new Client(server);
    const [squatted, own] = [new RoomKey(), new RoomKey()];
    const challenge = await client.challenge();
    const outcome = await client.call('room:join', {
      v: PROTOCOL_VERSION,
      roomId: squatted.roomId,
      authPub: own.authPub,
      ownerPub: own.ownerPub,
      sig: own.prove(challenge, PUBLIC_HOST),
    });
    expect(outcome).toMatchObject({ code: 'proof-invalid' });
  });

  it('takes a challenge once, also after a wrong proof', async () => {
    const server = await startTestServer();
    const client = new Client(server);
    const key = new RoomKey();
    const challenge = await client.challenge();
    await client.join(key, { challenge });
    expect(await client.tryJoin(new RoomKey(), { challenge })).toMatchObject({ code: 'challenge-expired' });
    const second = await client.challenge();
    expect(await client.tryJoin(key, { challenge: second, host: 'other.test' })).toMatchObject({
      code: 'proof-invalid',
    });
    expect(await client.tryJoin(key, { challenge: second })).toMatchObject({ code: 'challenge-expired' });
  });

  it('takes only the newest challenge', async () => {
    const server = await startTestServer();
    const client = new Client(server);
    const first = await client.challenge();
    await client.challenge();
    expect(await client.tryJoin(new RoomKey(), { challenge: first })).toMatchObject({ code: 'proof-invalid' });
  });

  it('takes no challenge older than 30 s', async () => {
    let aheadMs = 0;
    const clock = { ...systemClock, now: () => Date.now() + aheadMs };
    const server = await startTestServer({}, { clock });
    const client = new Client(server);
    const challenge = await client.challenge();
    aheadMs = LIMITS.challengeLifetimeMs;
    expect(await client.tryJoin(new RoomKey(), { challenge })).toMatchObject({ code: 'challenge-expired' });
    expect(await client.tryJoin(new RoomKey())).toMatchObject({ ok: true });
  });

  it('refuses a join of another protocol version', async () => {
    const server = await startTestServer();
    const client = new Client(server);
    const key = new RoomKey();
    const { roomId, authPub, ownerPub } = key;
    const join = { roomId, authPub, ownerPub, sig: key.prove(await client.challenge(), PUBLIC_HOST) };
    expect(await client.call('room:join', { ...join, v: 0 })).toMatchObject({ code: 'client-too-old' });
    expect(await client.call('room:join', { ...join, v: 2 })).toMatchObject({ code: 'server-too-old' });
  });
});

describe('TURN (S12)', () => {
  it('hands credentials to members only (P13)', async () => {
    const server = await startTestServer({
      STUN_URLS: 'stun:stun.parley.test',
      TURN_URLS: 'turn:turn.parley.test?transport=udp',
      TURN_SECRET: 's'.repeat(32),
      TURN_TTL_S: '600',
    });
    const client = new Client(server);
    const key = new RoomKey();
    expect(await client.call('turn:get', { roomId: key.roomId })).toMatchObject({ code: 'not-in-room' });
    const { ice } = await client.join(key);
    expect(ice).toMatchObject({
      expiresInMs: 600_000,
      iceServers: [
        { urls: ['stun:stun.parley.test'] },
        {
          urls: ['turn:turn.parley.test?transport=udp'],
          username: expect.stringMatching(/^\d{10}:[A-Za-z0-9_-]{12}$/),
        },
      ],
    });
    expect(await client.call('turn:get', { roomId: key.roomId })).toMatchObject({
      ok: true,
      value: { expiresInMs: 600_000 },
    });
  });

  it('makes everybody at one address one user of the relay, at every node, however often they ask (P13)', async () => {
    const env = { TURN_URLS: 'turn:turn.parley.test', TURN_SECRET: 's'.repeat(32), TRUST_PROXY: '127.0.0.0/8' };
    const [one, two] = await Promise.all([startTestServer(env), startTestServer(env)]);
    const key = new RoomKey();
    const names = async (server: TestServer, ip: string) => {
      const client = new Client(server, { ip });
      const { ice } = await client.join(key);
      const asked = await client.call('turn:get', { roomId: key.roomId });
      if (!asked.ok) throw new Error(asked.code);
      return [ice, asked.value].map(({ iceServers }) => iceServers[0]?.username?.split(':')[1]);
    };
    const of = await Promise.all([one, one, two].map((server) => names(server, '198.51.100.7')));
    expect(new Set(of.flat()).size).toBe(1);
    expect(new Set([...of.flat(), ...(await names(two, '198.51.100.8'))]).size).toBe(2);
  });

  it('says so where no relay is configured', async () => {
    const server = await startTestServer();
    const client = new Client(server);
    const key = new RoomKey();
    expect((await client.join(key)).ice).toEqual({ iceServers: [] });
    expect(await client.call('turn:get', { roomId: key.roomId })).toMatchObject({ code: 'turn-unavailable' });
  });
});
