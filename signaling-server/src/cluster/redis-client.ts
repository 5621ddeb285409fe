import { type CommandParser, createClient, defineScript, ErrorReply } from '@redis/client';
import { type Clock, repeat } from '../clock.ts';
import type { Log } from '../log.ts';
import { PROBE_EVERY_MS, UNANSWERED_MAX } from './backplane.ts';

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
    // It ends with the writing of a command, and says nothing about the answer; see `watch`.
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      reconnectStrategy: (retries) =>
        Math.min(RECONNECT_MAX_MS, 50 * 2 ** Math.min(retries, 8)) * (0.5 + (random(1)[0] ?? 0) / 255),
    },
  });
export type RedisClient = ReturnType<typeof connectTo>;

/** Where a node tries whether Redis does what it needs. */
const probeKeyOf = ({ prefix }: RedisPorts): string => `${prefix}:record:probe`;

/**
 * Tries what the work needs: writing, and scripts. Rejects for a Redis that cannot be reached, is a replica, or lets this
 * user run no scripts.
 */
export const probeRedis = (client: RedisClient, ports: RedisPorts): Promise<unknown> =>
  client
    .touchAll([probeKeyOf(ports)], '10000')
    .then(() => client.set(probeKeyOf(ports).concat(':write'), '1', { PX: 10_000 }));

/** Tries once everything else that nodes do, so that a Redis that is too old, or locked down too far, is told at the start. */
async function probeAll(client: RedisClient, ports: RedisPorts): Promise<void> {
  const key = `${probeKeyOf(ports)}:${Buffer.from(ports.random(6)).toString('hex')}`;
  try {
    await probeRedis(client, ports);
    await client.scan('0', { MATCH: key, COUNT: 1 });
    await client.putVersion(key, '0', 'x', String(ports.clock.now()), '10000');
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
    throw new Error(
      `Redis cannot do what this server needs: ${failure instanceof Error ? failure.message : 'unknown'}`,
      {
        cause: failure,
      },
    );
  }
}

/**
 * Drops the connection when Redis keeps it open and answers nothing, or refuses to do its work, as a primary does that became
 * a replica: all that waits is refused at once, and the next connection may lead to another server. Neither a deadline on
 * each command nor a timeout on the socket, which takes what is written for a sign of life, would tell of it sooner.
 * Counted in probes, so that a stall of this process is not taken for one of Redis.
 */
function watch(
  client: RedisClient,
  ports: RedisPorts,
  onUnfit: (reason: string, what?: string) => void,
  onFit: () => void,
): void {
  let unanswered = 0;
  let isDropping = false;
  const drop = (reason: string, what?: string): void => {
    unanswered = 0;
    onUnfit(reason, what);
    isDropping = true;
    client.destroy();
    isDropping = false;
    // Rejects only when it is closed for good.
    client.connect().catch(() => {});
  };
  const answered = (): void => {
    unanswered = 0;
    onFit();
  };
  const refused = (failure: unknown): void => {
    unanswered = 0;
    // An answer, and not a lost connection: that one reconnects by itself.
    if (failure instanceof ErrorReply && client.isReady)
      drop(failure.message.split(' ', 1)[0] ?? '', 'Redis refuses to do its work');
  };
  const stop = repeat(ports.clock, PROBE_EVERY_MS, () => {
    // Until it is connected, the time for connecting and that of the socket run.
    if (!client.isReady) {
      unanswered = 0;
      return;
    }
    unanswered += 1;
    if (unanswered === 1) probeRedis(client, ports).then(answered, refused);
    if (unanswered > UNANSWERED_MAX) drop('silent');
  });
  client.on('end', () => {
    if (!isDropping) stop();
  });
}

/**
 * Connects to Redis, or rejects: a server that was told to share its rooms does not start alone, nor with a Redis that
 * lacks what it needs.
 */
export async function connectRedis(ports: RedisPorts): Promise<RedisClient> {
  const client = connectTo(ports);
  let lastReason = '';
  const tell = (reason: string, what = 'Redis does not answer'): void => {
    // It is repeated with every attempt to reconnect; once is enough.
    if (reason !== lastReason) ports.log.warn({ reason }, what);
    lastReason = reason;
  };
  client.on('error', (failure: Error) => tell('code' in failure ? String(failure.code) : failure.constructor.name));
  const giveUp = ports.clock.after(10_000, () => client.destroy());
  try {
    await client.connect();
    await probeAll(client, ports);
  } catch (failure) {
    if (client.isOpen) client.destroy();
    throw failure;
  } finally {
    giveUp();
  }
  watch(client, ports, tell, () => {
    lastReason = '';
  });
  return client;
}
