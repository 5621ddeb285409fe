import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@parley/signaling-server/config.ts';
import { type SignalingServer, startSignaling } from '@parley/signaling-server/server.ts';
import { FakeClock } from '@parley/signaling-server/testing/fake-clock.ts';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { freePort, needProgram, type Program, startProgram } from '#support/programs.ts';
import { REPOSITORY } from '#support/repository.ts';
import { until } from '#support/wait.ts';

const SECRET = 'Zk3vT9qLx7Wm2Rb8Yc5Nf1Hd6Gj4Ps0A';
const ADMIN_TOKEN = '5b0c41d2f1f84b0c9d3b7c1e6a9f20d47e31';
const Health = z.object({
  status: z.string(),
  checks: z.object({
    relay: z
      .strictObject({
        status: z.string(),
        value: z.number().nullable(),
        threshold: z.number(),
        unit: z.string(),
        duration_ms: z.number(),
      })
      .optional(),
  }),
});

/** coturn refuses loopback before it looks at any list, so the relay needs an address that is none. */
const ownAddress = (): string =>
  Object.values(networkInterfaces())
    .flat()
    .find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address ?? '127.0.0.1';

describe('a server that tests its relay, with the real coturn (S19)', () => {
  let folder: string;
  let port: number;
  let relay: Program | undefined;
  let server: SignalingServer | undefined;
  let clock: FakeClock;
  let logged: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-relay-'));
    port = await freePort();
    clock = new FakeClock(Date.now());
    logged = [];
  });
  afterEach(async () => {
    // Its clock stands still, so nobody would be waited for.
    const closing = server?.close();
    const stop = setInterval(() => clock.advance(1_000), 20);
    await closing;
    clearInterval(stop);
    await relay?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function startRelay(secret: string, more: Record<string, string> = {}): Promise<Program> {
    needProgram('turnserver');
    const started = startProgram(
      '/bin/sh',
      [
        join(REPOSITORY, 'build/deploy/coturn/start.sh'),
        '--listening-ip=127.0.0.1',
        `--listening-port=${port}`,
        `--pidfile=${join(folder, 'pid')}`,
      ],
      {
        env: {
          PATH: `${process.env.PATH ?? ''}:/usr/sbin`,
          TMPDIR: folder,
          TURN_SECRET: secret,
          TURN_REALM: 'relay.test',
          TURN_PUBLIC_ADDRESS: '203.0.113.10',
          TURN_RELAY_ADDRESS: ownAddress(),
          ...more,
        },
        cwd: folder,
      },
    );
    await started.whenever('coturn to listen', async () => {
      const socket = connect(port, '127.0.0.1');
      try {
        await once(socket, 'connect');
        return true;
      } finally {
        socket.destroy();
      }
    });
    return started;
  }

  async function startTested(settings: Record<string, string> = {}): Promise<SignalingServer> {
    const reading = readConfig({
      PORT: '0',
      TURN_URLS: `turn:127.0.0.1:${port}?transport=udp`,
      TURN_SECRET: SECRET,
      ADMIN_TOKEN,
      ...settings,
    });
    if (!reading.ok) throw new Error(reading.problems.join('\n'));
    const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
    const started = await startSignaling(reading.config, { clock, log });
    clock.advance(5_000);
    return started;
  }
  const health = async () => Health.parse(await (await fetch(`${server?.url}/health`)).json());
  const relayCheck = (fits: (check: NonNullable<z.infer<typeof Health>['checks']['relay']>) => boolean) =>
    until('the test of the relay', async () => {
      const answer = await health();
      return answer.checks.relay && fits(answer.checks.relay) ? answer : undefined;
    });
  const Overview = z.object({ health: z.object({ checks: z.object({ relay: z.object({ reason: z.string() }) }) }) });
  /** As the admin alone is told it. */
  const reason = async (): Promise<string> => {
    const answer = await fetch(`${server?.url}/admin/api/overview`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    return Overview.parse(await answer.json()).health.checks.relay.reason;
  };
  const metrics = async () => (await fetch(`${server?.url}/metrics`)).text();

  it('is well while the relay works, degraded when it stops, and well again when it is back', async () => {
    relay = await startRelay(SECRET);
    server = await startTested();
    expect((await relayCheck(({ value }) => (value ?? 0) > 0)).checks.relay?.status).toBe('ok');
    expect(await metrics()).toMatch(/^parley_relay_up\{url="turn:127.0.0.1:\d+\?transport=udp"\} 1$/m);
    await relay.close();
    clock.advance(300_000);
    const stopped = await relayCheck(({ status }) => status === 'degraded');
    expect(stopped.status).toBe('degraded');
    expect(await reason()).toContain('coturn must be running');
    expect(logged.join('')).toContain('coturn must be running');
    expect(await metrics()).toMatch(/^parley_relay_up\{.*\} 0$/m);
    relay = await startRelay(SECRET);
    clock.advance(30_000);
    await relayCheck(({ status }) => status === 'ok');
  });

  it('says that the secret is wrong', async () => {
    relay = await startRelay('another-secret-that-is-long-enough-too');
    server = await startTested();
    await relayCheck(({ status }) => status === 'degraded');
    expect(await reason()).toContain('TURN_SECRET must equal static-auth-secret');
    expect(await reason()).not.toContain(SECRET);
  });

  it('says that the relay offers an address that it denies itself, as without external-ip behind a translated address', async () => {
    relay = await startRelay(SECRET, { TURN_PUBLIC_ADDRESS: ownAddress(), TURN_DENIED_PEERS: ownAddress() });
    server = await startTested();
    await relayCheck(({ status }) => status === 'degraded');
    expect(await reason()).toContain('external-ip of coturn is missing');
  });

  it('has no such check where no relay is configured', async () => {
    server = await startTested({ TURN_URLS: '', TURN_SECRET: '' });
    expect((await health()).checks.relay).toBeUndefined();
    expect(await metrics()).not.toContain('parley_relay');
  });
});
