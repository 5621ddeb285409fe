import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { type Block, BlockList } from './block-list.ts';
import { createWindowLimit, type LimitStore } from './window-limit.ts';
import { WrongSecrets } from './wrong-secrets.ts';

/**
 * Every limit that counts per address or per seat in windows of a minute (R1–R4, R7). `store` where several nodes count
 * together; blocks are told to the others by whoever hears `onBlocked`.
 */
export const createLimits = (
  config: Config,
  clock: Clock,
  onBlocked: (block: Block, why: string) => void,
  store?: LimitStore,
) => ({
  http: createWindowLimit('http', config.httpPerMinute, 60, clock, store),
  sockets: createWindowLimit('sockets', config.socketsPerMinute, 60, clock, store),
  joins: createWindowLimit('joins', config.joinsPerMinute, 60, clock, store),
  streamStarts: createWindowLimit('streams', config.streamStartsPerMinute, 60, clock, store),
  blocks: new BlockList(config, clock, onBlocked, store),
  wrongSecrets: new WrongSecrets(),
});

export type Limits = ReturnType<typeof createLimits>;
