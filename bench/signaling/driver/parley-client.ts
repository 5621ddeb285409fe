import { io, type Socket } from 'socket.io-client';
import type { DriverClient, Settled } from './driver-client.ts';
import { hostHashOf, type RoomKey } from './room-key.ts';

type Answer = { ok: boolean; code?: string; value?: { participantId?: string; challenge?: string } };

export class ParleyClient implements DriverClient {
  name = '';
  onSignal: (id: string) => void = () => {};
  readonly #socket: Socket;
  readonly #hostHash: Uint8Array;
  #challenge = '';
  #roomId = '';

  constructor(port: number) {
    this.#socket = io(`http://127.0.0.1:${port}`, {
      path: '/parley',
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      autoConnect: false,
      auth: { v: 1 },
    });
    // The first of the names under which the server may be joined over loopback: one signature is checked per join.
    this.#hostHash = hostHashOf(`localhost:${port}`);
    this.#socket.on('signal:received', ({ id }: { id: string }) => this.onSignal(id));
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('connect_error', reject);
      this.#socket.once('connect', () => {
        this.#challenge = this.#socket.io.engine.id ?? '';
        resolve();
      });
      this.#socket.connect();
    });
  }

  async join(room: RoomKey): Promise<void> {
    const answer = await this.#call('room:join', {
      v: 1,
      roomId: room.roomId,
      authPub: room.authPub,
      ownerPub: room.ownerPub,
      sig: room.prove(this.#challenge, this.#hostHash),
    });
    if (!answer.ok) throw new Error(`join refused: ${answer.code}`);
    this.#roomId = room.roomId;
    this.name = answer.value?.participantId ?? '';
  }

  send(to: string, id: string, box: string, settled: Settled): void {
    this.sendTo(this.#roomId, to, id, box, settled);
  }

  /** Into any room, also one where it has no seat. */
  sendTo(roomId: string, to: string, id: string, box: string, settled: Settled): void {
    this.#socket.emit('signal:send', { roomId, to, id, box }, (answer: Answer) =>
      settled(answer.ok ? 'served' : 'refused'),
    );
  }

  async leave(): Promise<void> {
    await this.#call('room:leave', { roomId: this.#roomId });
  }

  close(): void {
    this.#socket.disconnect();
  }

  #call(event: string, input: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#socket.once('disconnect', reject);
      this.#socket.emit(event, input, (answer: Answer) => {
        this.#socket.off('disconnect', reject);
        resolve(answer);
      });
    });
  }
}
