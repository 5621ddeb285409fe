import { describe, expect, it } from 'vitest';
import { testClock } from '#core/testing/test-kit.ts';
import { utilityServerProcess } from './server-process.ts';
import { FakeChild } from './testing/fake-utility.ts';

describe('the signaling server in a utility process', () => {
  const options = { port: 7350, lan: false, publicHosts: [] };
  const start = () => {
    const forks: { file: string; args: string[]; env: Record<string, string> }[] = [];
    const child = new FakeChild();
    const clock = testClock();
    const server = utilityServerProcess(
      {
        fork: (file, args, forkOptions) => {
          forks.push({ file, args: args ?? [], env: { ...(forkOptions?.env as Record<string, string>) } }); // as given
          return child.asUtilityProcess();
        },
      },
      '/out/main/server-host.js',
      clock,
    );
    return { child, clock, forks, started: server.start(options) };
  };

  it('gets its settings by environment, on loopback alone, and nothing of ours beside', async () => {
    const { child, forks, started, clock } = start();
    child.emit('message', 'noise');
    child.emit('message', { type: 'listening', port: 7350 });
    expect(await started).toMatchObject({ ok: true, value: { port: 7350 } });
    expect(forks).toMatchObject([
      { file: '/out/main/server-host.js', args: [], env: { HOST: '127.0.0.1', PORT: '7350' } },
    ]);
    expect(Object.keys(forks[0]?.env ?? {})).not.toContain('HOME');
    expect(clock.timers()).toBe(0);
  });

  it('says why it did not start', async () => {
    const taken = start();
    taken.child.emit('message', { type: 'failed', code: 'port-in-use' });
    expect(await taken.started).toMatchObject({ code: 'port-in-use' });
    const dead = start();
    dead.child.emit('exit', 1);
    expect(await dead.started).toMatchObject({ code: 'internal' });
    const silent = start();
    silent.clock.advance(15_000);
    expect(await silent.started).toMatchObject({ code: 'timed-out' });
    expect(silent.child.kills).toBe(1);
  });

  it('tells when it ends by itself, and not when it is closed', async () => {
    const crashed = start();
    crashed.child.emit('message', { type: 'listening', port: 1 });
    const first = await crashed.started;
    const told = new Promise<void>((resolve) => first.ok && first.value.onEnded(resolve));
    crashed.child.emit('exit', 9);
    await told;

    const closed = start();
    closed.child.emit('message', { type: 'listening', port: 1 });
    const second = await closed.started;
    let ended = false;
    if (second.ok) {
      second.value.onEnded(() => {
        ended = true;
      });
      const closing = second.value.close();
      expect(closed.child.kills).toBe(1);
      closed.child.emit('exit', 0);
      await closing;
    }
    expect(ended).toBe(false);
    expect(closed.clock.timers()).toBe(0);
  });
});
