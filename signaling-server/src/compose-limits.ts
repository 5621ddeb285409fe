import type { RoomParts } from './compose-rooms.ts';
import type { Base } from './composition.ts';
import type { Block } from './limits/block-list.ts';
import { createLimits, type Limits } from './limits/limits.ts';
import { createLoadGauge, type LoadGauge, type LoopReading, watchLoop } from './limits/load-gauge.ts';
import { type SharedBlocks, shareBlocks } from './limits/shared-blocks.ts';
import type { LimitStore } from './limits/window-limit.ts';

export type LimitParts = {
  limits: Limits;
  load: LoadGauge;
  /** Undefined for a server that is alone. */
  sharedBlocks: SharedBlocks | undefined;
  /** Hears of every address that is blocked, here or by another node. */
  onBlocked(listener: (key: string) => void): void;
};

/** Opens the limits per address, counted with the other nodes where there are some, and the gauge of the load. */
export function composeLimits(
  base: Base,
  { redis, cluster, addresses }: Pick<RoomParts, 'redis' | 'cluster' | 'addresses'>,
  given: { loop: LoopReading | undefined },
): LimitParts {
  const { config, clock, log, pseudonyms, counters, closers } = base;
  const listeners: ((key: string) => void)[] = [];
  const tellListeners = (key: string): void => {
    for (const listener of listeners) listener(key);
  };
  const onBlockedHere = ({ key, endsAt }: Block, why: string): void => {
    counters.blocksMade += 1;
    const forMs = endsAt - clock.now();
    log.warn({ address: pseudonyms.address(key), why, forMs, audit: true }, 'address blocked');
    tellListeners(key);
    sharedBlocks?.tell(key);
  };
  const store: LimitStore | undefined = redis && {
    client: redis,
    prefix: config.redisPrefix,
    nameOf: addresses.nameOf,
  };
  const limits = createLimits(config, clock, onBlockedHere, store);
  const sharedBlocks =
    cluster &&
    shareBlocks(limits.blocks, { clock, store: cluster.store, nodes: cluster, onBlocked: tellListeners, addresses });
  if (sharedBlocks) closers.add(() => sharedBlocks.close());

  const loop = given.loop ? { ...given.loop, close: () => {} } : watchLoop();
  const load = createLoadGauge(config.busyDelayMs, clock, loop);
  closers.add(() => loop.close());
  closers.add(() => load.close());
  return { limits, load, sharedBlocks, onBlocked: (listener) => void listeners.push(listener) };
}
