import { type ResumeToken, SIGNALING_PATH } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { Client, newSignalId, RoomKey, someBox, soon, startTestServer, until } from './harness.ts';

const MINUTE_MS = 60_000;
/** Waits differ by so much, so that not all come at once. */
const SPREAD_MS = 5_000;

/** The answer to an upgrade that the server refuses. */
function refusedUpgrade(port: number, ip: string): Promise<{ status: number; retryAfterS: number; body: unknown }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SIGNALING_PATH}/?EIO=4&transport=websocket`, {
    headers: { 'x-forwarded-for': ip },
  });
  socket.on('error', () => {});
  return soon(
    new Promise((resolve, reject) => {
      socket.once('open', () => reject(new Error('was let in')));
      socket.once('unexpected-response', (_request, answer) => {
        let text = '';
        answer.on('data', (part: Buffer) => {
          text += part.toString();
        });
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            retryAfterS: Number(answer.headers['retry-after']),
            body: JSON.parse(text),
          }),
        );
      });
    }),
    'refusal of the upgrade',
  );
}

describe('sockets (R2)', () => {
  it('over the number a minute hear how long to wait; other addresses do not notice', async () => {
    const server = await startTestServer({ SOCKETS_PER_MINUTE: '3' });
    for (let n = 0; n < 3; n++) await new Client(server).connected();
    const { data } = await new Client(server).refused();
    expect(data?.code).toBe('rate-limited');
    expect(data?.retryAfterMs).toBeGreaterThan(MINUTE_MS - 20_000);
    expect(data?.retryAfterMs).toBeLessThanOrEqual(MINUTE_MS + SPREAD_MS);
    await new Client(server, { ip: '203.0.113.2' }).connected();
  });

  it('that are refused count once as an error, whether they are told, say nothing, or are refused at the upgrade', async () => {
    const server = await startTestServer({ SOCKETS_PER_MINUTE: '1', STRIKES_PER_MINUTE: '0' });
    await new Client(server).connected();
    const errors = async () => (await server.metrics()).errors['rate-limited'];
    await new Client(server).refused();
    expect(await errors()).toBe(1);
    const silent = new WebSocket(`ws://127.0.0.1:${server.port}${SIGNALING_PATH}/?EIO=4&transport=websocket`, {
      headers: { 'x-forwarded-for': '203.0.113.1' },
    });
    await soon(new Promise((resolve) => silent.once('open', resolve)), 'open socket');
    silent.terminate();
    expect(await errors()).toBe(2);
    for (let n = 2; n < 300; n++) await new Client(server).refused();
    await refusedUpgrade(server.port, '203.0.113.1');
    expect(await errors()).toBe(301);
    // A client that was welcome and is refused for what it says is counted there.
    await new Client(server, { ip: '203.0.113.2', auth: { v: 99 } }).refused();
    expect((await server.metrics()).errors['server-too-old']).toBe(1);
  });

  it('that keep coming are refused at the upgrade', async () => {
    const server = await startTestServer({ SOCKETS_PER_MINUTE: '1', STRIKES_PER_MINUTE: '0' });
    await new Client(server).connected();
    for (let n = 0; n < 300; n++) await new Client(server).refused();
    const refused = await refusedUpgrade(server.port, '203.0.113.1');
    expect(refused).toMatchObject({ status: 429, body: { ok: false, code: 'rate-limited' } });
    expect(refused.retryAfterS).toBeGreaterThan(0);
  });

  it('over the number at once are refused until one closes', async () => {
    const server = await startTestServer({ SOCKETS_PER_ADDRESS: '2' });
    const first = new Client(server);
    await first.connected();
    await new Client(server).connected();
    expect((await new Client(server).refused()).data).toMatchObject({ code: 'rate-limited' });
    first.socket.disconnect();
    await until(async () => (await server.health()).connections === 1, 'one less');
    await new Client(server).connected();
  });
});

describe('joins (R3)', () => {
  it('over the number a minute hear how long to wait; resuming a seat does not count', async () => {
    const server = await startTestServer({ JOINS_PER_MINUTE: '2' });
    const client = new Client(server);
    const key = new RoomKey();
    let { resumeToken } = await client.join(key);
    await client.join(new RoomKey());
    const refused = await client.tryJoin(new RoomKey());
    expect(refused).toMatchObject({ ok: false, code: 'rate-limited' });
    expect(refused.ok ? 0 : refused.retryAfterMs).toBeGreaterThan(MINUTE_MS - 20_000);
    for (let n = 0; n < 5; n++) {
      const again = new Client(server);
      const back = await again.join(key, { resumeToken });
      expect(back.resumed).toBe(true);
      ({ resumeToken } = back);
    }
  });

  it('of an office whose apps ask for all their rooms at once are refused, and nobody is struck for them (R7)', async () => {
    const server = await startTestServer();
    const office = Array.from({ length: 12 }, () => new Client(server));
    for (const client of office) await client.connected();
    const codes = await Promise.all(
      office.map(async (client) => {
        const told: string[] = [];
        for (let room = 0; room < 15; room++) {
          const answer = await client.tryJoin(new RoomKey());
          told.push(answer.ok ? 'joined' : answer.code);
        }
        return told;
      }),
    );
    expect(codes.flat().filter((code) => code === 'joined')).toHaveLength(30);
    expect(new Set(codes.flat())).toEqual(new Set(['joined', 'rate-limited']));
    expect(office.map(({ socket }) => socket.connected)).not.toContain(false);
    expect((await server.health()).connections).toBe(12);
  });

  it('leave room for a demo of four on one computer that restarts and reconnects, by default', async () => {
    const server = await startTestServer();
    const key = new RoomKey();
    const tokens: (ResumeToken | undefined)[] = [undefined, undefined, undefined, undefined];
    for (let round = 0; round < 5; round++) {
      const clients = tokens.map(() => new Client(server, { ip: '127.0.0.1' }));
      for (const [n, client] of clients.entries()) {
        const resumeToken = tokens[n];
        tokens[n] = (await client.join(key, resumeToken === undefined ? {} : { resumeToken })).resumeToken;
      }
      for (const client of clients) client.socket.disconnect();
      await until(async () => (await server.health()).connections === 0, 'all gone');
    }
  });
});

describe('streams (R4)', () => {
  it('of one kind start five times a minute', async () => {
    const server = await startTestServer();
    const client = new Client(server);
    const { roomId } = await (async () => {
      const key = new RoomKey();
      await client.join(key);
      return key;
    })();
    for (let n = 0; n < 5; n++) {
      expect(await client.call('stream:start', { roomId, kind: 'camera' })).toMatchObject({ ok: true });
      await client.call('stream:stop', { roomId, kind: 'camera' });
    }
    const refused = await client.call('stream:start', { roomId, kind: 'camera' });
    expect(refused).toMatchObject({ code: 'rate-limited', retryAfterMs: expect.any(Number) });
    expect(await client.call('stream:start', { roomId, kind: 'microphone' })).toMatchObject({ ok: true });
  });
});

describe('signals (R5, R6)', () => {
  it('of joining a full room never trip; a flood does, with a true wait', async () => {
    const server = await startTestServer({
      SOCKETS_PER_MINUTE: '0',
      SOCKETS_PER_ADDRESS: '0',
      STRIKES_PER_MINUTE: '0',
    });
    const key = new RoomKey();
    const [ana, ben] = [new Client(server), new Client(server)];
    await ana.join(key);
    const to = (await ben.join(key)).participantId;
    const send = () => ana.call('signal:send', { roomId: key.roomId, to, id: newSignalId(), box: someBox(40) });
    // Sixty for each of fifteen others: more than a link ever needs.
    for (let n = 0; n < 15; n++) {
      const outcomes = await Promise.all(Array.from({ length: 60 }, send));
      expect(outcomes.every(({ ok }) => ok)).toBe(true);
    }
    const flood = await Promise.all(Array.from({ length: 100 }, send));
    const refused = flood.find(({ ok }) => !ok);
    expect(refused).toMatchObject({ code: 'rate-limited' });
    expect(refused && !refused.ok ? refused.retryAfterMs : 0).toBeLessThanOrEqual(3_000);
    expect((await server.metrics()).rate_limits.signals).toBeGreaterThan(0);
  });
});

describe('blocks (R7)', () => {
  it('come to who keeps guessing, end their sockets, and leave others alone', async () => {
    const server = await startTestServer({ STRIKES_PER_MINUTE: '20' });
    const honest = new Client(server, { ip: '203.0.113.9' });
    await honest.join(new RoomKey());
    const guesser = new Client(server);
    const key = new RoomKey();
    for (let n = 0; n < 4; n++)
      expect(await guesser.tryJoin(key, { prover: new RoomKey() })).toMatchObject({ code: 'proof-invalid' });
    const challenge = await guesser.challenge();
    guesser.socket.emit('room:join', {
      v: 1,
      roomId: key.roomId,
      authPub: key.authPub,
      ownerPub: key.ownerPub,
      sig: key.prove(challenge, 'x'),
    });
    expect((await guesser.hear('server:closing')).code).toBe('blocked');
    await until(() => guesser.socket.disconnected, 'closed');
    const { data } = await new Client(server).refused();
    expect(data?.code).toBe('blocked');
    expect(data?.retryAfterMs).toBeGreaterThan(MINUTE_MS - 20_000);
    expect(data?.retryAfterMs).toBeLessThanOrEqual(MINUTE_MS + SPREAD_MS);
    const http = await fetch(`${server.url}/`, { headers: { 'x-forwarded-for': '203.0.113.1' } });
    expect(http.status).toBe(429);
    expect((await server.metrics()).rate_limits.blocked_addresses).toBe(1);
    expect(honest.socket.connected).toBe(true);
    await honest.challenge();
    expect(server.lines.join()).toContain('"why":"proof-invalid"');
  });

  it('of an address close no seat of others behind it, and only the socket that earned it', async () => {
    const server = await startTestServer({ STRIKES_PER_MINUTE: '20' });
    const colleague = new Client(server);
    const key = new RoomKey();
    await colleague.join(key);
    const guesser = new Client(server);
    await guesser.join(new RoomKey());
    for (let n = 0; n < 5 && guesser.socket.connected; n++)
      await Promise.race([guesser.tryJoin(key, { prover: new RoomKey() }), guesser.closed()]);
    expect((await guesser.hear('server:closing')).code).toBe('blocked');
    expect((await new Client(server).refused()).data?.code).toBe('blocked');
    expect(colleague.socket.connected).toBe(true);
    await colleague.challenge();
    expect((await server.health()).participants).toBe(2);
  });
});
