import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { DriverClient, Settled } from './driver-client.ts';

type Heard = { type: string; payload?: { id: string } };

/** Speaks to PeerJS's server: no rooms, being connected is being there, and nothing is answered. */
export class PeerJsClient implements DriverClient {
  readonly name = randomUUID();
  onSignal: (id: string) => void = () => {};
  readonly #port: number;
  #socket: WebSocket | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  open(): Promise<void> {
    const query = `key=peerjs&id=${this.name}&token=${this.name.slice(0, 8)}`;
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/peerjs?${query}`, { perMessageDeflate: false });
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      socket.on('message', (data) => {
        const heard = JSON.parse((data as Buffer).toString()) as Heard;
        if (heard.type === 'OPEN') resolve();
        else if (heard.payload) this.onSignal(heard.payload.id);
      });
      socket.once('error', reject);
    });
  }

  join(): Promise<void> {
    return Promise.resolve();
  }

  send(to: string, id: string, box: string, settled: Settled): void {
    this.#socket?.send(JSON.stringify({ type: 'OFFER', dst: to, payload: { id, box } }));
    settled('served');
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#socket?.close();
  }
}
