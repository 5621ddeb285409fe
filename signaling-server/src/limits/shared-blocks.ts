import { readJson } from '@parley/shared/protocol';
import { z } from 'zod';
import { type Clock, repeatTask } from '../clock.ts';
import type { Store } from '../cluster/backplane.ts';
import type { Notices } from '../cluster/cluster-node.ts';
import { plainAddresses, type SharedAddresses } from '../cluster/shared-addresses.ts';
import type { Block, BlockList } from './block-list.ts';

const LOOK_EVERY_MS = 60_000;
const ATTEMPTS = 5;

const Address = z.string().min(1).max(64);
const SharedBlock = z.object({
  /** The address, sealed where there is a key for that: the admin of each node is shown it. */
  sealed: z.string().max(200),
  endsAt: z.number(),
  times: z.number().int().positive(),
  at: z.number(),
  liftedAt: z.number(),
});
type SharedBlock = z.infer<typeof SharedBlock>;

export type SharedBlocksPorts = {
  clock: Clock;
  store: Store;
  nodes: Notices;
  /** Called for every address that another node blocked. */
  onBlocked: (key: string) => void;
  addresses?: SharedAddresses;
};

export interface SharedBlocks {
  /** Tells the other nodes of a block that this one imposed, or that the admin lifted here. */
  tell(key: string): void;
  close(): void;
}

/**
 * One list of blocked addresses for all nodes. Each node writes what it imposes and lifts into the store and tells the others
 * at once. At the start, once a minute, and when it may have missed something, a node looks at all that the store has;
 * what the store lost, or a node could not write, is written then.
 */
export function shareBlocks(
  blocks: BlockList,
  { clock, store, nodes, onBlocked, addresses = plainAddresses }: SharedBlocksPorts,
): SharedBlocks {
  const storeKeyOf = (key: string): string => `block:${addresses.nameOf(key)}`;
  /** Nodes count time each for itself; what they tell each other is by the computers' clocks. */
  const shifted = <T extends Omit<Block, 'key'>>(block: T, shiftMs: number): T => ({
    ...block,
    endsAt: block.endsAt + shiftMs,
    at: block.at + shiftMs,
    liftedAt: block.liftedAt === 0 ? 0 : block.liftedAt + shiftMs,
  });
  const toWallMs = (): number => Math.round(clock.wall() - clock.now());
  const sharedOf = ({ key, ...rest }: Block): SharedBlock => ({
    sealed: addresses.seal(key),
    ...shifted(rest, toWallMs()),
  });
  const find = (key: string): Block | undefined => blocks.known().find((block) => block.key === key);

  /** Takes over what another node knows of a block. */
  const receive = ({ sealed, ...rest }: SharedBlock): void => {
    const key = Address.safeParse(addresses.open(sealed)).data;
    if (key !== undefined && blocks.apply({ key, ...shifted(rest, -toWallMs()) })) onBlocked(key);
  };
  /** Makes one of what the store and this node know of a block. Rejects while the store is away. */
  const merge = async (key: string): Promise<void> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [stored] = await store.read([storeKeyOf(key)]);
      const shared = readJson(SharedBlock, stored?.value);
      if (shared) receive(shared);
      const block = find(key);
      if (!block) return;
      const text = JSON.stringify(sharedOf(block));
      if (await store.write(storeKeyOf(key), stored?.version ?? 0, text, block.endsAt - clock.now())) return;
    }
  };
  const look = async (): Promise<void> => {
    const keys = await store.list('block:');
    const told = (await store.read(keys)).map((stored) => readJson(SharedBlock, stored?.value));
    for (const shared of told) if (shared) receive(shared);
    const known = new Map(keys.map((key, at) => [key, told[at]]));
    for (const block of blocks.known())
      if (!isSame(known.get(storeKeyOf(block.key)), sharedOf(block))) await merge(block.key);
  };
  nodes.onNotice('block', SharedBlock, receive);
  const looking = repeatTask(clock, LOOK_EVERY_MS, look);
  nodes.onMissed(looking.run);
  looking.run();
  return {
    tell(key) {
      const block = find(key);
      if (!block) return;
      void nodes.notify('block', sharedOf(block));
      merge(key).catch(() => {});
    },
    close: looking.stop,
  };
}

/** Whether two nodes know the same of a block. An address may be sealed in many ways. */
const isSame = (one: SharedBlock | undefined, other: SharedBlock): boolean =>
  JSON.stringify({ ...one, sealed: '' }) === JSON.stringify({ ...other, sealed: '' });
