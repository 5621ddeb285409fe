import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { BlockList } from '../limits/block-list.ts';
import type { Neighbours } from './neighbours.ts';
import { shareList } from './shared-list.ts';

const TheBlock = z.object({
  key: z.string().min(1).max(64),
  endsAt: z.number(),
  times: z.number().int().positive(),
  at: z.number(),
  liftedAt: z.number(),
});

export interface SharedBlocks {
  /** Tells the other nodes of a block that this one imposed, or that the admin lifted here. */
  tell(key: string): void;
  close(): void;
}

/**
 * One list of blocked addresses for all nodes: each tells the others what it imposes and lifts, and asks for what it may not
 * know. `onAdopted` hears of every block that came from elsewhere.
 */
export function shareBlocks(
  blocks: BlockList,
  neighbours: Neighbours,
  clock: Clock,
  onAdopted: (key: string) => void,
): SharedBlocks {
  const list = shareList({
    clock,
    neighbours,
    topic: 'blocks',
    all: () =>
      blocks.known().map((block) => {
        const { key, endsAt, times, at, liftedAt } = block;
        return { mark: [key, endsAt, times, at, liftedAt].join(' '), item: block };
      }),
    take: (item) => {
      const parsed = TheBlock.safeParse(item);
      if (parsed.success && blocks.adopt(parsed.data)) onAdopted(parsed.data.key);
    },
  });
  return {
    tell(key) {
      const told = blocks.known().find((block) => block.key === key);
      if (told) list.tell(told);
    },
    close: () => list.close(),
  };
}
