import { z } from 'zod';
import { type RunningProcess, startProcess } from './processes.ts';

const Ready = z.object({ ready: z.literal(true), url: z.url() });

export type HostOptions = {
  /** Folder of the profile. */
  profile: string;
  logTo?: string;
  /** Further arguments of electron/loopback/main.ts. */
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** A command that runs it. */
  within?: readonly string[];
};

/** One participant's desktop core in plain Node, without a window. */
export interface AppHost {
  /** Opens the app once; carries the start token. */
  readonly url: string;
  readonly process: RunningProcess;
  close(): Promise<void>;
}

/** Arguments of a host that opens no window and starts no server of its own. */
export const hostArguments = (profile: string, more: readonly string[] = []): string[] => [
  'electron/loopback/main.ts',
  '--profile',
  profile,
  '--window',
  'none',
  '--json',
  ...more,
];

/** Starts the loopback host on a profile and waits until it is ready. */
export async function startHost({
  profile,
  logTo,
  args = ['--no-embedded-server'],
  env = {},
  within = [],
}: HostOptions): Promise<AppHost> {
  const host = startProcess({
    args: hostArguments(profile, args),
    env,
    within,
    ...(logTo === undefined ? {} : { logTo }),
  });
  try {
    const ready = await host.waitForLine('the app to be ready', (line) => {
      try {
        const parsed = Ready.safeParse(JSON.parse(line));
        return parsed.success ? parsed.data : undefined;
      } catch {
        return undefined;
      }
    });
    return {
      url: ready.url,
      process: host,
      close: async () => {
        await host.close();
      },
    };
  } catch (error) {
    await host.close();
    throw error;
  }
}
