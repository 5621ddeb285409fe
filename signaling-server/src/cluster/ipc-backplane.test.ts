import { describe, expect, it } from 'vitest';
import { FakeClock } from '../fake-clock.ts';
import type { BackplaneListener } from './backplane.ts';
import { hostBackplane, ipcBackplane } from './ipc-backplane.ts';
import { MemoryHub } from './memory-hub.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Workers and their parent, with everything they say turned into JSON and back, one turn later. */
function setUp() {
  const hub = new MemoryHub(new FakeClock());
  const join = async (name: string, onMessage: BackplaneListener['onMessage'] = () => {}) => {
    const listeners = new Set<(message: unknown) => void>();
    const pass = (to: (message: unknown) => void) => (message: object) => {
      const text = JSON.stringify(message);
      setImmediate(() => to(JSON.parse(text)));
    };
    const host = hostBackplane(
      hub,
      pass((message) => {
        for (const listener of listeners) listener(message);
      }),
    );
    const open = ipcBackplane(
      {
        send: pass((message) => host.take(message)),
        onMessage: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      name,
    );
    return { backplane: await open({ onMessage, onUp: () => {}, onDown: () => {} }), drop: () => host.drop() };
  };
  return { join };
}

describe('the backplane of workers', () => {
  it('lets one of several writers through, and every change counts', async () => {
    const { join } = setUp();
    const workers = await Promise.all(['one', 'two', 'three'].map((name) => join(name)));
    const add = async (worker: (typeof workers)[number]): Promise<void> => {
      for (;;) {
        const [stored] = await worker.backplane.read(['counter']);
        const next = String(Number(stored?.value ?? 0) + 1);
        if ((await worker.backplane.write('counter', stored?.version ?? 0, next, 60_000)) !== undefined) return;
      }
    };
    await Promise.all(workers.flatMap((worker) => Array.from({ length: 20 }, () => add(worker))));
    expect((await workers[0]?.backplane.read(['counter', 'other']))?.map((stored) => stored?.value)).toEqual([
      '60',
      undefined,
    ]);
  });

  it('brings messages in order, and none to a worker that is gone', async () => {
    const { join } = setUp();
    const heard: string[] = [];
    const one = await join('one');
    const two = await join('two', (text) => void heard.push(text));
    for (const text of ['a', 'b', 'c']) expect(await one.backplane.send('two', text)).toBe(true);
    const last = one.backplane.send('two', 'd');
    await two.backplane.close();
    expect(heard).toEqual((await last) ? ['a', 'b', 'c', 'd'] : ['a', 'b', 'c']);
    expect(await one.backplane.send('two', 'e')).toBe(false);
    expect(await one.backplane.nodes()).toEqual(['one']);
    one.drop();
    await settle();
    await expect(one.backplane.nodes()).resolves.toEqual([]);
  });
});
