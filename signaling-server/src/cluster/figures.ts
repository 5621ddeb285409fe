import { readJson } from '@parley/shared/protocol';
import { z } from 'zod';
import { type Clock, repeatTask } from '../clock.ts';
import type { RedisClient } from './redis-client.ts';

const PUBLISH_EVERY_MS = 2_000;
/** Figures outlive their node by little. */
const KEPT_MS = 10_000;

const Published = z.object({
  group: z.string(),
  /** Those of workers; a node that is alone on its machine has none to add up. */
  figures: z.unknown().optional(),
  rights: z.array(z.tuple([z.string().min(1).max(64), z.number().int().nonnegative()])),
});
type Published = z.infer<typeof Published>;

/** How many sockets each right has, and how many nodes did not say theirs. */
export type RightsInUse = { sockets: ReadonlyMap<string, number>; silentNodes: number };

export interface FigureExchange {
  /** The figures that the other workers of this machine published last; a worker that hangs has its last ones here. */
  ofMachine(): Promise<unknown[]>;
  /** The sockets of each right over all nodes, this one among them. */
  rightsInUse(): Promise<RightsInUse>;
  close(): void;
}

export type FigurePorts = {
  client: RedisClient;
  prefix: string;
  clock: Clock;
  /** The name of this node. */
  node: string;
  /** The name that the workers of one machine have in common. */
  group: string;
  /** The nodes that are alive, asked now. */
  nodes: () => Promise<ReadonlySet<string>>;
  own: () => Promise<Pick<Published, 'figures' | 'rights'>>;
};

/**
 * Each node keeps its figures under a key that lives a few seconds longer than the node; a node that is asked adds up what it
 * finds. It publishes its own first: totals that another node reports later contain what this one has reported, so
 * they never fall.
 */
export function exchangeFigures({ client, prefix, clock, node, group, nodes, own }: FigurePorts): FigureExchange {
  const keyOf = (name: string): string => `${prefix}:figures:${name}`;
  const publish = async (): Promise<unknown> =>
    client.set(keyOf(node), JSON.stringify({ group, ...(await own()) }), {
      expiration: { type: 'PX', value: KEPT_MS },
    });
  const publishing = repeatTask(clock, PUBLISH_EVERY_MS, publish);
  // At once: a node that has just started is not silent.
  publishing.run();
  const ofOthers = async (): Promise<(Published | undefined)[]> => {
    await publish();
    const others = [...(await nodes())].filter((name) => name !== node);
    if (others.length === 0) return [];
    return (await client.mGet(others.map(keyOf))).map((text) => readJson(Published, text));
  };
  return {
    async ofMachine() {
      const others = await ofOthers().catch(() => []);
      return others.flatMap((each) => (each?.group === group ? [each.figures] : []));
    },
    async rightsInUse() {
      const others = await ofOthers().catch(() => []);
      const sockets = new Map<string, number>();
      for (const [right, count] of [...(await own()).rights, ...others.flatMap((each) => each?.rights ?? [])])
        sockets.set(right, (sockets.get(right) ?? 0) + count);
      return { sockets, silentNodes: others.filter((each) => each === undefined).length };
    },
    close: publishing.stop,
  };
}
