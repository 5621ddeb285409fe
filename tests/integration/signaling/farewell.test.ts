import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROTOCOL_VERSION, SIGNALING_PATH } from '@parley/shared/protocol';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificate } from '#support/programs.ts';
import { Client, newSignalId, RoomKey, someBox, soon, startTestServer, until } from './harness.ts';

describe('the last words on a connection (P4, P7)', () => {
  it('reach a client over TLS: the refusal, the reason of the end, and the end itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-cert-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await makeCertificate(folder);
    const server = await startTestServer({
      TLS_CERT_FILE: join(folder, 'fullchain.pem'),
      TLS_KEY_FILE: join(folder, 'privkey.pem'),
      STRIKES_PER_MINUTE: '1',
    });
    const socket = io(`https://127.0.0.1:${server.port}`, {
      path: SIGNALING_PATH,
      transports: ['websocket'],
      reconnection: false,
      ca: readFileSync(join(folder, 'fullchain.pem'), 'utf8'),
      auth: { v: PROTOCOL_VERSION },
    });
    onTestFinished(() => void socket.disconnect());
    await soon(new Promise((resolve) => socket.once('connect', () => resolve(null))), 'connection');
    const heard: unknown[] = [];
    socket.on('server:closing', (said: unknown) => heard.push(said));
    const ended = soon(new Promise((resolve) => socket.once('disconnect', resolve)), 'end');
    const answers = [1, 2].map((n) => new Promise((resolve) => socket.emit('nonsense', n, resolve)));
    expect(await soon(answers[0] ?? Promise.reject(), 'answer')).toMatchObject({ ok: false, code: 'unknown-call' });
    await ended;
    expect(heard).toEqual([{ code: 'blocked' }]);
  });

  it('are not slow-consumer for a client that reads: the server may hold packets of one turn back', async () => {
    const server = await startTestServer();
    const key = new RoomKey();
    const [ana, ben] = [new Client(server), new Client(server, { ip: '203.0.113.2' })];
    await ben.join(key);
    await ana.join(key);
    const box = someBox(40);
    const sent = Array.from({ length: 900 }, () =>
      ana.call('signal:send', { roomId: key.roomId, to: '*', id: newSignalId(), box }),
    );
    expect((await Promise.all(sent)).filter(({ ok }) => !ok)).toEqual([]);
    await until(() => ben.heard.filter(({ event }) => event === 'signal:received').length === 900, 'heard');
    expect((await server.metrics()).errors['slow-consumer']).toBeUndefined();
  });
});
