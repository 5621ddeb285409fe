import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A computer in the network: a command in front of a program makes it run there. */
export type Computer = { address: string; within: readonly string[] };

/** Two computers in one home network without internet: network namespaces with a cable between them. */
export interface HomeNetwork {
  readonly first: Computer;
  readonly second: Computer;
  /** The second computer loses its address, as somebody does who leaves a network. */
  leaveSecond(): void;
  /** It comes into the network again, with another address. */
  comeBackSecond(): void;
  /** Everything on the second computer stands still, as while its lid is closed. */
  sleepSecond(): void;
  wakeSecond(): void;
  /** Removes the namespaces; whatever still runs in them has no network then. */
  close(): void;
}

const IP = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip', '/bin/ip'].find((file) => existsSync(file));
const ip = (...args: string[]): string => {
  if (IP === undefined) throw new Error('ip (Debian: iproute2) is missing');
  return execFileSync(IP, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
};

/** Sends a signal to every process in a namespace. */
function signalAll(name: string, signal: NodeJS.Signals): void {
  for (const pid of ip('netns', 'pids', name).split('\n').filter(Boolean)) process.kill(Number(pid), signal);
}

let made = 0;

/**
 * Makes the network. It needs Linux, root and the right to make network namespaces; where one is missing it throws an
 * error whose message names it.
 */
export function openHomeNetwork(): HomeNetwork {
  made += 1;
  const names = ['a', 'b'].map((letter) => `parley-${process.pid}-${made}${letter}`);
  const [a = '', b = ''] = names;
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
    for (const name of names) ip('netns', 'add', name);
    ip('link', 'add', 'eth0', 'netns', a, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', b);
    const computers = names.map((name, index) => {
      const address = `192.168.77.${index + 2}`;
      ip('-n', name, 'address', 'add', `${address}/24`, 'dev', 'eth0');
      ip('-n', name, 'link', 'set', 'lo', 'up');
      ip('-n', name, 'link', 'set', 'eth0', 'up');
      // A home's router; nothing answers there.
      ip('-n', name, 'route', 'add', 'default', 'via', '192.168.77.1');
      return { address, within: [IP ?? 'ip', 'netns', 'exec', name] };
    });
    const [first, second] = computers;
    if (!first || !second) throw new Error('a computer is missing');
    return {
      first,
      second,
      leaveSecond: () => void ip('-n', b, 'address', 'flush', 'dev', 'eth0', 'scope', 'global'),
      sleepSecond: () => signalAll(b, 'SIGSTOP'),
      wakeSecond: () => signalAll(b, 'SIGCONT'),
      comeBackSecond() {
        ip('-n', b, 'address', 'add', '192.168.77.103/24', 'dev', 'eth0');
        ip('-n', b, 'route', 'add', 'default', 'via', '192.168.77.1');
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Undefined where this system cannot make network namespaces: then `what` is left out. In CI that is a failure. */
export function homeNetworkOrNone(what: string): HomeNetwork | undefined {
  try {
    return openHomeNetwork();
  } catch (error) {
    if (process.env.CI) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`${what}: left out. ${reason}`);
    return undefined;
  }
}
