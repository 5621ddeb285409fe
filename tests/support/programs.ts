import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { requireTool } from '#support/tools.ts';
import { until } from './wait.ts';

/** The programs that the shipped configuration is for, and the tool that brings each of them. */
const TOOL_OF = {
  turnserver: 'coturn',
  turnutils_uclient: 'coturn',
  prometheus: 'prometheus',
  promtool: 'prometheus',
  nginx: 'nginx',
  'redis-server': 'redis-server',
  'redis-cli': 'redis-server',
  openssl: 'openssl',
  'systemd-analyze': 'systemd',
} as const;
export type ProgramName = keyof typeof TOOL_OF;

/** Path of a program, installed where that is possible; a check that is left out would prove nothing. */
export function needProgram(name: ProgramName): string {
  const tool = requireTool(TOOL_OF[name]);
  // A package may bring several programs; they lie side by side.
  const file = join(dirname(tool), name);
  if (!existsSync(file)) throw new Error(`${name} is missing beside ${tool}.`);
  return file;
}

export type ProgramEnd = { code: number; output: string };

/** Runs a program to its end; everything it printed comes back, whatever the code. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { ...options, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: `${stdout}${stderr}` });
    });
  });
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Program {
  readonly output: string;
  readonly ended: Promise<number | null>;
  /** Resolves once `holds`; throws with the program's output when it ends before. */
  whenever(what: string, holds: () => boolean | Promise<boolean>): Promise<void>;
  signal(name: NodeJS.Signals): void;
  close(): Promise<void>;
}

export type StartOptions = { env?: NodeJS.ProcessEnv; cwd?: string; uid?: number; gid?: number };

/** Starts a program; the caller closes it. Whatever is left when this process exits is killed. */
export function startProgram(file: string, args: readonly string[], options: StartOptions = {}): Program {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  let over = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-100_000);
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    const settle = (code: number | null) => {
      over = true;
      running.delete(child);
      resolve(code);
    };
    child.on('error', (error) => {
      output += error.message;
      settle(null);
    });
    child.on('close', settle);
  });
  return {
    get output() {
      return output;
    },
    ended,
    whenever: async (what, holds) => {
      const how = await until(what, async () => (over ? 'over' : (await holds()) && 'holds'), { everyMs: 50 });
      if (how === 'over') throw new Error(`${file} ended before ${what}:\n${output}`);
    },
    signal: (name) => void child.kill(name),
    close: async () => {
      if (over) return;
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(insist);
    },
  };
}

/** A port that was free a moment ago, for programs that cannot be told to take any. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host);
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Makes `fullchain.pem` and `privkey.pem` in a folder, for localhost and an address; returns the certificate. */
export async function makeCertificate(folder: string, address = '127.0.0.1'): Promise<string> {
  const file = join(folder, 'fullchain.pem');
  const { code, output } = await runProgram(needProgram('openssl'), [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', `subjectAltName=DNS:localhost,IP:${address}`],
    ...['-keyout', join(folder, 'privkey.pem'), '-out', file],
  ]);
  if (code !== 0) throw new Error(output);
  return readFileSync(file, 'utf8');
}
