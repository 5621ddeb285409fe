import type { ServerKind } from '../servers/servers.ts';
import type { DriverClient } from './driver-client.ts';
import { ParleyClient } from './parley-client.ts';
import { PeerJsClient } from './peerjs-client.ts';
import { SocketIoClient } from './socket-io-client.ts';
import { WsClient } from './ws-client.ts';

/** A client that speaks to a server of this kind on this port of the loopback address. */
export function createClient(kind: ServerKind, port: number): DriverClient {
  switch (kind) {
    case 'parley':
      return new ParleyClient(port);
    case 'socket.io':
    case 'socket.io to()':
      return new SocketIoClient(port);
    case 'ws':
      return new WsClient(port);
    case 'peerjs':
      return new PeerJsClient(port);
  }
}

/** Whether the server answers a signal, so that its sender can wait for that; PeerJS's does not. */
export const acknowledges = (kind: ServerKind): boolean => kind !== 'peerjs';
