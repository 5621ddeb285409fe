import type { OpenBackplane } from './cluster/backplane.ts';
import { ClusterNode } from './cluster/cluster-node.ts';
import { MemoryStore } from './cluster/memory-store.ts';
import { noOtherNodes } from './cluster/other-nodes.ts';
import type { RedisClient } from './cluster/redis-client.ts';
import { keyedAddresses, plainAddresses, type SharedAddresses } from './cluster/shared-addresses.ts';
import type { Base } from './composition.ts';
import { Listings } from './rooms/listings.ts';
import { sizeOf } from './rooms/room.ts';
import { Rooms } from './rooms/rooms.ts';

export type RoomParts = {
  redis: RedisClient | undefined;
  /** This server as a node among others; undefined for a server that is alone. */
  cluster: ClusterNode | undefined;
  rooms: Rooms;
  listings: Listings;
  addresses: SharedAddresses;
};

/**
 * Opens rooms and listings, shared over Redis where the configuration names one, or over `given`. Rejects when Redis
 * cannot be reached.
 */
export async function composeRooms(base: Base, given: OpenBackplane | undefined): Promise<RoomParts> {
  const { config, clock, log, random, pseudonyms, counters, closers } = base;
  let openBackplane = given;
  let redis: RedisClient | undefined;
  if (config.redisUrl !== undefined) {
    const redisPorts = { url: config.redisUrl, prefix: config.redisPrefix, clock, log, random };
    // Only a server that shares its rooms needs it in memory.
    const [{ connectRedis }, { openRedisBackplane }] = await Promise.all([
      import('./cluster/redis-client.ts'),
      import('./cluster/redis-backplane.ts'),
    ]);
    redis = await connectRedis(redisPorts);
    const client = redis;
    closers.add(() => client.destroy());
    openBackplane ??= (listener) => openRedisBackplane(client, redisPorts, listener);
  }
  const cluster = openBackplane && (await ClusterNode.open(clock, log, openBackplane));
  const rooms = new Rooms(config, {
    clock,
    log,
    random,
    pseudonymOf: pseudonyms.room,
    counters,
    node: cluster,
    onOver: (room) => log.info({ room: room.pseudonym }, 'seat over'),
  });
  closers.add(() => rooms.close());

  // Redis has to write to disk where it keeps the rights, and there all nodes have a secret.
  const addresses =
    config.access === 'token' && config.tokenSecret !== undefined
      ? keyedAddresses(config.tokenSecret, random)
      : plainAddresses;
  const alone = new MemoryStore(clock);
  if (!cluster) closers.add(alone.keepSwept());
  const listings = new Listings(config, {
    clock,
    store: cluster?.store ?? alone,
    nodes: cluster ?? noOtherNodes,
    nameOf: addresses.nameOf,
    isOccupied: (roomId) => sizeOf(rooms.seats.room(roomId)) > 0,
    participantsOf: (roomIds) => rooms.participantsOf(roomIds),
  });
  closers.add(() => listings.close());
  return { redis, cluster, rooms, listings, addresses };
}
