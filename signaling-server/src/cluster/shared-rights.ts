import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Neighbours } from './neighbours.ts';

/** How long other nodes may take to say theirs. */
const ANSWER_MS = 1_000;

const Node = z.string().min(1).max(64);
const Wanted = z.object({ from: Node, request: z.number().int() });
const Said = z.object({
  node: Node,
  request: z.number().int(),
  sockets: z.array(z.tuple([z.string().min(1).max(64), z.number().int().nonnegative()])),
});

/** How many sockets each right has, and how many nodes did not say theirs in time. */
export type RightsInUse = { sockets: ReadonlyMap<string, number>; silentNodes: number };

/**
 * Counts the sockets of each right over all nodes, also over the workers of one computer: whoever is asked asks the others. Few
 * look, so nothing is told before somebody does.
 */
export function shareRights(
  own: () => ReadonlyMap<string, number>,
  neighbours: Neighbours,
  clock: Clock,
): () => Promise<RightsInUse> {
  let last = 0;
  const open = new Map<number, (said: z.infer<typeof Said>) => void>();
  neighbours.onNotice('rights-wanted', (body) => {
    const wanted = Wanted.safeParse(body);
    if (!wanted.success) return;
    const { from, request } = wanted.data;
    neighbours.tell(from, 'rights-in-use', { node: neighbours.self, request, sockets: [...own()] });
  });
  neighbours.onNotice('rights-in-use', (body) => {
    const said = Said.safeParse(body);
    if (said.success) open.get(said.data.request)?.(said.data);
  });
  return async () => {
    const request = ++last;
    const said = new Map<string, z.infer<typeof Said>['sockets']>();
    let settle = (): void => {};
    open.set(request, ({ node, sockets }) => {
      said.set(node, sockets);
      settle();
    });
    const asked = await neighbours.notify('rights-wanted', { from: neighbours.self, request });
    const silent = (): number => asked.filter((node) => !said.has(node)).length;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(ANSWER_MS, resolve);
      settle = () => {
        if (silent() > 0) return;
        cancel();
        resolve();
      };
      settle();
    });
    open.delete(request);
    const sockets = new Map(own());
    for (const [right, count] of [...said.values()].flat()) sockets.set(right, (sockets.get(right) ?? 0) + count);
    return { sockets, silentNodes: silent() };
  };
}
