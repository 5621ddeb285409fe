import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import type { BackplaneListener } from './backplane.ts';
import { hostBackplane, ipcBackplane } from './ipc-backplane.ts';
import { MemoryHub } from './memory-hub.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Workers and their parent, with everything they say turned into JSON and back, one turn later. */
function setUp() {
  const clock = new FakeClock();
  const hub = new MemoryHub(clock);
  /** What the parent has not read yet; undefined while it reads at once. */
  let unread: (() => void)[] | undefined;
  const join = async (name: string, onMessage: BackplaneListener['onMessage'] = () => {}, admits?: () => boolean) => {
    const noted: string[] = [];
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
      admits,
    );
    const open = ipcBackplane(
      {
        send: pass((message) => {
          if (unread) unread.push(() => host.take(message));
          else host.take(message);
        }),
        onMessage: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      name,
      clock,
    );
    const backplane = await open({ onMessage, onUp: () => noted.push('up'), onDown: () => noted.push('down') });
    return { backplane, noted, drop: () => host.drop() };
  };
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1_000);
      for (let turn = 0; turn < 4; turn++) await settle();
    }
  };
  return {
    join,
    pass,
    /** As a parent that is stopped or has much to do. */
    stall: () => {
      unread = [];
    },
    get unread() {
      return unread?.length ?? 0;
    },
    goOn: () => {
      const found = unread ?? [];
      unread = undefined;
      for (const read of found) read();
    },
  };
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

  it('refuses what is for a worker that reads nothing, and brings the rest (P4)', async () => {
    const { join } = setUp();
    const heard: string[] = [];
    let reads = true;
    const one = await join('one');
    const two = await join(
      'two',
      (text) => void heard.push(text),
      () => reads,
    );
    expect(await one.backplane.send('two', 'a')).toBe(true);
    reads = false;
    await expect(one.backplane.send('two', 'b')).rejects.toThrow();
    reads = true;
    expect(await one.backplane.send('two', 'c')).toBe(true);
    await two.backplane.close();
    expect(heard).toEqual(['a', 'c']);
  });

  it('refuses within three seconds when the parent answers nothing, asks no more of it, and is whole when it does (S13, P6)', async () => {
    const parent = setUp();
    const one = await parent.join('one');
    const heard: string[] = [];
    await parent.join('two', (text) => void heard.push(text));
    await parent.pass(10);
    expect(one.noted).toEqual([]);

    parent.stall();
    const outcomes = Promise.allSettled([
      one.backplane.read(['a']),
      one.backplane.write('a', 0, 'x', 60_000),
      one.backplane.send('two', 'late'),
    ]);
    await parent.pass(3);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect([one.backplane.isUp(), one.noted]).toEqual([false, ['down']]);
    await settle();
    const { unread } = parent;
    await expect(one.backplane.nodes()).rejects.toThrow();
    await parent.pass(600);
    expect(parent.unread).toBe(unread);

    parent.goOn();
    await parent.pass(1);
    expect([one.backplane.isUp(), one.noted]).toEqual([true, ['down', 'up']]);
    // What was asked before the refusal came through all the same: whoever asked cannot know.
    expect(heard).toEqual(['late']);
    expect((await one.backplane.read(['a']))[0]?.value).toBe('x');
    await parent.pass(10);
    expect(one.noted).toEqual(['down', 'up']);
  });

  it('closes without the parent when that answers nothing (S14)', async () => {
    const parent = setUp();
    const one = await parent.join('one');
    parent.stall();
    let isClosed = false;
    const closing = one.backplane.close().then(() => {
      isClosed = true;
    });
    await parent.pass(3);
    expect(isClosed).toBe(true);
    await closing;
    await expect(one.backplane.send('two', 'more')).rejects.toThrow();
  });
});
