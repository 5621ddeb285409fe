import type { IncomingMessage } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import type { Socket } from 'engine.io';
import { type Caller, readTraceparent } from '../observe/trace.ts';
import type { Admission } from './admission.ts';
import type { Connection, Wire } from './connection.ts';
import { framesOf } from './text-frames.ts';

export type RawSocket = Socket;

/** What `ws` and engine.io keep and do not declare; read here and nowhere else. */
type WebSocketInnards = {
  readonly readyState: number;
  readonly bufferedAmount: number;
  readonly _socket: TcpSocket | null;
  terminate(): void;
  on(event: 'ping', listener: () => void): void;
};
type Innards = {
  writeBuffer: unknown[];
  request: IncomingMessage | null;
  transport: { socket?: WebSocketInnards };
};
const innardsOf = (raw: RawSocket): Innards => raw as unknown as Innards;

const OPEN = 1;

export type OutboundLimits = { outboundPacketsMax: number; outboundBytesMax: number };

/** Lines that have something to send; all of them are flushed when every frame that is there has been read. */
export class Outbox {
  #due: Line[] = [];
  #spare: Line[] = [];
  readonly limits: OutboundLimits;

  constructor(limits: OutboundLimits) {
    this.limits = limits;
  }

  add(line: Line): void {
    if (this.#due.push(line) === 1) setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    const due = this.#due;
    this.#due = this.#spare;
    for (const line of due) line.flush();
    due.length = 0;
    this.#spare = due;
  };
}

/**
 * The way out to one client. What is said within one turn of the event loop goes out in one write: most of what a
 * relayed message costs is the system call. Engine.IO's own buffer is used while it holds something, so that nothing
 * overtakes.
 */
export class Line implements Wire {
  readonly id: string;
  readonly raw: RawSocket;
  readonly admission: Admission;
  /** Whether it has said who it is; the answer may take a while. */
  asked = false;
  /** What its `traceparent` header said. */
  caller: Caller | undefined;
  connection: Connection | undefined;
  readonly #outbox: Outbox;
  #waiting: string[] | undefined;
  #waitingChars = 0;
  #unsent = 0;
  #control = 0;
  #controlSecond = 0;

  readonly openedAt: number;

  constructor(id: string, raw: RawSocket, admission: Admission, outbox: Outbox, openedAt: number) {
    this.id = id;
    this.openedAt = openedAt;
    this.raw = raw;
    this.admission = admission;
    this.#outbox = outbox;
  }

  /** Sends a packet of Socket.IO. */
  write(packet: string): void {
    if (this.#waiting) this.#waiting.push(packet);
    else {
      this.#waiting = [packet];
      this.#outbox.add(this);
    }
    this.#waitingChars += packet.length;
  }

  flush(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = undefined;
    this.#waitingChars = 0;
    const { writeBuffer, transport } = innardsOf(this.raw);
    const ws = transport.socket;
    const tcp = ws?._socket;
    if (!ws || !tcp || writeBuffer.length > 0 || ws.readyState !== OPEN) {
      for (const packet of waiting) this.raw.write(packet);
      return;
    }
    if (tcp.writableLength === 0) this.#unsent = 0;
    this.#unsent += waiting.length;
    // `ws` has nothing of its own on the way: it writes at once, because nothing is compressed.
    tcp.write(framesOf(waiting));
  }

  isClogged(): boolean {
    const { outboundPacketsMax, outboundBytesMax } = this.#outbox.limits;
    const { writeBuffer, transport } = innardsOf(this.raw);
    const unsentBytes = transport.socket?.bufferedAmount ?? 0;
    return (
      unsentBytes + this.#waitingChars > outboundBytesMax ||
      writeBuffer.length > outboundPacketsMax ||
      (unsentBytes > 0 && this.#unsent > outboundPacketsMax)
    );
  }

  /** Counts a packet that carries no message; answers how many came in this second. */
  countControl(second: number): number {
    if (second !== this.#controlSecond) {
      this.#controlSecond = second;
      this.#control = 0;
    }
    this.#control += 1;
    return this.#control;
  }

  /** Ends it politely. */
  end(): void {
    this.flush();
    this.raw.close();
  }

  /** Ends it at once. */
  cut(): void {
    innardsOf(this.raw).transport.socket?.terminate();
  }

  cutIfClogged(): void {
    if (this.isClogged()) this.cut();
  }

  /** A kept request is kilobytes per connection; of the handshake's nothing but its trace is ever asked for again. */
  forgetRequest(): void {
    const innards = innardsOf(this.raw);
    this.caller = readTraceparent(innards.request?.headers.traceparent);
    innards.request = null;
  }

  onPing(listener: () => void): void {
    innardsOf(this.raw).transport.socket?.on('ping', listener);
  }
}
