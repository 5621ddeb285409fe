import { z } from 'zod';
import type { Notices } from './cluster-node.ts';
import type { RedisClient } from './redis-client.ts';

/** How long a worker that is started later finds the notice. */
const KEPT_MS = 86_400_000;

const Drain = z.object({ group: z.string(), draining: z.boolean() });

export type SharedDrainingPorts = {
  client: RedisClient;
  prefix: string;
  nodes: Notices;
  /** The name that the workers of this machine have in common. */
  group: string;
  onDrain: (draining: boolean) => void;
};

/**
 * Drains all workers of a machine as one. Resolves when this one knows the last notice; its answer tells all of
 * them, this one among them, to send newcomers elsewhere, or to take them again.
 */
export async function shareDraining(ports: SharedDrainingPorts): Promise<(draining: boolean) => void> {
  const { client, prefix, nodes, group, onDrain } = ports;
  const key = `${prefix}:draining:${group}`;
  nodes.onNotice('drain', Drain, (said) => {
    if (said.group === group) onDrain(said.draining);
  });
  if ((await client.exists(key)) > 0) onDrain(true);
  return (draining) => {
    onDrain(draining);
    const kept = draining ? client.set(key, '1', { expiration: { type: 'PX', value: KEPT_MS } }) : client.del(key);
    // While Redis is away this worker alone is drained.
    kept.catch(() => {});
    void nodes.notify('drain', { group, draining });
  };
}
