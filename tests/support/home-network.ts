import { type Computer, ip, openedOrNone, openNamespaces, signalAll, withinNamespace } from './namespaces.ts';

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

/**
 * Makes the network. It needs Linux, root and the right to make network namespaces; where one is missing it throws an
 * error whose message names it.
 */
export function openHomeNetwork(): HomeNetwork {
  const { names, close } = openNamespaces(['a', 'b']);
  const [a = '', b = ''] = names;
  try {
    ip('link', 'add', 'eth0', 'netns', a, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', b);
    const computers = names.map((name, index) => {
      const address = `192.168.77.${index + 2}`;
      ip('-n', name, 'address', 'add', `${address}/24`, 'dev', 'eth0');
      ip('-n', name, 'link', 'set', 'eth0', 'up');
      // A home's router; nothing answers there.
      ip('-n', name, 'route', 'add', 'default', 'via', '192.168.77.1');
      return { address, within: withinNamespace(name) };
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
export const homeNetworkOrNone = (what: string): HomeNetwork | undefined => openedOrNone(what, openHomeNetwork);
