import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROTOCOL_VERSION, SIGNALING_PATH } from '@parley/shared/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { makeCertificate } from '#support/programs.ts';
import { Client, newSignalId, RoomKey, someBox, soon, startTestServer, until } from './harness.ts';

describe('a socket that does not read (P4)', () => {
  it('is closed before it costs more than its share, and its seat is away', async () => {
    const server = await startTestServer({
      OUTBOUND_BYTES_MAX: '65536',
      SIGNALS_PER_LINK: '10000',
      STRIKES_PER_MINUTE: '0',
    });
    const [ana, deaf] = [new Client(server), new Client(server, { ip: '203.0.113.2' })];
    const key = new RoomKey();
    await ana.join(key);
    const to = (await deaf.join(key)).participantId;
    // Stops reading at the TCP level, as a stalled network does.
    const { transport } = deaf.socket.io.engine;
    const { ws } = transport as unknown as { ws: { pause(): void; resume(): void } };
    ws.pause();
    const box = someBox(16_384);
    let gone = false;
    for (let n = 0; n < 2_000 && !gone; n++) {
      const outcome = await ana.call('signal:send', { roomId: key.roomId, to, id: newSignalId(), box });
      gone = !outcome.ok && outcome.code === 'participant-gone';
    }
    expect(gone).toBe(true);
    expect((await ana.hear('participant:away')).participantId).toBe(to);
    expect((await server.metrics()).errors['slow-consumer']).toBe(1);
    await until(async () => (await server.health()).connections === 1, 'the slow socket was cut');
    ws.resume();
  });
});

/** A WebSocket that says just what it is told to. */
function rawSocket(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SIGNALING_PATH}/?EIO=4&transport=websocket`);
  onTestFinished(() => socket.terminate());
  socket.on('error', () => {});
  return soon(new Promise((resolve) => socket.once('open', () => resolve(socket))), 'open');
}
const closeOf = (socket: WebSocket) => soon(new Promise<number>((resolve) => socket.once('close', resolve)), 'close');

/** TCP connections that say nothing, to be closed by the far end or by the test. */
function silentConnections(port: number) {
  const open = (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    // Notices when it is closed.
    socket.resume();
    onTestFinished(() => void socket.destroy());
    return soon(new Promise((resolve) => socket.once('connect', () => resolve(socket))), 'connection');
  };
  return {
    open,
    /** The answer on a connection that is cut: nothing. */
    async cut(): Promise<string> {
      const socket = connect(port, '127.0.0.1');
      let heard = '';
      socket.on('error', () => {});
      socket.on('data', (part) => {
        heard += part.toString();
      });
      await soon(new Promise((resolve) => socket.once('close', resolve)), 'cut');
      return heard;
    },
  };
}

describe('TCP connections of one address (P4, R2)', () => {
  it('over the number are cut without an answer, until others close; whoever closes leaves nothing', async () => {
    const server = await startTestServer({ TRUST_PROXY: '192.0.2.1', CONNECTIONS_PER_ADDRESS: '3' });
    const silent = silentConnections(server.port);
    const held = [await silent.open(), await silent.open(), await silent.open()];
    expect([await silent.cut(), await silent.cut()]).toEqual(['', '']);
    held[0]?.destroy();
    const ask = async (): Promise<string> => {
      const answer = await fetch(`${server.url}/metrics`, { headers: { connection: 'close' } });
      return answer.text();
    };
    await until(
      () =>
        ask().then(
          (text) => text.includes('parley_rate_limited_total{limit="connections"}'),
          () => false,
        ),
      'answered when one is closed',
    );
    for (const socket of held) socket.destroy();
    for (let n = 0; n < 10; n++)
      await until(
        () =>
          ask().then(
            () => true,
            () => false,
          ),
        'answered again',
      );
  });

  it('of a proxy that is trusted are not counted', async () => {
    const server = await startTestServer({ TRUST_PROXY: '127.0.0.1', CONNECTIONS_PER_ADDRESS: '1' });
    const silent = silentConnections(server.port);
    for (let n = 0; n < 5; n++) await silent.open();
    expect((await server.metrics()).rate_limits.connections).toBeUndefined();
  });

  it('are counted before TLS, and given back after it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const ca = await makeCertificate(folder);
    const server = await startTestServer({
      TRUST_PROXY: '192.0.2.1',
      CONNECTIONS_PER_ADDRESS: '2',
      TLS_CERT_FILE: join(folder, 'fullchain.pem'),
      TLS_KEY_FILE: join(folder, 'privkey.pem'),
    });
    const silent = silentConnections(server.port);
    const held = [await silent.open(), await silent.open()];
    expect(await silent.cut()).toBe('');
    // At once, not when everybody who says nothing is closed.
    expect(held.map(({ destroyed }) => destroyed)).toEqual([false, false]);
    for (const socket of held) socket.destroy();
    const ask = (): Promise<boolean> =>
      new Promise((resolve) => {
        const asked = get(
          { port: server.port, host: '127.0.0.1', path: '/health/live', ca, servername: 'localhost', agent: false },
          (answer) => {
            answer.resume();
            answer.once('end', () => resolve(answer.statusCode === 200));
          },
        );
        asked.once('error', () => resolve(false));
      });
    for (let n = 0; n < 6; n++) await until(ask, 'answered over TLS');
  });
});

describe('half-open sockets (P4)', () => {
  it('that never say who they are, are closed', async () => {
    const server = await startTestServer({ CONNECT_TIMEOUT_MS: '100' });
    await closeOf(await rawSocket(server.port));
  });

  it('that leave the namespace and keep the transport, are closed', async () => {
    const server = await startTestServer();
    const socket = await rawSocket(server.port);
    socket.send(`40{"v":${PROTOCOL_VERSION}}`);
    await until(async () => (await server.health()).connections === 1, 'connected');
    socket.send('41');
    await closeOf(socket);
    expect((await server.health()).connections).toBe(0);
  });

  it('whose frames are too large, are closed with the code for it (S11)', async () => {
    const server = await startTestServer();
    const socket = await rawSocket(server.port);
    socket.send('x'.repeat(33_000));
    expect(await closeOf(socket)).toBe(1009);
  });
});

describe('slow and strange HTTP (P3)', () => {
  const say = (port: number, text: string): Promise<string> => {
    const socket: Socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(text);
    let heard = '';
    socket.on('data', (part) => {
      heard += part.toString();
    });
    return soon(new Promise((resolve) => socket.once('close', () => resolve(heard))), 'close');
  };

  it('a head that never ends is cut off', async () => {
    const server = await startTestServer();
    expect(await say(server.port, 'GET /health HTTP/1.1\r\nHost: x\r\n')).toContain('408');
  });

  it('a head that is too large is refused (S11)', async () => {
    const server = await startTestServer();
    const answer = await say(server.port, `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(9_000)}\r\n\r\n`);
    expect(answer).toContain('431');
  });

  const upgrade = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: nonsense\r\nSec-WebSocket-Version: 13\r\n\r\n`;

  it('an upgrade to elsewhere is refused, also one whose path only begins like the right one', async () => {
    const server = await startTestServer();
    for (const path of ['/elsewhere', '/', `${SIGNALING_PATH}/deeper/?EIO=4&transport=websocket`, '*', '//[']) {
      expect(await say(server.port, upgrade(path)), path).toMatch(/^HTTP\/1\.1 40[04] /);
    }
  });

  it('an upgrade of another kind is refused', async () => {
    const server = await startTestServer();
    for (const query of ['EIO=4&transport=websocket', 'EIO=3&transport=websocket', 'EIO=4&transport=polling', '%'])
      expect(await say(server.port, upgrade(`${SIGNALING_PATH}/?${query}`)), query).toContain('400');
  });

  it.each(['EIO=3&transport=websocket', 'EIO=4&transport=polling', 'transport=websocket', 'EIO=4'])(
    'an upgrade for another protocol is refused, with a key as it should be: %s',
    async (query) => {
      const server = await startTestServer();
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}${SIGNALING_PATH}/?${query}`);
      onTestFinished(() => socket.terminate());
      const said = new Promise<string>((resolve) => {
        socket.once('open', () => resolve('open'));
        socket.once('error', (failure) => resolve(failure.message));
      });
      expect(await soon(said, 'answer')).toContain('400');
    },
  );

  it('an upgrade that is torn at any moment leaves the server standing', async () => {
    const server = await startTestServer();
    const whereabouts = ['/elsewhere', `${SIGNALING_PATH}/?EIO=4&transport=websocket`];
    for (const path of [...whereabouts, ...whereabouts]) {
      const sockets = Array.from({ length: 10 }, () => connect(server.port, '127.0.0.1'));
      const half = sockets.map(
        (torn, n) =>
          new Promise<void>((resolve) => {
            torn.on('error', () => {});
            torn.write(upgrade(path), () => {
              if (n % 2 === 0) torn.resetAndDestroy();
              resolve();
            });
          }),
      );
      await Promise.all(half);
      // The server has read the others' requests too when it has answered a later one.
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
      for (const torn of sockets) torn.resetAndDestroy();
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    }
  });
});

describe('packets that are not counted as a message (P3, P4)', () => {
  it('a socket cannot be changed over to another, past limits and blocks', async () => {
    const server = await startTestServer();
    // Its first word may come together with the answer to the upgrade.
    const hello = await soon(
      new Promise<string>((resolve) => {
        const first = new WebSocket(`ws://127.0.0.1:${server.port}${SIGNALING_PATH}/?EIO=4&transport=websocket`);
        onTestFinished(() => first.terminate());
        first.once('message', (data: Buffer) => resolve(data.toString()));
      }),
      'hello',
    );
    const { sid } = JSON.parse(hello.slice(1)) as { sid: string };
    const url = `ws://127.0.0.1:${server.port}${SIGNALING_PATH}/?EIO=4&transport=websocket&sid=${sid}`;
    const second = new WebSocket(url);
    onTestFinished(() => second.terminate());
    const said = new Promise<string>((resolve) => {
      second.once('open', () => resolve('open'));
      second.once('error', (failure) => resolve(failure.message));
    });
    expect(await soon(said, 'answer')).toContain('400');
  });

  it('a socket that takes its leave in the words of Engine.IO is closed, and nothing is held against it', async () => {
    const server = await startTestServer();
    const socket = await rawSocket(server.port);
    socket.send(`40{"v":${PROTOCOL_VERSION}}`);
    await until(async () => (await server.health()).connections === 1, 'connected');
    socket.send('1');
    await closeOf(socket);
    expect((await server.health()).connections).toBe(0);
    expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(/^parley_messages_malformed_total 0$/m);
  });

  it('a socket that goes on talking after its farewell is cut off', async () => {
    const server = await startTestServer();
    const socket = await rawSocket(server.port);
    // Takes no closing handshake: what follows is not read here, and nothing answers it.
    socket.pause();
    let isCut = false;
    const tcp = (socket as unknown as { _socket: Socket })._socket;
    tcp.once('close', () => {
      isCut = true;
    });
    await until(() => {
      socket.send('nonsense');
      return isCut;
    }, 'cut');
  });

  it.each([
    ['pongs of Engine.IO', (socket: WebSocket) => socket.send('3')],
    ['packets without a meaning', (socket: WebSocket) => socket.send('6')],
    ['pings of WebSocket', (socket: WebSocket) => socket.ping(Buffer.alloc(125))],
    ['pongs of WebSocket', (socket: WebSocket) => socket.pong(Buffer.alloc(125))],
  ])('a flood of %s closes the socket and counts against its address (R7)', async (_, send) => {
    const server = await startTestServer({ STRIKES_PER_MINUTE: '0' });
    const socket = await rawSocket(server.port);
    socket.send(`40{"v":${PROTOCOL_VERSION}}`);
    await until(async () => (await server.health()).connections === 1, 'connected');
    for (let n = 0; n < 2_000; n++) send(socket);
    await closeOf(socket);
    expect((await server.health()).connections).toBe(0);
    const figures = await (await fetch(`${server.url}/metrics`)).text();
    expect(figures).toMatch(/^parley_messages_malformed_total 1$/m);
  });
});

describe('a server that is overloaded (P3)', () => {
  it('turns newcomers away with a time, goes on with those who are in, and takes them again later', async () => {
    let delayMs = 0;
    const server = await startTestServer(
      { BUSY_DELAY_MS: '200' },
      { loop: { delayMs: () => delayMs, busyShare: () => 0 } },
    );
    const key = new RoomKey();
    const [ana, ben] = [new Client(server), new Client(server, { ip: '203.0.113.2' })];
    await ana.join(key);
    const { participantId, resumeToken } = await ben.join(key);
    const isBusy = async () => (await (await fetch(`${server.url}/metrics`)).text()).includes('parley_busy 1');
    delayMs = 500;
    await until(isBusy, 'busy');
    const refused = await new Client(server, { ip: '203.0.113.3' }).refused();
    expect(refused.data).toMatchObject({ code: 'server-busy', retryAfterMs: expect.any(Number) });
    expect(refused.data?.retryAfterMs).toBeGreaterThanOrEqual(2_000);
    const elsewhere = await ana.tryJoin(new RoomKey());
    expect(elsewhere).toMatchObject({ ok: false, code: 'server-busy' });
    expect(await ben.join(key, { resumeToken })).toMatchObject({ participantId });
    const signal = { roomId: key.roomId, to: participantId, id: newSignalId(), box: someBox() };
    expect(await ana.call('signal:send', signal)).toEqual({ ok: true, value: { handedTo: 1 } });
    delayMs = 0;
    await until(async () => !(await isBusy()), 'free again');
    await new Client(server, { ip: '203.0.113.3' }).join(new RoomKey());
  });
});
