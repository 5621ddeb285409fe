import type { OpenBackplane } from './cluster/backplane.ts';
import { ClusteredRooms } from './cluster/clustered-rooms.ts';
import { MemoryStore } from './cluster/memory-store.ts';
import { noNeighbours } from './cluster/neighbours.ts';
import type { RedisClient } from './cluster/redis-client.ts';
import { keyedAddresses, plainAddresses, type SharedAddresses } from './cluster/shared-addresses.ts';
import type { Base } from './composition.ts';
import { Listings } from './rooms/listings.ts';
import { type Room, RoomRegistry } from './rooms/registry.ts';
import type { Rooms } from './rooms/rooms.ts';

export type RoomParts = {
  redis: RedisClient | undefined;
  /** Undefined for a server that is alone. */
  cluster: ClusteredRooms | undefined;
  registry: RoomRegistry;
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
  const onOver = (room: Room): void => log.info({ room: room.pseudonym }, 'seat over');
  const roomPorts = { clock, random, pseudonymOf: pseudonyms.room, counters, log, onOver };
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
  const cluster = openBackplane && (await ClusteredRooms.open(config, { ...roomPorts, open: openBackplane }));
  const registry = cluster?.registry ?? new RoomRegistry(config, roomPorts);
  const rooms: Rooms = cluster ?? registry;
  closers.add(() => (cluster ?? registry).close());

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
    neighbours: cluster ?? noNeighbours,
    nameOf: addresses.nameOf,
    isOccupied: (roomId) => registry.participantsOf([roomId])[0] !== 0,
    participantsOf: (roomIds) => rooms.participantsOf(roomIds),
  });
  closers.add(() => listings.close());
  return { redis, cluster, registry, rooms, listings, addresses };
}
