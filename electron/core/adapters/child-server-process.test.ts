import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunningServer } from '../ports.ts';
import { childServerProcess, serverEnvironment } from './child-server-process.ts';

const open: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
const start = async (port: number) => {
  const main = join(import.meta.dirname, '../testing/children/report-as-server.ts');
  const outcome = await childServerProcess(main).start({ port, lan: false, publicHosts: [] });
  if (outcome.ok) open.push(outcome.value);
  return outcome;
};

describe('the server in a child process', () => {
  it('says where it listens, and is gone after close without being called ended', async () => {
    const outcome = await start(0);
    if (!outcome.ok) throw new Error(outcome.code);
    expect(outcome.value.port).toBe(40_001);
    let ended = false;
    outcome.value.onEnded(() => {
      ended = true;
    });
    await outcome.value.close();
    expect(ended).toBe(false);
  });

  it('says that its port is taken, or that it could not start', async () => {
    expect(await start(1)).toMatchObject({ ok: false, code: 'port-in-use' });
    expect(await start(2)).toMatchObject({ ok: false, code: 'internal' });
  });

  it('tells when it ends by itself', async () => {
    const outcome = await start(3);
    if (!outcome.ok) throw new Error(outcome.code);
    await new Promise<void>((resolve) => outcome.value.onEnded(resolve));
  });

  it('gets its configuration in the environment, loopback only unless the network is wanted', () => {
    expect(serverEnvironment({ port: 7350, lan: false, publicHosts: [] })).toMatchObject({
      HOST: '127.0.0.1',
      PORT: '7350',
      PUBLIC_HOSTS: '',
    });
    // The admin's routes are shut to a network, under a token that nobody knows.
    const tokens = [1, 2].map(() => serverEnvironment({ port: 1, lan: true, publicHosts: [] }).ADMIN_TOKEN);
    expect(tokens[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(tokens[0]).not.toBe(tokens[1]);
    expect(serverEnvironment({ port: 1, lan: true, publicHosts: ['a:1', 'b:1'] })).toMatchObject({
      HOST: '0.0.0.0',
      PUBLIC_HOSTS: 'a:1,b:1',
    });
  });
});
