import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type RunningProgram = {
  pid: number;
  /** Everything it has printed. */
  output: () => string;
  signal(signal: NodeJS.Signals): void;
  /** Ends it and resolves when it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
};

/** Starts a program and resolves when it printed what `ready` matches; rejects with its output if it ends before. */
export async function startProgram(file: string, args: readonly string[], ready: RegExp): Promise<RunningProgram> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const gone = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-100_000);
      if (ready.test(output)) resolve();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}:\n${output}`)));
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    signal: (signal) => void child.kill(signal),
    async end(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await gone;
    },
  };
}
