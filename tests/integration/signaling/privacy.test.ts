import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer } from '#support/server.ts';
import { startCollector } from './collector.ts';
import { Client, newSignalId, PUBLIC_HOST, RoomKey, someBox, startTestServer, until } from './harness.ts';

describe('the log of the server (S9, P1)', () => {
  it('holds no room id, participant, token, proof, box, TURN credential or address at any level of log', async () => {
    const collector = await startCollector();
    const server = await startTestServer({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      TURN_URLS: 'turn:turn.parley.test',
      TURN_SECRET: 'a-secret-of-enough-characters-for-coturn',
      STRIKES_PER_MINUTE: '10',
      SEAT_GRACE_MS: '20',
    });
    const ip = '198.51.100.77';
    const key = new RoomKey();
    const [ana, ben] = [new Client(server, { ip }), new Client(server, { ip: '2001:db8:77:88::99' })];
    const first = await ana.join(key);
    const second = await ben.join(key);
    const box = someBox();
    const challenge = await ana.challenge();
    await ana.call('signal:send', { roomId: key.roomId, to: second.participantId, id: newSignalId(), box });
    await ana.call('stream:start', { roomId: key.roomId, kind: 'camera' });
    await ben.call('room:leave', { roomId: key.roomId });
    // Everything that goes wrong must be as discreet.
    await ana.raw('room:join', { roomId: key.roomId, box, resumeToken: first.resumeToken });
    await ana.tryJoin(key, { challenge, prover: new RoomKey() });
    for (let n = 0; n < 12; n++) ana.socket.emit('nonsense', box);
    await ana.hear('server:closing');
    await until(async () => (await server.health()).participants === 0, 'all gone');
    const credentials = first.ice.iceServers.flatMap(({ username, credential }) => [username, credential]);
    const secrets = [
      key.roomId,
      key.authPub,
      first.participantId,
      second.participantId,
      first.resumeToken,
      second.resumeToken,
      box,
      challenge,
      ip,
      '2001:db8:77:88',
      '127.0.0.1',
      ...credentials.filter((text) => text !== undefined),
    ];
    const figures = [
      await (await fetch(`${server.url}/metrics`)).text(),
      JSON.stringify(await server.metrics()),
      JSON.stringify(await server.health()),
    ];
    await server.close();
    const written = [server.lines.join(), ...figures, ...collector.bodies].join('\n');
    expect(server.lines.length).toBeGreaterThan(10);
    expect(written).toContain('address blocked');
    expect(collector.bodies.join()).toContain('room:join');
    expect(secrets.filter((secret) => written.includes(secret))).toEqual([]);
  });
});

describe('the messages that the server receives (P1)', () => {
  it('can be recorded by a test, so that it can be searched: requests as they came, frames readable', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-recorded-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const recordTo = join(folder, 'received.log');
    const server = await startServer({ recordTo, env: { PUBLIC_HOSTS: PUBLIC_HOST, SHUTDOWN_GRACE_MS: '0' } });
    onTestFinished(() => server.close());
    const [ana, ben] = [new Client(server), new Client(server)];
    const key = new RoomKey();
    await ana.join(key);
    await ben.join(key);
    const box = someBox(2_000);
    await ana.call('signal:send', { roomId: key.roomId, to: '*', id: newSignalId(), box });
    await fetch(`http://127.0.0.1:${server.port}/health?marker-in-a-url`);
    await server.close();
    const received = readFileSync(recordTo, 'utf8');
    expect(received).toContain('marker-in-a-url');
    expect(received).toContain(box);
    expect(received.split('\n').filter((line) => line.includes('"room:join"'))).toHaveLength(2);
  });
});
