import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { OtherNodes } from '../cluster/other-nodes.ts';
import { plainAddresses, type SharedAddresses } from '../cluster/shared-addresses.ts';
import { shareList } from '../cluster/shared-list.ts';
import type { Block, BlockList } from './block-list.ts';

const Address = z.string().min(1).max(64);
const TheBlock = z.object({
  /** The address, sealed where there is a key for that: the admin of each node is shown it. */
  sealed: z.string().max(200),
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
 * know. `onBlocked` is called for every address that another node blocked.
 */
export function shareBlocks(
  blocks: BlockList,
  nodes: OtherNodes,
  clock: Clock,
  onBlocked: (key: string) => void,
  addresses: SharedAddresses = plainAddresses,
): SharedBlocks {
  /** Nodes count time each for itself; what they tell each other is by the computers' clocks. */
  const shifted = <T extends Omit<Block, 'key'>>(block: T, shiftMs: number): T => ({
    ...block,
    endsAt: block.endsAt + shiftMs,
    at: block.at + shiftMs,
    liftedAt: block.liftedAt === 0 ? 0 : block.liftedAt + shiftMs,
  });
  const toWallMs = (): number => Math.round(clock.wall() - clock.now());
  const itemOf = ({ key, ...rest }: Block): z.infer<typeof TheBlock> => ({
    sealed: addresses.seal(key),
    ...shifted(rest, toWallMs()),
  });
  const list = shareList({
    clock,
    nodes,
    topic: 'blocks',
    all: () =>
      blocks.known().map((block) => {
        const { key, endsAt, times, at, liftedAt } = shifted(block, toWallMs());
        return { fingerprint: [addresses.nameOf(key), endsAt, times, at, liftedAt].join(' '), item: itemOf(block) };
      }),
    receive: (item) => {
      const parsed = TheBlock.safeParse(item);
      if (!parsed.success) return;
      const { sealed, ...rest } = parsed.data;
      const key = Address.safeParse(addresses.open(sealed)).data;
      if (key !== undefined && blocks.apply({ key, ...shifted(rest, -toWallMs()) })) onBlocked(key);
    },
  });
  return {
    tell(key) {
      const told = blocks.known().find((block) => block.key === key);
      if (told) list.tell(itemOf(told));
    },
    close: () => list.close(),
  };
}
