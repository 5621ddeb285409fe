import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { type Block, BlockList } from './block-list.ts';
import { createWindowLimit, type LimitStore, type WindowLimit } from './window-limit.ts';
import { WrongSecrets } from './wrong-secrets.ts';

/** Every limit that counts per address or per seat in windows of a minute (R1–R4, R7). */
export type Limits = {
  http: WindowLimit;
  sockets: WindowLimit;
  joins: WindowLimit;
  streamStarts: WindowLimit;
  blocks: BlockList;
  wrongSecrets: WrongSecrets;
};

/** `store` where several nodes count together; blocks are told to the others by whoever hears `onBlocked`. */
export function createLimits(
  config: Config,
  clock: Clock,
  onBlocked: (block: Block, why: string) => void,
  store?: LimitStore,
  spreadMs?: () => number,
): Limits {
  return {
    http: createWindowLimit('http', config.httpPerMinute, 60, store, spreadMs),
    sockets: createWindowLimit('sockets', config.socketsPerMinute, 60, store, spreadMs),
    joins: createWindowLimit('joins', config.joinsPerMinute, 60, store, spreadMs),
    streamStarts: createWindowLimit('streams', config.streamStartsPerMinute, 60, store, spreadMs),
    blocks: new BlockList(config, clock, onBlocked, store),
    wrongSecrets: new WrongSecrets(),
  };
}
