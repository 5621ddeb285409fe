import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type Clock, systemClock } from '@parley/shared/timing';
import { DatagramLine, type Impairment, type LineOptions, StreamLine, UNIMPAIRED } from './impaired-line.ts';
import { seededRandom } from './seeded-random.ts';

export type ProxyOptions = {
  /** Where it listens, over UDP and TCP with the same port; 0 takes any. */
  listen: { address: string; port: number };
  /** The program behind it. */
  target: { address: string; port: number };
  seed: number;
  /** Only those whose address begins so have the bad network; everybody where it is missing. */
  onlyFrom?: string;
  clock?: Clock;
};

/** A bad network in front of a program: whoever talks to the proxy talks to the program behind it, with troubles. */
export interface ImpairingProxy {
  readonly port: number;
  /** Datagrams that clients sent so far. */
  readonly taken: number;
  /** From now on the network is like this, both ways; what is not named is as it should be. */
  impair(impairment: Partial<Impairment>): void;
  close(): Promise<void>;
}

/** Opens the proxy and waits until it listens. */
export async function openImpairingProxy(options: ProxyOptions): Promise<ImpairingProxy> {
  const { listen, target, seed, onlyFrom = '', clock = systemClock } = options;
  const random = seededRandom(seed);
  let impairment = UNIMPAIRED;
  let taken = 0;
  const bad: LineOptions = { clock, random, impairment: () => impairment };
  const good: LineOptions = { clock, random, impairment: () => UNIMPAIRED };
  const lineOf = (client = '') => (client.startsWith(onlyFrom) ? bad : good);
  const streams = new Set<StreamLine>();
  const sockets = new Set<Socket>();
  const clients = new Map<string, { toTarget: DatagramSocket; out: DatagramLine; back: DatagramLine }>();

  const pipe = (from: Socket, to: Socket, line: LineOptions): void => {
    const stream = new StreamLine(line);
    streams.add(stream);
    sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (bytes) => stream.send(bytes.length, () => to.write(bytes)));
    // The end is a piece as well: nothing before it is cut off.
    from.on('end', () => stream.send(0, () => to.end()));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      streams.delete(stream);
    });
  };
  const tcp = createServer({ allowHalfOpen: true }, (client) => {
    const behind = connect({ ...target, host: target.address, allowHalfOpen: true });
    const line = lineOf(client.remoteAddress);
    pipe(client, behind, line);
    pipe(behind, client, line);
  });
  tcp.listen(listen.port, listen.address);
  await once(tcp, 'listening');
  const bound = tcp.address();
  if (bound === null || typeof bound === 'string') throw new Error('the proxy has no port');
  const { port } = bound;

  const udp = createSocket('udp4');
  const open = (address: string, clientPort: number) => {
    const toTarget = createSocket('udp4');
    const line = lineOf(address);
    const [out, back] = [new DatagramLine(line), new DatagramLine(line)];
    toTarget.on('message', (bytes) => back.send(bytes.length, () => udp.send(bytes, clientPort, address)));
    // Nobody listens behind it: the datagram is lost, as it would be without the proxy.
    toTarget.on('error', () => undefined);
    return { toTarget, out, back };
  };
  udp.on('message', (bytes, { address, port: clientPort }) => {
    taken += 1;
    const key = `${address}:${clientPort}`;
    const client = clients.get(key) ?? open(address, clientPort);
    clients.set(key, client);
    const { out, toTarget } = client;
    out.send(bytes.length, () => toTarget.send(bytes, target.port, target.address));
  });
  udp.on('error', () => undefined);
  udp.bind(port, listen.address);
  await once(udp, 'listening');
  return {
    port,
    get taken() {
      return taken;
    },
    impair(next) {
      impairment = { ...UNIMPAIRED, ...next };
      for (const stream of streams) stream.changed();
    },
    close: async () => {
      for (const { toTarget, out, back } of clients.values()) {
        out.close();
        back.close();
        toTarget.close();
      }
      udp.close();
      for (const stream of streams) stream.close();
      for (const socket of sockets) socket.destroy();
      tcp.close();
      await once(tcp, 'close');
    },
  };
}
