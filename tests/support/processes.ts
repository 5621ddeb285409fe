import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { NODE, REPOSITORY } from './repository.ts';
import { until } from './wait.ts';

export type ProcessOptions = {
  /** Arguments after Node itself: a script and what it is told. */
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Everything it prints is appended here. */
  logTo?: string;
  /** A command that runs it, as `ip netns exec …` does. */
  within?: readonly string[];
};

export type ProcessEnd = { code: number | null; signal: NodeJS.Signals | null };

/** A Node process of the project under test. */
export interface RunningProcess {
  readonly pid: number;
  /** Its output so far: stdout line by line, and stderr. */
  readonly lines: readonly string[];
  readonly errorText: string;
  /** Messages it sent over IPC so far. */
  readonly messages: readonly unknown[];
  readonly ended: Promise<ProcessEnd>;
  readonly isRunning: boolean;
  /** Waits for a line of stdout or an IPC message that `pick` turns into something. Throws when the process ends first. */
  waitForLine<T>(what: string, pick: (line: string) => T | undefined, timeoutMs?: number): Promise<T>;
  waitForMessage<T>(what: string, pick: (message: unknown) => T | undefined, timeoutMs?: number): Promise<T>;
  /** Sends a message over IPC. */
  say(message: object): void;
  /** Sends a signal and waits for nothing. */
  kill(signal: NodeJS.Signals): void;
  /** Ends it: asks, and after `graceMs` (10 s) insists. */
  close(signal?: NodeJS.Signals, graceMs?: number): Promise<ProcessEnd>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a Node process; the caller closes it. Whatever is left when this process exits is killed. */
export function startProcess({ args, env = {}, logTo, within = [] }: ProcessOptions): RunningProcess {
  const [program = NODE, ...rest] = [...within, NODE, ...args];
  const child = spawn(program, rest, {
    cwd: REPOSITORY,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  const lines: string[] = [];
  const messages: unknown[] = [];
  let errorText = '';
  const log = logTo === undefined ? undefined : createWriteStream(logTo, { flags: 'a' });
  child.stdout?.on('data', (chunk: Buffer) => log?.write(chunk));
  child.stderr?.on('data', (chunk: Buffer) => {
    log?.write(chunk);
    errorText = (errorText + chunk.toString('utf8')).slice(-20_000);
  });
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  child.on('message', (message) => messages.push(message));

  let end: ProcessEnd | undefined;
  const ended = new Promise<ProcessEnd>((resolve) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null) => {
      if (end) return;
      end = { code, signal };
      running.delete(child);
      if (log) log.end(() => resolve({ code, signal }));
      else resolve({ code, signal });
    };
    child.on('error', (error) => {
      errorText += error.message;
      settle(null, null);
    });
    child.on('close', settle);
  });

  const waitIn = async <S, T>(
    what: string,
    seen: readonly S[],
    pick: (entry: S) => T | undefined,
    timeoutMs: number,
  ): Promise<T> => {
    const found = await until(
      what,
      () => {
        for (const entry of seen) {
          const value = pick(entry);
          if (value !== undefined) return { value };
        }
        return end ? { failed: true as const } : undefined;
      },
      { timeoutMs, everyMs: 10 },
    );
    if ('failed' in found) {
      throw new Error(
        `${args[0]} ended (${end?.code ?? end?.signal}) before ${what}:\n${lines.slice(-20).join('\n')}\n${errorText}`,
      );
    }
    return found.value;
  };

  return {
    pid: child.pid ?? -1,
    lines,
    messages,
    get errorText() {
      return errorText;
    },
    get isRunning() {
      return end === undefined;
    },
    ended,
    waitForLine: (what, pick, timeoutMs = 30_000) => waitIn(what, lines, pick, timeoutMs),
    waitForMessage: (what, pick, timeoutMs = 30_000) => waitIn(what, messages, pick, timeoutMs),
    say: (message) => void child.send(message),
    kill: (signal) => void child.kill(signal),
    close: async (signal = 'SIGTERM', graceMs = 10_000) => {
      if (end) return ended;
      child.kill(signal);
      const insist = setTimeout(() => child.kill('SIGKILL'), graceMs);
      const how = await ended;
      clearTimeout(insist);
      return how;
    },
  };
}
