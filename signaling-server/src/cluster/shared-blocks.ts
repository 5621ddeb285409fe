import { z } from 'zod';
import type { Block, BlockList } from '../limits/block-list.ts';
import type { ClusteredRooms } from './clustered-rooms.ts';

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
export function shareBlocks(
  blocks: BlockList,
  cluster: ClusteredRooms,
  onAdopted: (key: string) => void,
): SharedBlocks {
  const tell = (block: Block): void => void cluster.notify('block', block).catch(() => {});
  cluster.onNotice('block', (body) => {
    const parsed = TheBlock.safeParse(body);
    if (parsed.success && blocks.adopt(parsed.data)) onAdopted(parsed.data.key);
  });
  cluster.onNotice('block-lifted', (body) => {
    const parsed = Lifted.safeParse(body);
    if (parsed.success) blocks.lift(parsed.data.key);
  });
  cluster.onNotice('blocks-wanted', () => {
    for (const block of blocks.blocks()) tell(block);
  });
  void cluster.notify('blocks-wanted', null).catch(() => {});
  return { tell, lift: (key) => void cluster.notify('block-lifted', { key }).catch(() => {}) };
}
