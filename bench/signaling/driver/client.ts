import type { ServerKind } from '../servers/servers.ts';
import { ParleyClient } from './parley-client.ts';
import { PeerJsClient } from './peerjs-client.ts';
import type { RoomKey } from './room-key.ts';
import { SocketIoClient } from './socket-io-client.ts';
import { WsClient } from './ws-client.ts';

export type Settled = (answer: 'served' | 'refused') => void;

/** One simulated participant, in the words that its server understands. */
export interface DriverClient {
  /** How the others of its room address it; known after joining. */
  readonly name: string;
  onSignal: (id: string) => void;
  open(): Promise<void>;
  join(room: RoomKey): Promise<void>;
  /** Sends a box; `settled` hears the server's answer, or at once where the server gives none. */
  send(to: string, id: string, box: string, settled: Settled): void;
  leave(): Promise<void>;
  close(): void;
}

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
