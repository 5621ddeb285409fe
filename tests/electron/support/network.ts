import { execFile } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { isPrivateHost } from '@parley/shared/model';

const run = promisify(execFile);
const NAME = 'parley-lan';
const ADDRESS = '10.77.3.1';

/** An address of this computer in a private network, which others would reach it at. */
export interface LocalNetwork {
  readonly address: string;
  close(): Promise<void>;
}

/**
 * The network that this computer is in, or, where it is in none and this is root, a pair of interfaces with such an
 * address. Throws where neither is to be had.
 */
export async function openLocalNetwork(): Promise<LocalNetwork> {
  const own = Object.entries(networkInterfaces())
    // Leftovers of a run that was killed are made anew, so that they go away in the end.
    .flatMap(([name, addresses]) => (name === NAME ? [] : (addresses ?? [])))
    .find(({ family, internal, address }) => family === 'IPv4' && !internal && isPrivateHost(address));
  if (own) return { address: own.address, close: async () => undefined };
  await run('ip', ['link', 'delete', NAME]).catch(() => undefined);
  await run('ip', ['link', 'add', NAME, 'type', 'veth', 'peer', 'name', `${NAME}-end`]);
  await run('ip', ['address', 'add', `${ADDRESS}/32`, 'dev', NAME]);
  // An interface counts as one only while its other end is up as well.
  for (const end of [NAME, `${NAME}-end`]) await run('ip', ['link', 'set', end, 'up']);
  return {
    address: ADDRESS,
    close: async () => {
      await run('ip', ['link', 'delete', NAME]);
    },
  };
}
