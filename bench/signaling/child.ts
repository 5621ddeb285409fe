import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE, REPOSITORY } from '../../tests/support/repository.ts';

const ASK_TIMEOUT_MS = 180_000;
const END_GRACE_MS = 3_000;

/** A process of the measurement, talked to over IPC; what it prints goes into a file, as a server's log does. */
export interface Child {
  readonly pid: number;
  /** Waits for the next message that `pick` turns into something; rejects when the process ends first. */
  next<T>(what: string, pick: (message: unknown) => T | undefined): Promise<T>;
  say(message: object): void;
  close(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export function startChild(args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-signaling-'));
  const outputFile = join(folder, 'output');
  const output = openSync(outputFile, 'a');
  const child = spawn(NODE, args, {
    cwd: REPOSITORY,
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', output, output, 'ipc'],
  });
  closeSync(output);
  running.add(child);
  const listeners = new Set<(message: unknown) => void>();
  child.on('message', (message) => {
    for (const listener of [...listeners]) listener(message);
  });
  const whenEnded = new Promise<void>((resolve) => {
    child.once('close', () => {
      running.delete(child);
      resolve();
    });
  });
  const lastWords = (): string => readFileSync(outputFile, 'utf8').trim().split('\n').slice(-12).join('\n');

  return {
    pid: child.pid ?? -1,
    next: (what, pick) =>
      new Promise((resolve, reject) => {
        const over = () => {
          clearTimeout(timer);
          listeners.delete(listener);
        };
        const fail = (why: string) => {
          over();
          reject(new Error(`${args.at(-1)} ${why} (${what})\n${lastWords()}`));
        };
        const timer = setTimeout(() => fail('did not answer in time'), ASK_TIMEOUT_MS);
        const listener = (message: unknown) => {
          const picked = pick(message);
          if (picked === undefined) return;
          over();
          resolve(picked);
        };
        listeners.add(listener);
        void whenEnded.then(() => listeners.has(listener) && fail('ended'));
      }),
    say: (message) => void child.send(message),
    async close() {
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), END_GRACE_MS);
      await whenEnded;
      clearTimeout(insist);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
