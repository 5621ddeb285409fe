import { describe, expect, it } from 'vitest';
import { countOpenSockets, type OpenSockets } from '../limits/open-sockets.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { hostOpenSockets, shareOpenSockets } from './shared-sockets.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const take = (from: OpenSockets): Promise<boolean> => Promise.resolve(from.take('a', 3));

/** Workers and their parent, with everything they say turned into JSON and back, one turn later. */
function setUp() {
  const clock = new FakeClock();
  const parent = hostOpenSockets();
  /** What the parent has not read yet; undefined while it reads at once. */
  let unread: (() => void)[] | undefined;
  const join = (id: number) => {
    const listeners = new Set<(message: unknown) => void>();
    const answer = (message: object): void => {
      const text = JSON.stringify(message);
      setImmediate(() => {
        for (const listener of listeners) listener(JSON.parse(text));
      });
    };
    return shareOpenSockets(
      {
        send: (message) => {
          const text = JSON.stringify(message);
          const read = (): void => parent.take(id, JSON.parse(text), answer);
          if (unread) unread.push(read);
          else setImmediate(read);
        },
        onMessage: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      clock,
    );
  };
  return {
    clock,
    parent,
    workers: [join(1), join(2)] as const,
    stall: () => {
      unread = [];
    },
    goOn: () => {
      const found = unread ?? [];
      unread = undefined;
      for (const read of found) read();
    },
  };
}

describe('the sockets an address has open (R2)', () => {
  it('are counted by a process for itself, and what is given back leaves nothing', () => {
    const open = countOpenSockets();
    expect([open.take('a', 2), open.take('a', 2), open.take('a', 2), open.take('b', 2)]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    open.giveBack('a');
    expect([open.take('a', 2), open.take('a', 2)]).toEqual([true, false]);
  });

  it('are counted over all workers, however many come at once', async () => {
    const { clock, parent, workers } = setUp();
    const [one, two] = workers;
    const taken = await Promise.all(Array.from({ length: 10 }, (_, n) => take(n % 2 === 0 ? one : two)));
    expect(taken.filter(Boolean)).toHaveLength(3);
    expect(await two.take('b', 3)).toBe(true);
    expect([await one.take('a', 3), await two.take('a', 3)]).toEqual([false, false]);
    one.giveBack('a');
    expect([await two.take('a', 3), await two.take('a', 3)]).toEqual([true, false]);
    expect(clock.pending).toBe(0);
    two.giveBack('b');
    await settle();
    expect(parent.size).toBe(1);
  });

  it('of a worker that ended are nobody’s', async () => {
    const { parent, workers } = setUp();
    const [one, two] = workers;
    for (let n = 0; n < 3; n++) await one.take('a', 3);
    expect(await two.take('a', 3)).toBe(false);
    await settle();
    parent.drop(1);
    expect([parent.size, await two.take('a', 3)]).toEqual([0, true]);
  });

  it('are counted by each worker while the parent answers nothing, and right when it does (S13, P6)', async () => {
    const { clock, workers, stall, goOn } = setUp();
    const [one, two] = workers;
    expect(await one.take('a', 3)).toBe(true);
    stall();
    const late = [take(two), take(two), take(two), take(two)];
    clock.advance(1_000);
    expect(await Promise.all(late)).toEqual([true, true, true, false]);
    two.giveBack('a');
    goOn();
    await settle();
    // One and two: as many as there may be.
    expect([await one.take('a', 3), await two.take('a', 3)]).toEqual([false, false]);
    two.giveBack('a');
    expect([await one.take('a', 3), await one.take('a', 3)]).toEqual([true, false]);
  });
});
