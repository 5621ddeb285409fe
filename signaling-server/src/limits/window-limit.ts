import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisClient } from '../cluster/redis-client.ts';

export type Verdict =
  | { ok: true; limit: number; remaining: number; resetMs: number }
  | { ok: false; limit: number; retryAfterMs: number };

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
  /** What stands for a key there. */
  nameOf: (key: string) => string;
};

/**
 * `points` per window of `windowS` seconds and key; 0 points lift the limit. Counted in Redis where there is one; while
 * that is away each node counts for itself.
 */
export function createWindowLimit(name: string, points: number, windowS: number, store?: LimitStore): WindowLimit {
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
  return {
    consume: (of, count = 1) => ask(limiter, points, nameOf(of), count),
    async forget(of) {
      const key = nameOf(of);
      if (limiter !== alone) await limiter.delete(key).catch(() => {});
      await alone.delete(key);
    },
  };
}

/** Rejects only when nothing was counted. */
async function ask(limiter: RateLimiterAbstract, points: number, key: string, count: number): Promise<Verdict> {
  try {
    const { remainingPoints, msBeforeNext } = await limiter.consume(key, count);
    return { ok: true, limit: points, remaining: remainingPoints, resetMs: msBeforeNext };
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    return { ok: false, limit: points, retryAfterMs: Math.max(1, Math.ceil(refused.msBeforeNext)) };
  }
}
