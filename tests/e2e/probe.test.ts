import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startLoopbackRelay, type TestRelay } from '#support/loopback-relay.ts';
import { startProcess } from '#support/processes.ts';
import { freePort } from '#support/programs.ts';
import { startServer, type TestServer } from '#support/server.ts';

const Report = z.object({
  ok: z.boolean(),
  problems: z.array(z.string()),
  signaling: z.object({ connectMs: z.number(), joinMs: z.number(), relays: z.array(z.string()) }).nullable(),
  calls: z.array(
    z.object({
      kind: z.enum(['direct', 'relayed']),
      problem: z.string().nullable(),
      firstFrameMs: z.number().nullable(),
      framesDecoded: z.number(),
      path: z.string().nullable(),
    }),
  ),
});

async function probe(server: string, ...more: string[]) {
  const running = startProcess({ args: ['tests/probe/main.ts', '--server', server, '--json', ...more] });
  const { code } = await running.ended;
  const last = running.lines.at(-1);
  if (last === undefined) throw new Error(running.errorText);
  return { code, report: Report.parse(JSON.parse(last)), said: running.errorText };
}

describe('the probe (S18)', () => {
  let folder: string;
  let relay: TestRelay;
  let relayed: TestServer;
  let plain: TestServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-probe-e2e-'));
    relay = await startLoopbackRelay();
    const { env } = relay;
    [relayed, plain] = await Promise.all([startServer({ env }), startServer()]);
  });
  afterAll(async () => {
    await Promise.all([relayed?.close(), plain?.close(), relay?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('makes a direct and a relayed call, and leaves what it measured for Prometheus', async () => {
    const file = join(folder, 'parley.prom');
    const { code, report, said } = await probe(`http://${relayed.host}`, '--relay', '--metrics-file', file);
    expect(report.problems, said).toEqual([]);
    expect(code).toBe(0);
    expect(report.calls.map(({ kind }) => kind)).toEqual(['direct', 'relayed']);
    for (const { framesDecoded, firstFrameMs, path, kind } of report.calls) {
      expect(framesDecoded).toBeGreaterThanOrEqual(60);
      expect(firstFrameMs).toBeGreaterThan(0);
      // A check that comes before the candidate it is sent from makes that candidate a peer-reflexive one.
      expect(path).toMatch(kind === 'relayed' ? /^relay ↔ relay/ : /^(host|prflx) ↔ (host|prflx)/);
    }
    expect(await readFile(file, 'utf8')).toContain(`parley_probe_success{server="${relayed.host}"} 1\n`);
  });

  it('says that there is no relay where one is needed', async () => {
    const { code, report } = await probe(`http://${plain.host}`, '--relay');
    expect(code).toBe(1);
    expect(report.problems).toEqual([expect.stringContaining('TURN_URLS')]);
    expect(report.calls).toEqual([expect.objectContaining({ kind: 'direct', problem: null })]);
  });

  it('says in one sentence why nobody can join', async () => {
    const file = join(folder, 'failed.prom');
    // As behind a proxy whose name the server was not told.
    const proxy = createServer((socket) => {
      const onward = connect(plain.port, '127.0.0.1');
      socket.on('error', () => onward.destroy());
      onward.on('error', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void proxy.close());
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo; // a TCP server that listens has one
    const name = `127.0.0.1:${port}`;
    const wrongName = await probe(`http://${name}`, '--metrics-file', file);
    expect(wrongName.code).toBe(1);
    expect(wrongName.report).toMatchObject({ ok: false, signaling: null, calls: [] });
    expect(wrongName.report.problems).toEqual([expect.stringContaining(`no proofs for ${name}. PUBLIC_HOSTS`)]);
    expect(await readFile(file, 'utf8')).toContain(`parley_probe_success{server="${name}"} 0\n`);
    const nobody = await probe(`http://127.0.0.1:${await freePort()}`);
    expect(nobody.code).toBe(1);
    expect(nobody.report.problems).toEqual([expect.stringContaining('does not answer')]);
  });

  it('refuses an address that the app would not use, before anything is opened', async () => {
    for (const wrong of [['--server', 'http://parley.example.org'], ['--server', 'parley.example.org'], []]) {
      const refused = startProcess({ args: ['tests/probe/main.ts', ...wrong] });
      expect((await refused.ended).code).toBe(2);
      expect(refused.errorText).toContain('https://');
    }
  });
});
