import type { ServerHost } from '@parley/shared/model';
import { SignalingClient, type SignalingPorts } from './signaling-client.ts';

/** One client per server, made when first asked for and shared by all rooms on that server. */
export interface SignalingHub {
  clientOf(host: ServerHost): SignalingClient;
  close(): void;
}

export function createSignalingHub(ports: SignalingPorts): SignalingHub {
  const clients = new Map<ServerHost, SignalingClient>();
  return {
    clientOf(host) {
      const client = clients.get(host) ?? new SignalingClient(host, ports);
      clients.set(host, client);
      return client;
    },
    close() {
      for (const client of clients.values()) client.close();
      clients.clear();
    },
  };
}
