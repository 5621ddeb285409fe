import { describe, expect, it } from 'vitest';
import { openPageLock } from './page-lock.ts';
import { settled } from './testing/fake-clock.ts';

type Held = { give: (lock: Lock | null) => unknown; end: (reason?: Error) => void };
const LOCK = { name: 'parley-window', mode: 'exclusive' } as Lock; // only its being there is looked at

/** The locks of one browser, as far as one name is held exclusively. */
function fakeLocks() {
  let held: Held | undefined;
  const queue: Held[] = [];
  const next = (): void => {
    held = queue.shift();
    held?.give(LOCK);
  };
  const request = (_name: string, ...rest: unknown[]): Promise<unknown> => {
    const callback = rest.at(-1) as (lock: Lock | null) => unknown;
    const { ifAvailable = false, steal = false } = (rest.length > 1 ? rest[0] : {}) as LockOptions;
    return new Promise((resolve, reject) => {
      const mine: Held = {
        give: (lock) => queueMicrotask(() => void Promise.resolve(callback(lock)).then(resolve, reject)),
        end: reject,
      };
      if (steal) {
        held?.end(new DOMException('stolen', 'AbortError'));
        held = mine;
        mine.give(LOCK);
      } else if (!held) {
        held = mine;
        mine.give(LOCK);
      } else if (ifAvailable) mine.give(null);
      else queue.push(mine);
    });
  };
  return { locks: { request } as unknown as Pick<LockManager, 'request'>, closeHolder: next };
}

/** A window of the browser; loading it anew makes another page in it. */
function openWindow(locks: Pick<LockManager, 'request'>) {
  const stored = new Map<string, string>();
  const seen: string[] = [];
  let takeOver = () => {};
  const load = (): void => {
    ({ takeOver } = openPageLock({
      locks,
      storage: {
        getItem: (key) => stored.get(key) ?? null,
        setItem: (key, value) => void stored.set(key, value),
        removeItem: (key) => void stored.delete(key),
      },
      reload: () => {
        seen.push('reload');
        load();
      },
      here: () => seen.push('here'),
      elsewhere: () => seen.push('elsewhere'),
    }));
  };
  load();
  return { seen, takeOver: () => takeOver() };
}

describe('windows of one profile', () => {
  it('are used one at a time: the second waits until the first is closed', async () => {
    const { locks, closeHolder } = fakeLocks();
    const first = openWindow(locks);
    await settled();
    const second = openWindow(locks);
    await settled();
    expect([first.seen, second.seen]).toEqual([['here'], ['elsewhere']]);
    closeHolder();
    await settled();
    expect(second.seen).toEqual(['elsewhere', 'here']);
  });

  it('are taken over where the person wants that, and the other one says so', async () => {
    const { locks, closeHolder } = fakeLocks();
    const first = openWindow(locks);
    await settled();
    const second = openWindow(locks);
    await settled();
    second.takeOver();
    await settled();
    expect(second.seen).toEqual(['elsewhere', 'reload', 'here']);
    expect(first.seen).toEqual(['here', 'elsewhere']);
    // What was closed in the first one is opened anew with its page.
    closeHolder();
    // A browser forgets what the page asked for that was loaded anew; these locks do not.
    closeHolder();
    await settled();
    expect(first.seen.slice(0, 3)).toEqual(['here', 'elsewhere', 'reload']);
  });
});
