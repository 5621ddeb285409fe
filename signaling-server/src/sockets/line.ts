import type { Socket as TcpSocket } from 'node:net';
import { WebSocket } from 'ws';
import type { TracedSpan } from '../observe/tracing.ts';
import type { Admission } from './admission.ts';
import type { Connection, Wire } from './connection.ts';
import type { Beating } from './heartbeat.ts';
import { framesOf, MESSAGE, OPEN, PING } from './text-frames.ts';

/** A WebSocket that knows whose it is, so that one listener serves all of them. */
export class ClientSocket extends WebSocket {
  line: Line | undefined = undefined;
}

export const lineOf = (socket: WebSocket): Line | undefined =>
  socket instanceof ClientSocket ? socket.line : undefined;

/** What `ws` keeps and does not declare; read here and nowhere else. */
const tcpOf = (socket: WebSocket): TcpSocket | null | undefined =>
  (socket as unknown as { _socket: TcpSocket | null | undefined })._socket;

/** Frames that may still come after the farewell: about what a client may say in the time that it is on its way. */
const LATE_MAX = 256;

const PING_FRAME = framesOf([''], PING);

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

export type LinePorts = {
  outbox: Outbox;
  /** Told once, when nothing more is heard from it or said on it; in a turn of its own. */
  over(line: Line, reason: OverReason): void;
};

/** Why a line is over: this side closed it, the far end or the network did, or it gave no sign of life. */
export type OverReason = 'closed' | 'transport close' | 'transport error' | 'ping timeout' | 'parse error';

/**
 * The way to one client: Engine.IO's protocol 4 on a WebSocket. What is said within one turn of the event loop goes out
 * in one write: most of what a relayed message costs is the system call.
 */
export class Line implements Wire, Beating {
  readonly id: string;
  readonly admission: Admission;
  readonly openedAt: number;
  readonly trace: TracedSpan | undefined;
  /** Whether it has said who it is; the answer may take a while. */
  asked = false;
  connection: Connection | undefined;
  beatAt = 0;
  readonly #socket: ClientSocket;
  readonly #ports: LinePorts;
  #over = false;
  #waiting: string[] | undefined;
  #waitingChars = 0;
  #unsent = 0;
  #control = 0;
  #controlSecond = 0;
  #late = 0;

  constructor(
    about: { id: string; admission: Admission; openedAt: number; trace: TracedSpan | undefined },
    socket: ClientSocket,
    ports: LinePorts,
  ) {
    this.id = about.id;
    this.admission = about.admission;
    this.openedAt = about.openedAt;
    this.trace = about.trace;
    this.#socket = socket;
    this.#ports = ports;
    socket.line = this;
  }

  /** Nothing more is heard from it. */
  get isOver(): boolean {
    return this.#over;
  }

  /** Sends Engine.IO's handshake. */
  open(handshake: object): void {
    this.#send(framesOf([JSON.stringify(handshake)], OPEN));
  }

  ping(): void {
    this.#send(PING_FRAME);
  }

  /** Sends a packet of Socket.IO. */
  write(packet: string): void {
    if (this.#waiting) this.#waiting.push(packet);
    else {
      this.#waiting = [packet];
      this.#ports.outbox.add(this);
    }
    this.#waitingChars += packet.length;
  }

  flush(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = undefined;
    this.#waitingChars = 0;
    const tcp = tcpOf(this.#socket);
    if (tcp?.writableLength === 0) this.#unsent = 0;
    this.#unsent += waiting.length;
    this.#send(framesOf(waiting, MESSAGE));
  }

  isClogged(): boolean {
    const { outboundPacketsMax, outboundBytesMax } = this.#ports.outbox.limits;
    const unsentBytes = this.#socket.bufferedAmount;
    return (
      unsentBytes + this.#waitingChars > outboundBytesMax || (unsentBytes > 0 && this.#unsent > outboundPacketsMax)
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

  /** Something came although it is over: it was on its way already, or the far end does not care. */
  hearLate(): void {
    this.#late += 1;
    if (this.#late > LATE_MAX) this.#socket.terminate();
  }

  /** Ends it politely: what was said before still goes out. */
  end(reason: OverReason = 'closed'): void {
    this.flush();
    this.#socket.close();
    this.hasEnded(reason);
  }

  /** Ends it at once. */
  cut(reason: OverReason = 'closed'): void {
    this.#socket.terminate();
    this.hasEnded(reason);
  }

  cutIfClogged(): void {
    if (this.isClogged()) this.cut();
  }

  /** Its socket is on its way out, whoever ended it. */
  hasEnded(reason: OverReason): void {
    if (this.#over) return;
    this.#over = true;
    // Not at once: whoever wrote to it may be in the middle of telling a room something.
    queueMicrotask(() => this.#ports.over(this, reason));
  }

  /** `ws` has nothing of its own on the way: it writes at once, because nothing is compressed. */
  #send(frames: Buffer): void {
    if (this.#socket.readyState === WebSocket.OPEN) tcpOf(this.#socket)?.write(frames);
  }
}
