import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Block, BlockList } from '../limits/block-list.ts';
import type { Neighbours } from './neighbours.ts';
import { shareList } from './shared-list.ts';

const TheBlock = z.object({ key: z.string().min(1).max(64), endsAt: z.number(), times: z.number().int().positive() });
const Lifted = z.object({ key: z.string().min(1).max(64) });

export interface SharedBlocks {
  /** Tells the other nodes of a block that this one imposed. */
  tell(block: Block): void;
  /** Tells them that the admin lifted one. */
  lift(key: string): void;
  close(): void;
}

/**
 * One list of blocked addresses for all nodes: each tells the others what it imposes and lifts, and a node that starts
 * asks for what there is. `onAdopted` hears of every block that came from elsewhere.
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
    all: () => blocks.blocks().map((block) => ({ mark: JSON.stringify(block), item: block })),
    take: (item) => {
      const parsed = TheBlock.safeParse(item);
      if (parsed.success && blocks.adopt(parsed.data)) onAdopted(parsed.data.key);
    },
  });
  neighbours.onNotice('block-lifted', (body) => {
    const parsed = Lifted.safeParse(body);
    if (parsed.success) blocks.lift(parsed.data.key);
  });
  return {
    tell: (block) => list.tell(block),
    lift: (key) => void neighbours.notify('block-lifted', { key }),
    close: () => list.close(),
  };
}
