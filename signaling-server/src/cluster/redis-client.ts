import { type CommandParser, createClient, defineScript } from '@redis/client';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';

const CONNECT_TIMEOUT_MS = 1_500;
const RECONNECT_MAX_MS = 1_000;
/** A connection on which nothing moves for that long is dropped: the reader's moves at least as often as its reads end. */
const SOCKET_TIMEOUT_MS = 4_000;

/**
 * Compare-and-set. Versions start from the clock, so that they grow also across a deletion.
 * KEYS: record. ARGV: expected version, value ('' deletes), now, time to live.
 */
const WRITE = `
local version = tonumber(redis.call('HGET', KEYS[1], 'v') or '0')
if version ~= tonumber(ARGV[1]) then return false end
local nextVersion = math.max(version + 1, tonumber(ARGV[3]))
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'v', string.format('%.0f', nextVersion), 'd', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return string.format('%.0f', nextVersion)`;

/** KEYS: records. ARGV: time to live. Answers the version of each. */
const TOUCH = `
local versions = {}
for at, key in ipairs(KEYS) do
  versions[at] = redis.call('HGET', key, 'v')
  if versions[at] then redis.call('PEXPIRE', key, ARGV[1]) end
end
return versions`;

const scripts = {
  putVersion: defineScript({
    SCRIPT: WRITE,
    NUMBER_OF_KEYS: 1,
    parseCommand(parser: CommandParser, key: string, expected: string, value: string, now: string, ttlMs: string) {
      parser.pushKey(key);
      parser.push(expected, value, now, ttlMs);
    },
    transformReply: (reply: unknown): string | undefined => (typeof reply === 'string' ? reply : undefined),
  }),
  touchAll: defineScript({
    SCRIPT: TOUCH,
    parseCommand(parser: CommandParser, keys: string[], ttlMs: string) {
      parser.pushKeysLength(keys);
      parser.push(ttlMs);
    },
    transformReply: (reply: unknown): (string | null)[] => reply as (string | null)[], // what the script returns
  }),
};

export type RedisPorts = {
  url: string;
  prefix: string;
  clock: Clock;
  log: Log;
  random: (sizeBytes: number) => Uint8Array;
};

const connectTo = ({ url, random }: RedisPorts) =>
  createClient({
    url,
    scripts,
    // A caller that asks while Redis is away gets an error at once and goes on without it.
    disableOfflineQueue: true,
    // It ends with the writing of a command, and says nothing about the answer; see the backplane's heartbeats.
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      reconnectStrategy: (retries) =>
        Math.min(RECONNECT_MAX_MS, 50 * 2 ** Math.min(retries, 8)) * (0.5 + (random(1)[0] ?? 0) / 255),
    },
  });
export type RedisClient = ReturnType<typeof connectTo>;

/** The key in Redis of a record that nodes share. */
export const recordKeyOf = (prefix: string, key: string): string => `${prefix}:record:${key}`;

/** Tries everything that nodes do, so that a Redis that is too old, a replica, or locked down too far is told at the start. */
async function tryAll(client: RedisClient, { prefix, clock, random }: RedisPorts): Promise<void> {
  const key = recordKeyOf(prefix, `probe:${Buffer.from(random(6)).toString('hex')}`);
  try {
    await client.touchAll([key], '10000');
    await client.putVersion(key, '0', 'x', String(clock.now()), '10000');
    await client.scan('0', { MATCH: key, COUNT: 1 });
    await client
      .multi()
      .xAdd(`${key}:inbox`, '*', { m: '' }, { TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: 10 } })
      .xTrim(`${key}:inbox`, 'MINID', '0-1')
      .xRange(`${key}:inbox`, '-', '+')
      .zAdd(`${key}:nodes`, { score: 1, value: 'x' })
      .zRangeByScore(`${key}:nodes`, 0, '+inf')
      .del([key, `${key}:inbox`, `${key}:nodes`])
      .exec();
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : 'unknown';
    throw new Error(`Redis cannot do what this server needs: ${why}`, { cause: failure });
  }
}

/**
 * Connects to Redis, or rejects: a server that was told to share its rooms does not start alone, nor with a Redis that
 * lacks what it needs.
 */
export async function connectRedis(ports: RedisPorts): Promise<RedisClient> {
  const client = connectTo(ports);
  let lastReason = '';
  client.on('error', (failure: Error) => {
    const reason = 'code' in failure ? String(failure.code) : failure.constructor.name;
    // It is repeated with every attempt to reconnect; once is enough.
    if (reason !== lastReason) ports.log.warn({ reason }, 'Redis does not answer');
    lastReason = reason;
  });
  client.on('ready', () => {
    lastReason = '';
  });
  const giveUp = ports.clock.after(10_000, () => client.destroy());
  try {
    await client.connect();
    await tryAll(client, ports);
  } catch (failure) {
    if (client.isOpen) client.destroy();
    throw failure;
  } finally {
    giveUp();
  }
  return client;
}
