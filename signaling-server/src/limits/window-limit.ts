import {
  type RateLimiterAbstract,
  RateLimiterCluster,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { RedisClient } from '../cluster/redis-backplane.ts';

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

/** Where windows are counted when several processes share them: in Redis, or in the parent of workers, if that is there. */
export type LimitStore =
  | {
      at: 'redis';
      client: RedisClient;
      prefix: string;
      /** What stands for a key there. */
      nameOf: (key: string) => string;
    }
  | { at: 'parent'; isUp: () => boolean };

/**
 * `points` per window of `windowS` seconds and key; 0 points lift the limit. Counted in Redis or in the parent of
 * workers where there is one; while that is away each node counts for itself.
 */
export function createWindowLimit(name: string, points: number, windowS: number, store?: LimitStore): WindowLimit {
  if (points === 0) return lifted;
  const alone = new RateLimiterMemory({ keyPrefix: name, points, duration: windowS });
  const limiter = limiterAt(store, name, points, windowS, alone);
  /** A parent that is known to be away is not waited for. */
  const isAway = (): boolean => store?.at === 'parent' && !store.isUp();
  const nameOf = (key: string): string => (store?.at === 'redis' ? store.nameOf(key) : key);
  return {
    async consume(of, count = 1) {
      const key = nameOf(of);
      if (isAway()) return ask(alone, points, key, count);
      try {
        return await ask(limiter, points, key, count);
      } catch {
        // The parent did not answer in time, and its limiter knows no insurance.
        return ask(alone, points, key, count);
      }
    },
    async forget(of) {
      const key = nameOf(of);
      if (limiter !== alone && !isAway()) await limiter.delete(key).catch(() => {});
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

function limiterAt(
  store: LimitStore | undefined,
  name: string,
  points: number,
  windowS: number,
  alone: RateLimiterMemory,
): RateLimiterMemory | RateLimiterRedis | RateLimiterCluster {
  switch (store?.at) {
    case undefined:
      return alone;
    case 'redis':
      return new RateLimiterRedis({
        storeClient: store.client,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        keyPrefix: `${store.prefix}:limit:${name}`,
        points,
        duration: windowS,
        insuranceLimiter: alone,
      });
    case 'parent':
      return new RateLimiterCluster({
        keyPrefix: name,
        points,
        duration: windowS,
        timeoutMs: 1_000,
      });
  }
}
