import { randomInt } from 'node:crypto';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Clock } from '../clock.ts';
import type { RedisClient } from '../cluster/redis-client.ts';
import type { Soon } from '../soon.ts';

export type Verdict =
  | { ok: true; limit: number; remaining: number; resetMs: number }
  | {
      ok: false;
      limit: number;
      /** When a client may come again: in a window that has a place for it, at a moment that differs from the others'. */
      retryAfterMs: number;
      /** The first refusal of its window. */
      isFirst: boolean;
      /** So many were refused in this window that their clients cannot be waiting as they are told. */
      isFlood: boolean;
    };

/** Clients that are told to wait are spread over this time, so that they do not come all at once. */
export const SPREAD_MS = 5_000;
/** A client that is told to wait for more windows than this would not believe it. */
const WINDOWS_MAX = 10;
/** More refusals in one window than this many times the limit are a flood. Several people behind one address stay below. */
const FLOOD_TIMES = 10;

export interface WindowLimit {
  /** Counts `points` for `key`; at once where this process counts for itself. A refusal tells truthfully when the next attempt is served. Never rejects. */
  consume(key: string, points?: number): Soon<Verdict>;
  forget(key: string): Promise<void>;
}

const lifted: WindowLimit = {
  consume: () => ({ ok: true, limit: 0, remaining: 0, resetMs: 0 }),
  forget: () => Promise.resolve(),
};

/** Where windows are counted when several processes share them. */
export type LimitStore = {
  client: RedisClient;
  prefix: string;
  /** The pseudonym of a key there. */
  nameOf: (key: string) => string;
};

type Taken = { consumedPoints: number; msBeforeNext: number };

/**
 * The windows that this process counts, those that end first in front: all are of one length. The library's own in memory answers by promises,
 * keeps a timer for each key and goes by the computer's clock.
 */
class OwnWindows {
  readonly #windows = new Map<string, { endsAt: number; consumed: number }>();
  readonly #windowMs: number;
  readonly #clock: Clock;

  constructor(windowMs: number, clock: Clock) {
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  take(key: string, count: number): Taken {
    const now = this.#clock.now();
    for (const [over, { endsAt }] of this.#windows) {
      if (endsAt > now) break;
      this.#windows.delete(over);
    }
    const window = this.#windows.get(key) ?? { endsAt: now + this.#windowMs, consumed: 0 };
    if (window.consumed === 0) this.#windows.set(key, window);
    window.consumed += count;
    return { consumedPoints: window.consumed, msBeforeNext: window.endsAt - now };
  }

  forget(key: string): void {
    this.#windows.delete(key);
  }
}

/**
 * `points` per window of `windowS` seconds and key; 0 points lift the limit. Counted in Redis where there is one; while
 * that is away each node counts for itself.
 */
export function createWindowLimit(
  name: string,
  points: number,
  windowS: number,
  clock: Clock,
  store?: LimitStore,
  spreadMs: () => number = () => randomInt(SPREAD_MS),
): WindowLimit {
  if (points === 0) return lifted;
  const windowMs = windowS * 1_000;
  const own = new OwnWindows(windowMs, clock);

  function judge({ consumedPoints, msBeforeNext }: Taken, count: number): Verdict {
    // Redis goes by a clock that may be set back meanwhile.
    const leftMs = Math.min(windowMs, Math.max(1, Math.ceil(msBeforeNext)));
    if (consumedPoints <= points)
      return { ok: true, limit: points, remaining: points - consumedPoints, resetMs: leftMs };
    const over = consumedPoints - points;
    // The next window has as many places as this one, and begins when the first client comes to it.
    const windows = Math.min(WINDOWS_MAX, Math.floor((over - 1) / points));
    const retryAfterMs = leftMs + windows * (windowMs + SPREAD_MS) + spreadMs();
    return { ok: false, limit: points, retryAfterMs, isFirst: over <= count, isFlood: over > FLOOD_TIMES * points };
  }

  if (!store)
    return {
      consume: (key, count = 1) => judge(own.take(key, count), count),
      forget: async (key) => own.forget(key),
    };
  const shared = new RateLimiterRedis({
    storeClient: store.client,
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
    keyPrefix: `${store.prefix}:limit:${name}`,
    points,
    duration: windowS,
  });
  return {
    async consume(key, count = 1) {
      const taken = await shared
        .consume(store.nameOf(key), count)
        .catch((refused: unknown) => (refused instanceof RateLimiterRes ? refused : own.take(key, count)));
      return judge(taken, count);
    },
    async forget(key) {
      own.forget(key);
      await shared.delete(store.nameOf(key)).catch(() => {});
    },
  };
}
