import { join } from 'node:path';
import type { BridgeCall, BridgeInput, BridgeOutput } from '@parley/shared/bridge';
import { unwrap } from '@parley/shared/protocol';
import { systemClock } from '@parley/shared/timing';
import { openFileSecretStore } from '../../electron/core/adapters/file-secret-store.ts';
import { silentLog } from '../../electron/core/adapters/stream-log.ts';
import { type Core, createCore } from '../../electron/core/core.ts';

/** A core on real files in that folder. */
export const openCore = (profile: string): Promise<Core> =>
  createCore({
    app: { version: '0.0.0', host: 'loopback', platform: process.platform },
    clock: systemClock,
    paths: { profile, downloads: join(profile, 'downloads') },
    secrets: openFileSecretStore(join(profile, 'secret.key')),
    shell: {
      openExternal: async () => false,
      askComputer: async () => false,
      openFile: async () => 'failed',
      showFile: async () => false,
      choose: async () => [],
    },
    serverProcess: null,
    log: silentLog,
  });

/** A bridge call the way a page makes it, without the transport. */
export async function ask<N extends BridgeCall>(core: Core, name: N, input: BridgeInput<N>): Promise<BridgeOutput<N>> {
  // The router has parsed the value with this row's output schema.
  return unwrap(await core.call(name, input)) as BridgeOutput<N>;
}

/** The milliseconds that the work took. */
export async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
