import type { Clock } from '@parley/shared/timing';

/** A clock for tests: time passes only when it is told to. */
export interface FakeClock extends Clock {
  /** Lets `byMs` pass, calling back in order of time; each callback's microtasks are the caller's to await. */
  advance(byMs: number): void;
  /** Somebody sets the wall clock forward, or back by a negative number. Timers and durations do not care. */
  setWall(byMs: number): void;
  readonly pending: number;
}

export function fakeClock(startsAt = 1_800_000_000_000): FakeClock {
  /** Another beginning than the wall clock's: the two readings cannot be mixed. */
  let monotonic = 1_000;
  let wallAhead = startsAt - monotonic;
  let nextId = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();
  return {
    now: () => monotonic + wallAhead,
    monotonicMs: () => monotonic,
    after: (delayMs, callback) => {
      const id = nextId++;
      // As setTimeout does: what does not fit into 31 bits is no wait at all.
      timers.set(id, { at: monotonic + (delayMs > 2 ** 31 - 1 ? 0 : delayMs), callback });
      return () => {
        timers.delete(id);
      };
    },
    advance: (byMs) => {
      const until = monotonic + byMs;
      for (;;) {
        const due = [...timers]
          .filter(([, timer]) => timer.at <= until)
          .sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
        if (!due) break;
        timers.delete(due[0]);
        monotonic = Math.max(monotonic, due[1].at);
        due[1].callback();
      }
      monotonic = until;
    },
    setWall: (byMs) => {
      wallAhead += byMs;
    },
    get pending() {
      return timers.size;
    },
  };
}

/** The number of WebCrypto's open calls: they run on threads of their own, so turns of the event loop alone do not tell. */
let busy = 0;
for (const name of [
  'decrypt',
  'deriveBits',
  'digest',
  'encrypt',
  'exportKey',
  'generateKey',
  'importKey',
  'sign',
  'verify',
] as const) {
  const original = crypto.subtle[name].bind(crypto.subtle) as (...args: unknown[]) => Promise<unknown>; // whichever it is
  const counted = (...args: unknown[]) => {
    busy += 1;
    return original(...args).finally(() => {
      busy -= 1;
    });
  };
  Object.defineProperty(crypto.subtle, name, { value: counted, configurable: true });
}

/** Resolves when nothing but time is waited for: no promise and no work of WebCrypto, for `turns` turns in a row. */
export async function settled(turns = 5): Promise<void> {
  for (let idle = 0; idle < turns; idle++) {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    if (busy > 0) idle = -1;
  }
}
