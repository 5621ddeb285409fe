import type { Clock } from '../clock.ts';
import { nodesKeyOf } from '../cluster/backplane.ts';
import type { RedisClient } from '../cluster/redis-client.ts';
import { addTo, type OpenSockets } from './open-sockets.ts';

/** Counts of an address that nothing changes for a day are forgotten. */
const KEPT_MS = 86_400_000;

export type SharedSocketsPorts = {
  client: RedisClient;
  prefix: string;
  clock: Clock;
  /** The name of this node. */
  node: string;
  /** The name that an address has in Redis. */
  nameOf: (address: string) => string;
  /** Calls `listener` when this node may have counted as gone for a while. */
  onMissed: (listener: () => void) => void;
};

/**
 * Counts the open sockets of an address over all nodes. Each node writes what it has of an address, all of it and not what
 * changed, so that whatever got lost is right with the next change; nodes that are gone do not count. While Redis is away
 * each node counts for itself.
 */
export function shareOpenSockets(ports: SharedSocketsPorts): OpenSockets {
  const { client, prefix, clock, node, nameOf } = ports;
  const own = new Map<string, number>();
  const keyOf = (address: string): string => `${prefix}:open:${nameOf(address)}`;
  const tell = (address: string, count: number): void => {
    const key = keyOf(address);
    const told =
      count > 0 ? client.multi().hSet(key, node, String(count)).pExpire(key, KEPT_MS).exec() : client.hDel(key, node);
    // Redis is away; the next change tells it.
    told.catch(() => {});
  };
  const giveBack = (address: string): void => tell(address, addTo(own, address, -1));
  // The others forget what a node has that counts as gone.
  ports.onMissed(() => {
    for (const [address, count] of own) tell(address, count);
  });
  return {
    async take(address, max) {
      // This node's own are among all.
      if ((own.get(address) ?? 0) >= max) return false;
      const count = addTo(own, address, 1);
      const key = keyOf(address);
      try {
        const [, , counts, alive] = await client
          .multi()
          .hSet(key, node, String(count))
          .pExpire(key, KEPT_MS)
          .hGetAll(key)
          .zRangeByScore(nodesKeyOf(prefix), clock.wall(), '+inf')
          .execTyped();
        const isAlive = new Set([node, ...alive]);
        let total = 0;
        const gone: string[] = [];
        for (const [name, each] of Object.entries(counts)) {
          if (isAlive.has(name)) total += Number(each);
          else gone.push(name);
        }
        // A node that was only slow writes its counts again when it notices.
        if (gone.length > 0) client.hDel(key, gone).catch(() => {});
        if (total <= max) return true;
      } catch {
        return true;
      }
      giveBack(address);
      return false;
    },
    giveBack,
  };
}
