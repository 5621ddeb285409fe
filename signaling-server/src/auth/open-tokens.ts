import { type Clock, repeat } from '../clock.ts';
import type { RedisClient } from '../cluster/redis-client.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { RedisTokenStore } from './redis-token-store.ts';
import { SqliteTokenStore } from './sqlite-token-store.ts';
import type { RightEnd } from './token-record.ts';
import type { Tokens } from './tokens.ts';

/** How soon a right that another program ended closes its sockets. */
const LOOK_EVERY_MS = 2_000;

type Ports = { redis: RedisClient | undefined; now: () => number; random: (sizeBytes: number) => Uint8Array };

/** The rights of a server that gives them by token; undefined for one that does not. */
export async function openTokens(
  { access, tokenSecret, tokenFile, redisPrefix }: Config,
  { redis, now, random }: Ports,
): Promise<Tokens | undefined> {
  if (access !== 'token' || tokenSecret === undefined) return undefined;
  const store = redis
    ? new RedisTokenStore(redis, redisPrefix, now)
    : tokenFile !== undefined && new SqliteTokenStore(tokenFile);
  if (!store) return undefined;
  // A file that cannot be read is told now, not when the first client comes.
  await store.list();
  // Only such a server needs the library of JWTs in memory.
  const { Tokens } = await import('./tokens.ts');
  return new Tokens(tokenSecret, { store, now, random });
}

/** Closes the sockets of rights that ended by a revocation elsewhere, or by time. */
export function watchRights(
  tokens: Pick<Tokens, 'endOf'>,
  gate: { rights(): ReadonlyMap<string, number>; closeRight(right: string, end: RightEnd): void },
  clock: Clock,
  log: Log,
): () => void {
  const look = async (): Promise<void> => {
    for (const right of gate.rights().keys()) {
      const end = await tokens.endOf(right);
      if (!end) continue;
      log.info({ right, code: end, audit: true }, 'right ended; its sockets are closed');
      gate.closeRight(right, end);
    }
  };
  // A store that answers slowly is not asked again meanwhile.
  let isLooking = false;
  return repeat(clock, LOOK_EVERY_MS, () => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch((failure: unknown) => log.warn({ err: failure }, 'rights could not be looked at'))
      .finally(() => {
        isLooking = false;
      });
  });
}
