import { z } from 'zod';
import { type RunningProcess, startProcess } from './processes.ts';

const Question = z.object({ question: z.url() });
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
  /** Waits for the address of the next question that the host asks its person, which has no window to stand in. */
  nextQuestion(): Promise<string>;
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
    const ready = await host.waitForLine('the app to be ready', (line) => lineAs(Ready, line));
    const asked = new Set<string>();
    return {
      url: ready.url,
      process: host,
      async nextQuestion() {
        const { question } = await host.waitForLine('a question', (line) => {
          const said = lineAs(Question, line);
          return said && !asked.has(said.question) ? said : undefined;
        });
        asked.add(question);
        return question;
      },
      close: async () => {
        await host.close();
      },
    };
  } catch (error) {
    await host.close();
    throw error;
  }
}

/** A line of JSON of that shape; undefined for any other. */
function lineAs<T>(shape: z.ZodType<T>, line: string): T | undefined {
  try {
    const parsed = shape.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
