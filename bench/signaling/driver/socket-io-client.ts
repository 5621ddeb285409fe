import { io, type Socket } from 'socket.io-client';
import type { DriverClient, Settled } from './driver-client.ts';
import type { RoomKey } from './room-key.ts';

type Answer = { ok: boolean; value: { id: string } };

export class SocketIoClient implements DriverClient {
  name = '';
  onSignal: (id: string) => void = () => {};
  readonly #socket: Socket;

  constructor(port: number) {
    this.#socket = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      autoConnect: false,
    });
    this.#socket.on('signal', ({ id }: { id: string }) => this.onSignal(id));
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('connect_error', reject);
      this.#socket.once('connect', resolve);
      this.#socket.connect();
    });
  }

  join(room: RoomKey): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.emit('join', room.roomId, ({ value }: Answer) => {
        this.name = value.id;
        resolve();
      });
    });
  }

  send(to: string, id: string, box: string, settled: Settled): void {
    this.#socket.emit('signal', { to, id, box }, (answer: Answer) => settled(answer.ok ? 'served' : 'refused'));
  }

  /** The socket's end is its leaving. */
  leave(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#socket.disconnect();
  }
}
