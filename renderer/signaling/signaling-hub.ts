import type { NetworkChange } from '@parley/shared/bridge';
import { isLoopbackHost, type ServerHost } from '@parley/shared/model';
import { Emitter } from '../emitter.ts';
import type { ServerConnection } from './server-connection.ts';
import { SignalingClient } from './signaling-client.ts';
import type { SignalingPorts } from './signaling-policy.ts';

export type ServerChange = { host: ServerHost; connection: ServerConnection };

/** One client per server, made when first asked for and shared by all rooms on that server. */
export interface SignalingHub {
  clientOf(host: ServerHost): SignalingClient;
  /** The state of that server as a person sees it; `offline` while nothing needs it. */
  stateOf(host: ServerHost): ServerConnection;
  /** The state of a server changed. Returns the undo. */
  onChange(listener: (change: ServerChange) => void): () => void;
  /** The right to that server may have changed: tries again now, if the server refused the one before. */
  rightChanged(host: ServerHost): void;
  /** Connections to servers beyond this computer may be dead without knowing it. */
  networkChanged(how: NetworkChange): void;
  close(): void;
}

export function createSignalingHub(ports: SignalingPorts): SignalingHub {
  const clients = new Map<ServerHost, SignalingClient>();
  const events = new Emitter<{ changed: ServerChange }>();
  return {
    clientOf(host) {
      const known = clients.get(host);
      if (known) return known;
      const client = new SignalingClient(host, ports);
      clients.set(host, client);
      client.on('changed', (connection) => events.emit('changed', { host, connection }));
      return client;
    },
    stateOf: (host) => clients.get(host)?.connection ?? { at: 'offline' },
    onChange: (listener) => events.on('changed', listener),
    rightChanged(host) {
      const client = clients.get(host);
      const { connection } = client ?? {};
      if (connection?.at !== 'refused') return;
      // Other waits are the server's: a right does not shorten them.
      if (connection.remedy === 'get-access' || connection.remedy === 'renew-access') client?.retry();
    },
    networkChanged(how) {
      for (const [host, client] of clients) if (!isLoopbackHost(host)) client.networkChanged(how);
    },
    close() {
      for (const client of clients.values()) client.close();
      clients.clear();
      events.clear();
    },
  };
}
