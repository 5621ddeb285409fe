import type { Server, Socket } from 'node:net';
import { createTrust, limitKeyOf, remoteAddressOf } from '../client-address.ts';
import type { Config } from '../config.ts';
import { countOpenSockets } from './open-sockets.ts';

/**
 * Caps how many TCP connections one address may hold, whatever it says on them or not: before a request is read no other limit
 * counts. Proxies that are trusted speak for many and are not counted. A connection beyond the cap is cut, and `onCut` told. The
 * result ends every connection at once.
 */
export function capConnections(
  server: Server,
  { connectionsPerAddress: max, trustProxy }: Pick<Config, 'connectionsPerAddress' | 'trustProxy'>,
  onCut: () => void,
): () => void {
  const isTrusted = createTrust(trustProxy);
  const counts = countOpenSockets();
  /** Every connection with the key that it is counted by; '' for one that is not counted. */
  const connections = new Map<Socket, string>();
  // One function for all of them: a closure for each would be kept as long as its connection.
  const forget = function (this: Socket): void {
    const key = connections.get(this);
    connections.delete(this);
    if (key) counts.giveBack(key);
  };
  server.on('connection', (socket: Socket) => {
    const ip = remoteAddressOf(socket);
    const key = max === 0 || ip === '' || isTrusted(ip) ? '' : limitKeyOf(ip);
    if (key !== '' && !counts.take(key, max)) {
      onCut();
      socket.destroy();
      return;
    }
    connections.set(socket, key);
    socket.on('close', forget);
  });
  return () => {
    for (const socket of connections.keys()) socket.destroy();
  };
}
