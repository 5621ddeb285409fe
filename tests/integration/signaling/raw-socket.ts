import { SIGNALING_PATH } from '@parley/shared/protocol';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { soon } from './harness.ts';

export const HANDSHAKE = 'EIO=4&transport=websocket';

/** A WebSocket that says just what it is told to, and keeps what it hears in order. */
export class RawSocket {
  readonly socket: WebSocket;
  readonly #heard: string[] = [];
  readonly #closed: Promise<number>;
  #wake: () => void = () => {};

  constructor(port: number, query = HANDSHAKE) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${SIGNALING_PATH}/?${query}`);
    this.socket.on('error', () => {});
    this.socket.on('message', (data: Buffer) => {
      this.#heard.push(data.toString());
      this.#wake();
    });
    this.#closed = new Promise((resolve) => this.socket.once('close', resolve));
    onTestFinished(() => this.socket.terminate());
  }

  say(packet: string | Buffer): void {
    this.socket.send(packet);
  }

  /** The next packet. */
  async hear(): Promise<string> {
    for (;;) {
      const next = this.#heard.shift();
      if (next !== undefined) return next;
      await soon(
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
        'packet',
      );
    }
  }

  /** Resolves with the code of the close frame, or 1006. */
  closed(): Promise<number> {
    return soon(this.#closed, 'close');
  }
}
