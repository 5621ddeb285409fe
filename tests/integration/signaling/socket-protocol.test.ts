import { PROTOCOL_VERSION } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { startTestServer, until } from './harness.ts';
import { RawSocket } from './raw-socket.ts';

/**
 * The behaviours that the test suite of Socket.IO's protocol page (revision 5) checks, as far as they are about
 * WebSocket and one namespace: https://github.com/socketio/socket.io-protocol. In place of its echo stand Parley's own
 * events. Binary attachments and custom namespaces are not offered.
 */
const CONNECT = `40{"v":${PROTOCOL_VERSION}}`;

/** A socket on which Engine.IO's handshake is over. */
async function opened(port: number): Promise<RawSocket> {
  const socket = new RawSocket(port);
  expect((await socket.hear())[0]).toBe('0');
  return socket;
}

/** A socket that is in the main namespace. */
async function connected(port: number): Promise<RawSocket> {
  const socket = await opened(port);
  socket.say(CONNECT);
  expect(await socket.hear()).toMatch(/^40\{"sid":"[\w-]{20}"\}$/);
  return socket;
}

describe("Socket.IO's protocol: connecting (S2)", () => {
  it('allows the main namespace with a payload', async () => {
    const { port } = await startTestServer();
    await connected(port);
  });

  it('answers a payload that it cannot take with an error, and closes', async () => {
    const { port } = await startTestServer();
    const socket = await opened(port);
    socket.say('40');
    const answer = await socket.hear();
    expect(answer.slice(0, 2)).toBe('44');
    expect(JSON.parse(answer.slice(2))).toMatchObject({ message: expect.any(String), data: { code: 'bad-request' } });
    await socket.closed();
  });

  it.each(['40/random', '40/random,{"v":1}'])('answers %s, another namespace, with an error', async (packet) => {
    const { port } = await startTestServer();
    const socket = await opened(port);
    socket.say(packet);
    expect(await socket.hear()).toBe('44/random,{"message":"Invalid namespace"}');
  });

  it('closes upon a handshake that nobody can read', async () => {
    const { port } = await startTestServer();
    const socket = await opened(port);
    socket.say('4abc');
    await socket.closed();
  });

  it('closes when no handshake is received', async () => {
    const { port } = await startTestServer({ CONNECT_TIMEOUT_MS: '100' });
    const socket = await opened(port);
    await socket.closed();
  });

  it('closes upon an event before the handshake, and upon a second handshake', async () => {
    const { port } = await startTestServer();
    const early = await opened(port);
    early.say('42["challenge:get",{"v":1}]');
    await early.closed();
    const twice = await connected(port);
    twice.say(CONNECT);
    await twice.closed();
  });
});

describe("Socket.IO's protocol: disconnecting (S2)", () => {
  it('takes the leave of the main namespace; the connection, good for nothing more, is closed', async () => {
    const { port, health } = await startTestServer();
    const socket = await connected(port);
    socket.say('41');
    await socket.closed();
    await until(async () => (await health()).connections === 0, 'gone');
  });
});

describe("Socket.IO's protocol: messages (S2, P3)", () => {
  it('takes an event without asking for anything, and answers one under its number', async () => {
    const { port } = await startTestServer();
    const socket = await connected(port);
    socket.say(`42["challenge:get",{"v":${PROTOCOL_VERSION}}]`);
    socket.say(`42456["challenge:get",{"v":${PROTOCOL_VERSION}}]`);
    const answer = await socket.hear();
    expect(answer).toMatch(/^43456\[\{"ok":true,/);
    expect(JSON.parse(answer.slice('43456'.length))).toHaveLength(1);
  });

  it.each([
    ['of an unknown type', '4abc'],
    ['whose payload is no array', '42{}'],
    ['whose number is none', '42abc["challenge:get",{}]'],
    ['with binary attachments', '451-["challenge:get",{"_placeholder":true,"num":0}]'],
    ['that answers with binary attachments', '461-1["a"]'],
    ['for another namespace', '42/admin,["challenge:get",{}]'],
  ])('closes upon a packet %s', async (_what, packet) => {
    const { port } = await startTestServer();
    const socket = await connected(port);
    socket.say(packet);
    await socket.closed();
  });
});
