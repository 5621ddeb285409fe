import { randomInt } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisClient } from '../cluster/redis-client.ts';

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
  /** Counts `points` for `key`. A refusal tells truthfully when the next attempt is served. Never rejects. */
  consume(key: string, points?: number): Promise<Verdict>;
  forget(key: string): Promise<void>;
}

const lifted: WindowLimit = {
  consume: () => Promise.resolve({ ok: true, limit: 0, remaining: 0, resetMs: 0 }),
  forget: () => Promise.resolve(),
};

/** Where windows are counted when several processes share them. */
export type LimitStore = {
  client: RedisClient;
  prefix: string;
  /** The pseudonym of a key there. */
  nameOf: (key: string) => string;
};

/**
 * `points` per window of `windowS` seconds and key; 0 points lift the limit. Counted in Redis where there is one; while
 * that is away each node counts for itself.
 */
export function createWindowLimit(
  name: string,
  points: number,
  windowS: number,
  store?: LimitStore,
  spreadMs: () => number = () => randomInt(SPREAD_MS),
): WindowLimit {
  if (points === 0) return lifted;
  const alone = new RateLimiterMemory({ keyPrefix: name, points, duration: windowS });
  const limiter = store
    ? new RateLimiterRedis({
        storeClient: store.client,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        keyPrefix: `${store.prefix}:limit:${name}`,
        points,
        duration: windowS,
        insuranceLimiter: alone,
      })
    : alone;
  const nameOf = (key: string): string => store?.nameOf(key) ?? key;
  const windowMs = windowS * 1_000;
  // The library goes by the computer's clock, which may be set back meanwhile.
  const leftMs = ({ msBeforeNext }: RateLimiterRes): number => Math.min(windowMs, Math.max(1, Math.ceil(msBeforeNext)));

  /** Rejects only when nothing was counted. */
  async function ask(key: string, count: number): Promise<Verdict> {
    try {
      const taken = await limiter.consume(key, count);
      return { ok: true, limit: points, remaining: taken.remainingPoints, resetMs: leftMs(taken) };
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const over = refused.consumedPoints - points;
      // The next window has as many places as this one, and begins when the first client comes to it.
      const windows = Math.min(WINDOWS_MAX, Math.floor((over - 1) / points));
      const retryAfterMs = leftMs(refused) + windows * (windowMs + SPREAD_MS) + spreadMs();
      return { ok: false, limit: points, retryAfterMs, isFirst: over <= count, isFlood: over > FLOOD_TIMES * points };
    }
  }

  return {
    consume: (of, count = 1) => ask(nameOf(of), count),
    async forget(of) {
      const key = nameOf(of);
      if (limiter !== alone) await limiter.delete(key).catch(() => {});
      await alone.delete(key);
    },
  };
}
