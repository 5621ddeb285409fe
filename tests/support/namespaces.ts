import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { requireTool } from './tools.ts';

/** A computer in a network that a test makes: a command in front of a program makes it run there. */
export type Computer = { address: string; within: readonly string[] };

const IP = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip', '/bin/ip'].find((file) => existsSync(file));

/** Runs `ip` and answers what it printed. Throws with its words when it refuses. */
export function ip(...args: string[]): string {
  if (IP === undefined) throw new Error('ip (Debian: iproute2) is missing');
  return execFileSync(IP, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
}

/** The command that runs a program in a namespace. */
export const withinNamespace = (name: string): readonly string[] => [IP ?? 'ip', 'netns', 'exec', name];

/** Runs a program in a namespace to its end. `input` is what it reads. */
export function runWithin(name: string, program: string, args: readonly string[], input = ''): void {
  const [command = '', ...rest] = withinNamespace(name);
  execFileSync(command, [...rest, program, ...args], { input, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Replaces the packet filter of a namespace by these lines of a table; none let everything pass. */
export function filterPackets(name: string, chains: readonly string[]): void {
  const table = ['table inet parley', 'delete table inet parley', `table inet parley {\n${chains.join('\n')}\n}`];
  runWithin(name, requireTool('nftables'), ['-f', '-'], `${table.join('\n')}\n`);
}

/** Sends a signal to every process in a namespace. */
export function signalAll(name: string, signal: NodeJS.Signals): void {
  for (const pid of ip('netns', 'pids', name).split('\n').filter(Boolean)) process.kill(Number(pid), signal);
}

let made = 0;

/**
 * Makes namespaces with loopback, one for each letter. `close` removes them; whatever still runs in them has no network then.
 * It needs Linux, root and the right to make namespaces; where one is missing it throws an error whose message names it.
 */
export function openNamespaces(letters: readonly string[]): { names: readonly string[]; close(): void } {
  made += 1;
  const names = letters.map((letter) => `parley-${process.pid}-${made}${letter}`);
  const close = () => {
    process.off('exit', close);
    for (const name of names) {
      try {
        ip('netns', 'delete', name);
      } catch {
        // It was never made, or is gone already.
      }
    }
  };
  process.on('exit', close);
  try {
    for (const name of names) {
      ip('netns', 'add', name);
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    return { names, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** What `open` made; undefined where this system cannot make it: then `what` is left out. In CI that is a failure. */
export function openedOrNone<T>(what: string, open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (process.env.CI) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`${what}: left out. ${reason}`);
    return undefined;
  }
}
