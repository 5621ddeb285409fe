import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedServerState } from '@parley/shared/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import { type TestServerProcess, temporaryFolder, testClock, testServerProcess } from '../testing/test-kit.ts';
import { createEmbeddedServer } from './embedded-server.ts';

let folder: ReturnType<typeof temporaryFolder>;
let portFile: string;
let server: TestServerProcess;
const clock = testClock();
beforeEach(() => {
  folder = temporaryFolder();
  portFile = join(folder.path, 'server.port');
  server = testServerProcess();
});
afterEach(() => folder.remove());

const addresses = [
  { address: '192.168.1.20', network: 'en0' },
  { address: '10.0.0.5', network: 'en7' },
];

function open() {
  const states: EmbeddedServerState[] = [];
  const embedded = createEmbeddedServer({
    process: server,
    portFile,
    clock,
    log: silentLog,
    changed: (state) => void states.push(state),
    addresses: async () => addresses,
  });
  return { embedded, states, ats: () => states.map(({ at }) => at) };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the embedded server', () => {
  it('listens on loopback only, on port 7350, and keeps the port', async () => {
    const { embedded, ats } = open();
    expect(await embedded.start(false)).toEqual({ at: 'running', host: '127.0.0.1:7350', lanHosts: [] });
    expect(server.starts).toEqual([{ port: 7350, lan: false, publicHosts: [] }]);
    expect(ats()).toEqual(['starting', 'running']);
    expect(readFileSync(portFile, 'utf8')).toBe('7350\n');
    await embedded.close();
    expect(server.running.size).toBe(0);
    expect(embedded.state()).toEqual({ at: 'off' });
  });

  it('takes any free port when another program has the first one, and that one from then on', async () => {
    server.taken.add(7350);
    const { embedded } = open();
    expect(await embedded.start(false)).toMatchObject({ at: 'running', host: '127.0.0.1:40001' });
    await embedded.close();
    server.taken.clear();
    expect(await open().embedded.start(false)).toMatchObject({ host: '127.0.0.1:40001' });
  });

  it('steps aside for once when its kept port is taken, and goes back to it at the next start', async () => {
    writeFileSync(portFile, '7350\n');
    server.taken.add(7350);
    const { embedded } = open();
    expect(await embedded.start(false)).toMatchObject({ at: 'running', host: '127.0.0.1:40001' });
    await embedded.close();
    server.taken.clear();
    expect(await open().embedded.start(false)).toMatchObject({ host: '127.0.0.1:7350' });
  });

  it('is opened to the network on the same port under the names others use, and closed to it again', async () => {
    const { embedded, ats } = open();
    await embedded.start(false);
    const lanHosts = [
      { host: '192.168.1.20:7350', network: 'en0' },
      { host: '10.0.0.5:7350', network: 'en7' },
    ];
    expect(await embedded.start(true)).toEqual({ at: 'running', host: '127.0.0.1:7350', lanHosts });
    expect(server.starts.at(-1)).toEqual({
      port: 7350,
      lan: true,
      publicHosts: ['192.168.1.20:7350', '10.0.0.5:7350'],
    });
    expect(embedded.inviteHost()).toBe('192.168.1.20:7350');
    expect(embedded.isOwn('10.0.0.5:7350')).toBe(true);
    expect(await embedded.start(false)).toMatchObject({ lanHosts: [] });
    expect(embedded.inviteHost()).toBe('127.0.0.1:7350');
    expect(ats()).toEqual(['starting', 'running', 'starting', 'running', 'starting', 'running']);
    expect(server.running.size).toBe(1);
  });

  it('names its addresses truthfully when the port is only known after the start', async () => {
    server.taken.add(7350);
    const { embedded } = open();
    expect(await embedded.start(true)).toMatchObject({
      lanHosts: [{ host: '192.168.1.20:40001' }, { host: '10.0.0.5:40001' }],
    });
    expect(server.starts.at(-1)?.publicHosts).toEqual(['192.168.1.20:40001', '10.0.0.5:40001']);
    expect(server.running.size).toBe(1);
  });

  it('does not start anew when nothing changes', async () => {
    const { embedded } = open();
    await embedded.start(false);
    await embedded.start(false);
    expect(server.starts).toHaveLength(1);
  });

  it('comes back after a crash, sooner at first and later when it keeps crashing', async () => {
    const { embedded, ats } = open();
    await embedded.start(false);
    for (const waitMs of [500, 1_000, 2_000]) {
      server.crash();
      expect(embedded.state().at).toBe('starting');
      clock.advance(waitMs - 1);
      await settled();
      expect(embedded.state().at).toBe('starting');
      clock.advance(1);
      await settled();
      expect(embedded.state()).toMatchObject({ at: 'running', host: '127.0.0.1:7350' });
    }
    clock.advance(60_000);
    server.crash();
    clock.advance(500);
    await settled();
    expect(embedded.state().at).toBe('running');
    expect(ats()).not.toContain('failed');
    await embedded.close();
    expect(clock.timers()).toBe(0);
  });

  it('says why it cannot run, keeps trying, and stops trying when it is closed', async () => {
    server.taken.add(7350);
    server.taken.add(40_001);
    const { embedded } = open();
    expect(await embedded.start(false)).toMatchObject({ at: 'failed', code: 'port-in-use' });
    server.taken.clear();
    clock.advance(500);
    await settled();
    expect(embedded.state().at).toBe('running');
    server.crash();
    await embedded.close();
    expect(clock.timers()).toBe(0);
    expect(server.running.size).toBe(0);
  });

  it('is off where the host runs none', async () => {
    const embedded = createEmbeddedServer({ process: null, portFile, clock, log: silentLog, changed: () => {} });
    expect(await embedded.start(false)).toEqual({ at: 'off' });
    expect(embedded.host()).toBeNull();
  });
});
