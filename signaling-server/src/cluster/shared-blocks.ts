import { z } from 'zod';
import type { Block, BlockList } from '../limits/block-list.ts';
import type { Neighbours } from './neighbours.ts';

const TheBlock = z.object({ key: z.string().min(1).max(64), endsAt: z.number(), times: z.number().int().positive() });
const Lifted = z.object({ key: z.string().min(1).max(64) });

export interface SharedBlocks {
  /** Tells the other nodes of a block that this one imposed. */
  tell(block: Block): void;
  /** Tells them that the admin lifted one. */
  lift(key: string): void;
}

/**
 * One list of blocked addresses for all nodes: each tells the others what it imposes and lifts, and a node that starts
 * asks for what there is. `onAdopted` hears of every block that came from elsewhere.
 */
export function shareBlocks(blocks: BlockList, neighbours: Neighbours, onAdopted: (key: string) => void): SharedBlocks {
  const tell = (block: Block): void => void neighbours.notify('block', block);
  neighbours.onNotice('block', (body) => {
    const parsed = TheBlock.safeParse(body);
    if (parsed.success && blocks.adopt(parsed.data)) onAdopted(parsed.data.key);
  });
  neighbours.onNotice('block-lifted', (body) => {
    const parsed = Lifted.safeParse(body);
    if (parsed.success) blocks.lift(parsed.data.key);
  });
  neighbours.onNotice('blocks-wanted', () => {
    for (const block of blocks.blocks()) tell(block);
  });
  void neighbours.notify('blocks-wanted', null);
  return { tell, lift: (key) => void neighbours.notify('block-lifted', { key }) };
}
