import { PROTOCOL_VERSION, SIGNALING_PATH } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { Client, RoomKey, someBox, soon, startTestServer, type TestServer, until } from './harness.ts';

const CONNECT = `40{"v":${PROTOCOL_VERSION}}`;
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Frames that break engine.io, Socket.IO or WebSocket itself: the connection is closed without a word. */
const GARBAGE: (string | Buffer)[] = [
  '',
  'x',
  '9',
  '2',
  '2probe',
  '7nonsense',
  '4',
  '4x',
  '42',
  '42{}',
  '42[',
  '42[]',
  '42[1]',
  '42[null]',
  '42["connect"]',
  '42["disconnect",{}]',
  '42["newListener"]',
  '42/admin,["a"]',
  '40/ad min,{}',
  '41/admin,',
  '40[]',
  '40null',
  CONNECT,
  '43[]',
  '43{}',
  '44{"message":"x"}',
  '451-["a",{"_placeholder":true,"num":0}]',
  '4599999-["a"]',
  '461-1["a"]',
  `42${'9'.repeat(300)}["a"]`,
  `42["room:join",${'['.repeat(15_000)}`,
  `42["a","${'x'.repeat(40_000)}"]`,
  Buffer.from([0]),
  Buffer.from('42["room:join",{}]'),
  Buffer.alloc(40_000, 1),
  `b${'A'.repeat(100)}`,
  '\u0000',
  '42["\ud800"',
];

/** Events that are well-formed and wrong: each is answered with a code. */
const WRONG_PAYLOADS: unknown[] = [
  null,
  undefined,
  0,
  -1,
  1e308,
  true,
  '',
  'text',
  [],
  [[]],
  {},
  { roomId: null },
  { roomId: 1, to: '*', id: {}, box: [] },
  { roomId: 'B'.repeat(22), to: '*', id: 'B'.repeat(22), box: 'short' },
  { v: PROTOCOL_VERSION, roomId: '../../etc', authPub: '', ownerPub: '', sig: '' },
  { v: '1', roomId: 'B'.repeat(22), authPub: 'A'.repeat(43), ownerPub: 'A'.repeat(43), sig: 'A'.repeat(86) },
  { __proto__: { polluted: true }, constructor: { prototype: { polluted: true } } },
  JSON.parse('{"__proto__":{"polluted":true}}'),
  JSON.parse(deep(2_000)),
  { roomId: 'x'.repeat(20_000) },
];
const hasVersion = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && 'v' in payload && payload.v === PROTOCOL_VERSION;
const EVENTS = ['challenge:get', 'room:join', 'room:leave', 'signal:send', 'stream:start', 'stream:stop', 'turn:get'];
const UNKNOWN = ['error', 'message', 'toString', '__proto__', 'hasOwnProperty', 'room:destroy', ''];

function openRaw(server: TestServer, ip: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${SIGNALING_PATH}/?EIO=4&transport=websocket`, {
    headers: { 'x-forwarded-for': ip },
  });
  socket.on('error', () => {});
  return soon(
    new Promise((resolve, reject) => {
      socket.once('open', () => resolve(socket));
      socket.once('unexpected-response', () => reject(new Error('refused')));
    }),
    'raw socket',
  );
}

/** Resolves with the next message that begins like that. */
function messageOf(socket: WebSocket, start: string): Promise<void> {
  return soon(
    new Promise((resolve) => {
      socket.on('message', (data: Buffer) => {
        if (data.toString().startsWith(start)) resolve();
      });
    }),
    `message ${start}`,
  );
}

/** A raw socket that the server has let into the namespace. */
async function connectRaw(server: TestServer, ip: string): Promise<WebSocket> {
  const socket = await openRaw(server, ip);
  const connected = messageOf(socket, '40');
  socket.send(CONNECT);
  await connected;
  return socket;
}

/** Connects, sends one frame, and waits until the server closes; the close frame's code, or 1006. */
async function provoke(server: TestServer, ip: string, frame: string | Buffer): Promise<number> {
  const socket = await connectRaw(server, ip);
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.send(frame);
  return soon(closed, `close after ${String(frame).slice(0, 30)}`);
}

const unlimited = {
  SOCKETS_PER_MINUTE: '0',
  SOCKETS_PER_ADDRESS: '0',
  STRIKES_PER_MINUTE: '0',
  CALLS_PER_SECOND: '10000',
};

async function expectUnharmed(server: TestServer): Promise<void> {
  await until(async () => (await server.health()).connections === 0, 'all sockets gone');
  const honest = new Client(server, { ip: '203.0.113.200' });
  const key = new RoomKey();
  await honest.join(key);
  expect(await server.health()).toMatchObject({ connections: 1, rooms: 1, participants: 1, streams: 0 });
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  await honest.call('room:leave', { roomId: key.roomId });
  honest.socket.disconnect();
  await until(async () => (await server.health()).connections === 0, 'empty again');
  expect(await server.health()).toMatchObject({ rooms: 0, participants: 0, streams: 0 });
  expect(server.lines.filter((line) => line.includes('handler failed'))).toEqual([]);
}

describe('malformed input (P3)', () => {
  it('closes the connection for each kind of garbage', async () => {
    const server = await startTestServer(unlimited);
    for (const frame of GARBAGE) await provoke(server, '198.51.100.7', frame);
    await expectUnharmed(server);
  });

  it('answers each wrong event with a code, and goes on serving the socket (S3, V7)', async () => {
    const server = await startTestServer(unlimited);
    const client = new Client(server);
    for (const event of EVENTS) {
      for (const payload of WRONG_PAYLOADS.filter((wrong) => event !== 'challenge:get' || !hasVersion(wrong)))
        expect(await client.raw(event, payload)).toMatchObject({ ok: false, code: 'bad-request' });
      expect(await client.raw(event)).toMatchObject({ ok: false, code: 'bad-request' });
    }
    for (const event of UNKNOWN) expect(await client.raw(event, {})).toMatchObject({ ok: false, code: 'unknown-call' });
    // Without an acknowledgement nothing is answered, and nothing breaks.
    for (const event of [...EVENTS, ...UNKNOWN]) client.socket.emit(event, null);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    const key = new RoomKey();
    await client.join(key);
    await client.call('room:leave', { roomId: key.roomId });
    client.socket.disconnect();
    await expectUnharmed(server);
  });

  it('survives 10,000 malformed frames of every kind: honest clients are served, gauges are back', async () => {
    const server = await startTestServer(unlimited);
    const wrongEvents = EVENTS.flatMap((event) =>
      WRONG_PAYLOADS.filter((wrong) => event !== 'challenge:get' || !hasVersion(wrong)).map(
        (payload, n) => `42${n}${JSON.stringify([event, payload])}`,
      ),
    );
    const perRound = 20 * (wrongEvents.length + 1);
    const rounds = Math.ceil(10_000 / perRound);
    for (let round = 0; round < rounds; round++) {
      const sockets = await Promise.all(Array.from({ length: 20 }, () => connectRaw(server, '198.51.100.7')));
      await Promise.all(
        sockets.map(async (socket, n) => {
          for (const frame of wrongEvents) socket.send(frame);
          // Answered after all of them; only then what closes the socket.
          const answered = messageOf(socket, '43999[');
          socket.send(`42999["challenge:get",{"v":${PROTOCOL_VERSION}}]`);
          await answered;
          const closed = new Promise((resolve) => socket.once('close', resolve));
          socket.send(GARBAGE[(round * 20 + n) % GARBAGE.length] ?? '');
          await soon(closed, 'close');
        }),
      );
    }
    expect((await server.metrics()).errors['bad-request']).toBe(rounds * 20 * wrongEvents.length);
    await expectUnharmed(server);
  });

  it('blocks an address that goes on, at its usual limits, while honest ones go on (R7)', async () => {
    const server = await startTestServer();
    const key = new RoomKey();
    const [ana, ben] = [new Client(server, { ip: '203.0.113.1' }), new Client(server, { ip: '203.0.113.2' })];
    await ana.join(key);
    const to = (await ben.join(key)).participantId;
    const socket = await connectRaw(server, '198.51.100.7');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for (let n = 0; n < 10_000; n++) socket.send('420["room:join",null]');
    await soon(closed, 'close');
    await expect(openRaw(server, '198.51.100.7').then((raw) => provokeClosed(raw))).resolves.toBe(true);
    const sent = await ana.call('signal:send', { roomId: key.roomId, to, id: 'A'.repeat(22), box: someBox() });
    expect(sent).toMatchObject({ ok: true });
    await ben.hear('signal:received');
  });
});

/** A blocked address may hear that it is blocked; then its socket is closed. */
async function provokeClosed(socket: WebSocket): Promise<boolean> {
  const said: string[] = [];
  socket.on('message', (data: Buffer) => said.push(data.toString()));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.send(CONNECT);
  await soon(closed, 'close');
  return said.some((text) => text.includes('"blocked"'));
}
