import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { LIMITS, SIGNALING_PATH } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { startTestServer } from './harness.ts';
import { HANDSHAKE, RawSocket } from './raw-socket.ts';

/**
 * The behaviours that the test suite of Engine.IO's protocol page (revision 4) checks, as far as they are about
 * WebSocket: https://github.com/socketio/engine.io-protocol
 */
const SHORT = { PING_INTERVAL_MS: '200', PING_TIMEOUT_MS: '150' };

describe("Engine.IO's protocol: the handshake (S2)", () => {
  it('opens a session and says its terms', async () => {
    const { port } = await startTestServer(SHORT);
    const packet = await new RawSocket(port).hear();
    expect(packet[0]).toBe('0');
    expect(JSON.parse(packet.slice(1))).toEqual({
      sid: expect.stringMatching(/^[\w-]{43}$/),
      upgrades: [],
      pingInterval: 200,
      pingTimeout: 150,
      maxPayload: LIMITS.frameMaxBytes,
    });
  });

  it.each([
    ['without a revision', 'transport=websocket'],
    ['with another revision', 'EIO=abc&transport=websocket'],
    ['without a transport', 'EIO=4'],
    ['with another transport', 'EIO=4&transport=abc'],
    ['with a transport that is not offered', 'EIO=4&transport=polling'],
    ['with a session of which nobody knows', `${HANDSHAKE}&sid=abc`],
  ])('fails %s', async (_what, query) => {
    const { port } = await startTestServer();
    expect(await new RawSocket(port, query).closed()).toBe(1006);
  });

  it('is taken in the absolute form of its address, as proxies may ask', async () => {
    const { port } = await startTestServer();
    const answer = await new Promise<string>((resolve, reject) => {
      const asked = request({
        port,
        host: '127.0.0.1',
        path: `http://parley.test${SIGNALING_PATH}/?${HANDSHAKE}`,
        headers: {
          connection: 'upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': randomBytes(16).toString('base64'),
        },
      });
      asked.once('response', ({ statusCode }) => resolve(`refused with ${statusCode}`));
      asked.once('upgrade', (_answer, socket) => {
        socket.destroy();
        resolve('taken');
      });
      asked.once('error', reject);
      asked.end();
    });
    expect(answer).toBe('taken');
  });

  it('fails with another method', async () => {
    const { port } = await startTestServer();
    const status = await new Promise((resolve, reject) => {
      const asked = request({
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: `${SIGNALING_PATH}/?${HANDSHAKE}`,
        headers: {
          connection: 'upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': randomBytes(16).toString('base64'),
        },
      });
      asked.once('response', (answer) => resolve(answer.statusCode));
      asked.once('error', reject);
      asked.end();
    });
    expect(status).toBe(400);
  });

  it('a second WebSocket cannot take over the session of the first, which goes on', async () => {
    const { port } = await startTestServer(SHORT);
    const first = new RawSocket(port);
    const { sid } = JSON.parse((await first.hear()).slice(1)) as { sid: string };
    await new RawSocket(port, `${HANDSHAKE}&sid=${sid}`).closed();
    expect(await first.hear()).toBe('2');
  });
});

describe("Engine.IO's protocol: messages (S2, P3)", () => {
  it('takes text', async () => {
    const { port } = await startTestServer();
    const socket = new RawSocket(port);
    await socket.hear();
    socket.say('40{"v":1}');
    expect(await socket.hear()).toMatch(/^40\{"sid":"/);
  });

  it.each([
    ['of no known type', 'abc'],
    ['that is empty', ''],
    ['that is binary, which Parley does not speak', Buffer.from([1, 2, 3, 4])],
    ['that only a server may send', '2'],
  ])('closes the session upon a packet %s', async (_what, packet) => {
    const { port } = await startTestServer();
    const socket = new RawSocket(port);
    await socket.hear();
    socket.say(packet);
    await socket.closed();
  });
});

describe("Engine.IO's protocol: packets that no client has to send (S2, P3)", () => {
  it.each([
    ['opens a session once more', '0{}'],
    ['changes the transport', '5'],
    ['means nothing', '6'],
  ])('one that %s closes the session of a client that was let in', async (_what, packet) => {
    const { port } = await startTestServer({ PING_INTERVAL_MS: '60000' });
    const socket = new RawSocket(port);
    await socket.hear();
    socket.say('40{"v":1}');
    expect(await socket.hear()).toMatch(/^40/);
    socket.say(packet);
    await socket.closed();
  });
});

describe("Engine.IO's protocol: the heartbeat (S2, P4)", () => {
  it('asks for a sign of life again and again', async () => {
    const { port } = await startTestServer({ ...SHORT, CONNECT_TIMEOUT_MS: '60000' });
    const socket = new RawSocket(port);
    await socket.hear();
    for (let n = 0; n < 3; n++) {
      expect(await socket.hear()).toBe('2');
      socket.say('3');
    }
  });

  it('closes the session of a client that does not answer', async () => {
    const { port } = await startTestServer({ ...SHORT, CONNECT_TIMEOUT_MS: '60000' });
    const socket = new RawSocket(port);
    await socket.hear();
    expect(await socket.hear()).toBe('2');
    await socket.closed();
  });

  it('closes the session of a client that takes its leave', async () => {
    const { port } = await startTestServer();
    const socket = new RawSocket(port);
    await socket.hear();
    socket.say('1');
    await socket.closed();
  });
});
