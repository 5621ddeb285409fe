import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { type Block, BlockList } from './block-list.ts';
import { createWindowLimit, type WindowLimit } from './window-limit.ts';

/** Every limit that counts per address or per seat in windows of a minute (R1–R4, R7). */
export type Limits = {
  http: WindowLimit;
  sockets: WindowLimit;
  joins: WindowLimit;
  streamStarts: WindowLimit;
  blocks: BlockList;
};

export function createLimits(config: Config, clock: Clock, onBlocked: (block: Block) => void): Limits {
  return {
    http: createWindowLimit('http', config.httpPerMinute, 60),
    sockets: createWindowLimit('sockets', config.socketsPerMinute, 60),
    joins: createWindowLimit('joins', config.joinsPerMinute, 60),
    streamStarts: createWindowLimit('streams', config.streamStartsPerMinute, 60),
    blocks: new BlockList(config, clock, onBlocked),
  };
}
