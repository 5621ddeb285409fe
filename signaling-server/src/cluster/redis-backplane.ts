import { performance } from 'node:perf_hooks';
import { toBase64Url } from '@parley/shared/protocol';
import { ErrorReply } from '@redis/client';
import { repeat } from '../clock.ts';
import { type Backplane, type BackplaneListener, NODE_TTL_MS, nodesKeyOf, type Stored } from './backplane.ts';
import { type RedisClient, type RedisPorts, recordKeyOf } from './redis-client.ts';

const HEARTBEAT_MS = 1_000;
/** How many heartbeats may stay unanswered. Counted, so that a stall of this process is not taken for one of Redis. */
const UNANSWERED_MAX = 2;

/**
 * A node that does not read must not fill Redis: in its inbox the oldest give way to what is sent, at 44 MB if all are
 * boxes of the largest size. Nobody confirms a box that gave way, so its sender is told that nobody took it.
 * The node finds out that something is missing when it reads on, and looks at everything itself.
 */
const INBOX_MAX = 2_000;
const TRIM = { strategy: 'MAXLEN', strategyModifier: '~', threshold: INBOX_MAX } as const;
const READ_AT_ONCE = 256;
const TOUCHED_AT_ONCE = 200;
const SCANNED_AT_ONCE = 1_000;
/** A read that finds nothing comes back after this time. */
const READ_BLOCK_MS = 1_000;

/**
 * The backplane over Redis: records are hashes, each node's inbox is a stream, and who is alive stands in a sorted set by
 * the time until which it counts. Needs Redis 6.2 or newer.
 */
export async function openRedisBackplane(
  client: RedisClient,
  { prefix, clock, log, random }: Omit<RedisPorts, 'url'>,
  listener: BackplaneListener,
): Promise<Backplane> {
  const node = toBase64Url(random(9));
  const nodesKey = nodesKeyOf(prefix);
  const recordOf = (key: string) => recordKeyOf(prefix, key);
  const inboxOf = (name: string) => `${prefix}:inbox:${name}`;
  const inbox = inboxOf(node);

  let countsUntil = 0;
  let answeredInMs = 0;
  /**
   * Says that this node is alive, by writing and by a script as its work does. Answers whether it did not count as alive meanwhile.
   */
  const heartbeat = async (): Promise<boolean> => {
    const now = clock.wall();
    const startedAt = performance.now();
    await Promise.all([
      client.touchAll([recordOf('heartbeat')], '10000'),
      client
        .multi()
        .zAdd(nodesKey, { score: now + NODE_TTL_MS, value: node })
        .zRemRangeByScore(nodesKey, 0, now - NODE_TTL_MS)
        // Also what brings the inbox back after Redis lost everything; it outlives this node by little.
        .xAdd(inbox, '*', { hello: '1' }, { TRIM })
        .pExpire(inbox, 10 * NODE_TTL_MS)
        .exec(),
    ]);
    answeredInMs = Math.round((performance.now() - startedAt) * 1_000) / 1_000;
    const wasGone = now > countsUntil;
    countsUntil = now + NODE_TTL_MS;
    return wasGone;
  };

  const reader = client.duplicate();
  reader.on('error', () => {}); // the other connection tells

  const sending = new Set<Promise<unknown>>();
  let lastId = '0';
  let closing = false;
  const take = async (entries: readonly { id: string; message: Record<string, string> }[]): Promise<void> => {
    for (const { id, message } of entries) {
      lastId = id;
      if (message.m === undefined) continue;
      try {
        await listener.onMessage(message.m);
      } catch (failure) {
        log.error({ err: failure }, 'a message of another node failed');
      }
    }
  };
  /** The entry read last is kept until the next one is read, so it is gone only when those after it had to give way too. */
  const wasCut = async (): Promise<boolean> =>
    lastId !== '0' && (await client.xRange(inbox, lastId, lastId))?.length === 0;
  const read = async (): Promise<void> => {
    while (!closing) {
      try {
        const streams = await reader.xRead({ key: inbox, id: lastId }, { BLOCK: READ_BLOCK_MS, COUNT: READ_AT_ONCE });
        for (const { messages } of (streams ?? []) as Inbox[]) {
          const isCut = messages.length === READ_AT_ONCE && (await wasCut());
          await take(messages);
          if (isCut) listener.onMissed?.();
        }
        if (streams) await client.xTrim(inbox, 'MINID', lastId);
      } catch {
        if (!closing) await new Promise<void>((resolve) => clock.after(100, resolve));
      }
    }
  };

  await heartbeat();
  await reader.connect();
  const reading = read();
  let isUp = true;
  const onDown = (): void => {
    if (!isUp || closing) return;
    isUp = false;
    listener.onDown();
  };
  let unanswered = 0;
  let lastReason = '';
  /** Why Redis refused the last heartbeat. */
  let refusal: string | undefined;
  /**
   * Drops a connection that Redis keeps open and answers nothing on, or on which it refuses to do its work, as a primary does that
   * became a replica: all that waits is refused at once, and the next connection may lead to another server. Neither a deadline
   * on each command nor a timeout on the socket, which takes what is written for a sign of life, would tell of it sooner.
   */
  const drop = (reason: string, what: string): void => {
    // It is repeated with every attempt; once is enough.
    if (reason !== lastReason) log.warn({ reason }, what);
    lastReason = reason;
    unanswered = 0;
    refusal = undefined;
    client.destroy();
    // Rejects only when it is closed for good.
    client.connect().catch(() => {});
  };
  const onAnswer = (wasGone: boolean): void => {
    unanswered = 0;
    lastReason = '';
    if (closing) return;
    if (!isUp) {
      isUp = true;
      listener.onUp();
    } else if (wasGone) listener.onMissed?.();
  };
  const onRefusal = (failure: unknown): void => {
    unanswered = 0;
    onDown();
    // An answer, and not a lost connection: that one reconnects by itself. Dropped with the next beat, not at once: the next
    // connection may be refused the same.
    if (failure instanceof ErrorReply) refusal = failure.message.split(' ', 1)[0];
  };
  const sendHeartbeat = (): void => {
    unanswered += 1;
    if (unanswered === 1) heartbeat().then(onAnswer, onRefusal);
  };
  const beat = (): void => {
    // Until it is connected, the time for connecting and that of the socket run; a transaction would wait for the connection.
    if (!client.isReady) {
      unanswered = 0;
      onDown();
      return;
    }
    if (refusal !== undefined) {
      drop(refusal, 'Redis refuses to do its work');
      return;
    }
    sendHeartbeat();
    if (unanswered > UNANSWERED_MAX) drop('silent', 'Redis does not answer');
  };
  const stopHeartbeats = repeat(clock, HEARTBEAT_MS, beat);
  /** The other connection may still lead to the server before. */
  const follow = (): void => {
    if (reader.isOpen) reader.destroy();
    reader.connect().catch(() => {});
    sendHeartbeat();
  };
  client.on('ready', follow);
  client.on('reconnecting', onDown);
  client.on('end', onDown);

  return {
    node,
    answeredInMs: () => (isUp && client.isReady && reader.isReady ? answeredInMs : null),
    async read(keys) {
      if (keys.length === 0) return [];
      const found = await Promise.all(keys.map((key) => client.hmGet(recordOf(key), ['v', 'd'])));
      return found.map(([version, value]): Stored | undefined =>
        typeof version === 'string' && typeof value === 'string' ? { version: Number(version), value } : undefined,
      );
    },
    async write(key, expected, value, ttlMs) {
      const version = await client.putVersion(
        recordOf(key),
        String(expected),
        value ?? '',
        String(clock.wall()),
        String(ttlMs),
      );
      return version === undefined ? undefined : Number(version);
    },
    async list(prefix) {
      // Redis may name a key twice.
      const found = new Set<string>();
      for await (const keys of client.scanIterator({ MATCH: `${recordOf(prefix)}*`, COUNT: SCANNED_AT_ONCE }))
        for (const key of keys) found.add(key.slice(recordOf('').length));
      return [...found];
    },
    async touch(keys, ttlMs) {
      const parts: Promise<(string | null)[]>[] = [];
      for (let from = 0; from < keys.length; from += TOUCHED_AT_ONCE) {
        const part = keys.slice(from, from + TOUCHED_AT_ONCE).map(recordOf);
        parts.push(client.touchAll(part, String(ttlMs)));
      }
      return (await Promise.all(parts)).flat().map((version) => (version === null ? undefined : Number(version)));
    },
    async send(to, message) {
      const adding = client.XADD_NOMKSTREAM(inboxOf(to), '*', { m: message }, { TRIM });
      sending.add(adding);
      try {
        return (await adding) !== null;
      } finally {
        sending.delete(adding);
      }
    },
    nodes: () => client.zRangeByScore(nodesKey, clock.wall(), '+inf'),
    async close() {
      if (closing) return;
      closing = true;
      stopHeartbeats();
      client.off('ready', follow);
      client.off('reconnecting', onDown);
      client.off('end', onDown);
      // The messages that it was about to read are read below.
      reader.destroy();
      await reading;
      if (!client.isReady) return;
      // In one step: from here on a message for this node is refused, and none that was accepted is left unread.
      const [left] = await client.multi().xRange(inbox, `(${lastId}`, '+').del(inbox).zRem(nodesKey, node).exec();
      await take(left as unknown as Inbox['messages']);
      // The answers to them among others.
      await Promise.allSettled(sending);
    },
  };
}

type Inbox = { name: string; messages: { id: string; message: Record<string, string> }[] };
