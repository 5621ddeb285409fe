import { WebSocket } from 'ws';
import type { DriverClient, Settled } from './driver-client.ts';
import type { RoomKey } from './room-key.ts';

type Heard =
  | { type: 'answer'; call: number; ok: boolean; value: { id: string } }
  | { type: 'signal'; id: string }
  | { type: 'joined' };

export class WsClient implements DriverClient {
  name = '';
  onSignal: (id: string) => void = () => {};
  readonly #port: number;
  readonly #waiting = new Map<number, (answer: Heard & { type: 'answer' }) => void>();
  #socket: WebSocket | undefined;
  #calls = 0;

  constructor(port: number) {
    this.#port = port;
  }

  open(): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/`, { perMessageDeflate: false });
    this.#socket = socket;
    socket.on('message', (data) => {
      const heard = JSON.parse((data as Buffer).toString()) as Heard;
      if (heard.type === 'signal') this.onSignal(heard.id);
      else if (heard.type === 'answer') {
        this.#waiting.get(heard.call)?.(heard);
        this.#waiting.delete(heard.call);
      }
    });
    return new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
  }

  join(room: RoomKey): Promise<void> {
    return new Promise((resolve) => {
      this.#call({ type: 'join', room: room.roomId }, ({ value }) => {
        this.name = value.id;
        resolve();
      });
    });
  }

  send(to: string, id: string, box: string, settled: Settled): void {
    this.#call({ type: 'signal', to, id, box }, (answer) => settled(answer.ok ? 'served' : 'refused'));
  }

  /** The socket's end is its leaving. */
  leave(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#socket?.close();
  }

  #call(message: object, answered: (answer: Heard & { type: 'answer' }) => void): void {
    const call = ++this.#calls;
    this.#waiting.set(call, answered);
    this.#socket?.send(JSON.stringify({ ...message, call }));
  }
}
