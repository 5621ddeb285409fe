import {
  type Computer,
  filterPackets,
  ip,
  openNamespaces,
  runWithin,
  signalAll,
  withinNamespace,
} from './namespaces.ts';

export type Person = 'ana' | 'ben';

/** The packets that get lost on the way between a computer and everybody else, both ways, without a word. */
export type Lost = 'nothing' | 'udp' | 'all-but-web' | 'everything';

/** The address of the server, and of the relay as the computers reach it. */
export const SERVER_ADDRESS = '192.168.80.1';
/** The relay's public address, from the range kept for documentation: the shipped relay sends to no private one. */
export const RELAY_ADDRESS = '203.0.113.10';
/** The relay's port for TLS, and the server's: what a strict network lets out. */
export const WEB_PORTS = { relay: 5349, server: 8080 } as const;

/**
 * Two computers, each in a network of its own, and a router between them that is also the computer of the server and of the
 * relay. Nobody reaches anybody but over the router.
 */
export interface Laboratory {
  readonly ana: Computer;
  readonly ben: Computer;
  readonly router: Computer;
  /** Whether the router lets the two computers send to each other. It does at first. */
  setDirect(isAllowed: boolean): void;
  /** From now on these packets of one computer get lost, and no others. */
  lose(who: Person, lost: Lost): void;
  /** Ben's computer loses its address, as somebody does who leaves a network. */
  leave(): void;
  /** It is in its network again, with another address. */
  comeBack(): void;
  /** Everything on Ben's computer stands still, as while its lid is closed. */
  sleep(): void;
  wake(): void;
  close(): void;
}

const LOST: Readonly<Record<Lost, string | undefined>> = {
  nothing: undefined,
  udp: 'meta l4proto udp drop',
  'all-but-web': `tcp sport != { ${Object.values(WEB_PORTS).join()} } tcp dport != { ${Object.values(WEB_PORTS).join()} } drop; meta l4proto udp drop`,
  everything: 'drop',
};

/** Where packets come in: a sender learns nothing of one that is dropped there. */
const arriving = (device: string, rule: string): string =>
  `chain from_${device} { type filter hook prerouting priority -300; ${rule
    .split('; ')
    .map((each) => `iifname "${device}" ${each}`)
    .join('; ')}; }`;

/** Makes the laboratory. It needs Linux, root and the right to make namespaces; an error names what is missing. */
export function openLaboratory(): Laboratory {
  const { names, close } = openNamespaces(['a', 'b', 'r']);
  const [a = '', b = '', router = ''] = names;
  const nameOf: Readonly<Record<Person, string>> = { ana: a, ben: b };
  const people = ['ana', 'ben'] as const;
  const network: Readonly<Record<Person, number>> = { ana: 81, ben: 82 };
  const lost: Record<Person, Lost> = { ana: 'nothing', ben: 'nothing' };
  const enter = (who: Person, host: number) => {
    const address = `192.168.${network[who]}.${host}`;
    ip('-n', nameOf[who], 'address', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', nameOf[who], 'route', 'add', 'default', 'via', `192.168.${network[who]}.1`);
    return address;
  };
  const setForwarding = (isOn: boolean) =>
    runWithin(router, 'sh', ['-c', `echo ${isOn ? 1 : 0} > /proc/sys/net/ipv4/ip_forward`]);
  try {
    for (const address of [SERVER_ADDRESS, RELAY_ADDRESS])
      ip('-n', router, 'address', 'add', `${address}/32`, 'dev', 'lo');
    const computerOf = (who: Person): Computer => {
      ip('link', 'add', 'eth0', 'netns', nameOf[who], 'type', 'veth', 'peer', 'name', who, 'netns', router);
      ip('-n', router, 'address', 'add', `192.168.${network[who]}.1/24`, 'dev', who);
      ip('-n', router, 'link', 'set', who, 'up');
      ip('-n', nameOf[who], 'link', 'set', 'eth0', 'up');
      return { address: enter(who, 2), within: withinNamespace(nameOf[who]) };
    };
    const [ana, ben] = [computerOf('ana'), computerOf('ben')];
    setForwarding(true);
    return {
      ana,
      ben,
      router: { address: SERVER_ADDRESS, within: withinNamespace(router) },
      setDirect: setForwarding,
      lose(who, what) {
        lost[who] = what;
        const rules = people.map((each) => ({ who: each, rule: LOST[lost[each]] }));
        filterPackets(
          router,
          rules.flatMap((each) => (each.rule === undefined ? [] : [arriving(each.who, each.rule)])),
        );
        for (const each of rules)
          filterPackets(nameOf[each.who], each.rule === undefined ? [] : [arriving('eth0', each.rule)]);
      },
      leave: () => void ip('-n', b, 'address', 'flush', 'dev', 'eth0', 'scope', 'global'),
      comeBack: () => void enter('ben', 103),
      sleep: () => signalAll(b, 'SIGSTOP'),
      wake: () => signalAll(b, 'SIGCONT'),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
