import type { Socket as TcpSocket } from 'node:net';
import type { Outcome, RoomId, ServerEvent, ServerPayload } from '@parley/shared/protocol';
import { TokenBucket } from '@parley/shared/timing';
import type { Socket } from 'socket.io';
import type { Clock } from '../clock.ts';
import type { Client, OpenChallenge, Reply } from '../handlers/context.ts';
import type { Counters } from '../metrics/counters.ts';
import type { TracedSpan } from '../observe/tracing.ts';
import type { Seat } from '../rooms/room.ts';
import type { Admission } from './admission.ts';

export type ClosingCode = ServerPayload<'server:closing'>['code'];
/** The connection of Engine.IO below a socket. */
export type EngineConnection = Socket['conn'];

/** Pings, pongs and the like that a client may send in a second; honest ones send two a minute. */
const CONTROL_MAX_PER_SECOND = 20;
/** The bytes that frames, masks and TLS add to a message on the wire, at most. */
const FRAME_BYTES = 64;
/** Bytes that belonged to no message: control frames of WebSocket, and the message that is just coming. */
const UNEXPLAINED_MAX_BYTES = 131_072;

/** A socket with more packets than this unsent is closed: its client does not read. */
const OUTBOUND_PACKETS_MAX = 2_048;

export type ConnectionPorts = {
  outboundBytesMax: number;
  /** Called once when the far end does not read and the connection is being closed for it. */
  onClogged(connection: Connection): void;
  counters: Pick<Counters, 'messagesSent'>;
};

/**
 * new → open → closing → closed. While new it has not said who it is; while closing, nothing but the reason goes out.
 * A connection that is not let in goes from new to closing.
 */
export type ConnectionState = 'new' | 'open' | 'closing' | 'closed';

/** One client's connection with what the server knows of it. */
export class Connection implements Client {
  readonly seats = new Map<RoomId, Seat>();
  readonly calls = new TokenBucket();
  readonly admission: Admission;
  readonly openedAt: number;
  readonly trace: TracedSpan | undefined;
  /** That of its socket; empty until it has asked to be let in. */
  id = '';
  /** By which right it was let in, where the server gives rights by token. */
  right: string | undefined;
  idleSince: number;
  challenge: OpenChallenge | undefined;
  readonly #conn: EngineConnection;
  readonly #tcp: TcpSocket;
  readonly #ports: ConnectionPorts;
  readonly #readBefore: number;
  #socket: Socket | undefined;
  #state: ConnectionState = 'new';
  #closedFor: ClosingCode | undefined;
  /** The packets that wait in Engine.IO until the system has taken what was sent before. */
  #waitingPackets = 0;
  #waitingChars = 0;
  #isHeld = false;
  #explainedBytes = 0;
  #control = 0;
  #controlSecond = 0;

  constructor(
    about: { admission: Admission; challenge: OpenChallenge; openedAt: number; trace: TracedSpan | undefined },
    conn: EngineConnection,
    tcp: TcpSocket,
    ports: ConnectionPorts,
  ) {
    this.admission = about.admission;
    this.challenge = about.challenge;
    this.openedAt = about.openedAt;
    this.trace = about.trace;
    this.idleSince = about.openedAt;
    this.#conn = conn;
    this.#tcp = tcp;
    this.#readBefore = tcp.bytesRead;
    this.#ports = ports;
  }

  get ip(): string {
    return this.admission.ip;
  }

  get limitKey(): string {
    return this.admission.limitKey;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Why this side closed it; undefined when it did not. */
  get closedFor(): ClosingCode | undefined {
    return this.#closedFor;
  }

  isOpen(): boolean {
    return this.#state === 'open';
  }

  get wasLetIn(): boolean {
    return this.#socket !== undefined;
  }

  /** Lets it in; false when it is closing already. */
  open(socket: Socket, now: number): boolean {
    if (this.#state !== 'new') return false;
    this.#socket = socket;
    this.idleSince = now;
    this.#state = 'open';
    return true;
  }

  send<E extends ServerEvent>(event: E, payload: ServerPayload<E>): boolean {
    if (!this.#mayWrite()) return false;
    this.#emit(event, payload);
    return true;
  }

  /** Answers a call; refusals to a far end that does not read are dropped with it. */
  answer(reply: Reply, outcome: Outcome<unknown>): void {
    if (!this.#mayWrite()) return;
    reply(outcome);
    this.#ports.counters.messagesSent += 1;
  }

  /** Says why and closes on purpose. Messages sent before still go out. */
  close(code: ClosingCode): void {
    if (this.#state !== 'open') return;
    this.#closedFor = code;
    this.#emit('server:closing', { code });
    this.end();
  }

  /** It is not let in, and is being told why. */
  refused(): void {
    this.#state = 'closing';
  }

  /** Closes without a word. */
  end(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closing';
    // Not at once: whoever wrote to it may be in the middle of telling a room something.
    queueMicrotask(() => this.#conn.close());
  }

  /** Ends the transport without waiting for it. */
  cut(): void {
    this.#tcp.destroy();
  }

  /** Ends the transport when the far end has not ended it within `ms`. */
  cutLate(clock: Clock, ms: number): void {
    if (this.#tcp.closed) return;
    const cancel = clock.after(ms, () => this.cut());
    // A timer would keep all that is known of the connection.
    this.#tcp.once('close', cancel);
  }

  /** The connection is gone. */
  markClosed(): void {
    this.#state = 'closed';
    this.challenge = undefined;
  }

  /** Engine.IO was given something to send. */
  queued(chars: number): void {
    this.#waitingPackets += 1;
    this.#waitingChars += chars;
  }

  /** Engine.IO has handed on all that waited. */
  flushed(): void {
    this.#waitingPackets = 0;
    this.#waitingChars = 0;
  }

  /** Holds what is written back until `release`, in the middle of a turn with much to do. */
  hold(): void {
    this.#isHeld = true;
    this.#tcp.cork();
  }

  release(): void {
    this.#isHeld = false;
    this.#tcp.uncork();
  }

  /** Takes note of a message that came in. */
  received(message: unknown): void {
    this.#explainedBytes += FRAME_BYTES + (typeof message === 'string' ? 3 * message.length : 0);
  }

  /** Takes note of a packet that carries no message; answers whether there are too many of them. */
  isControlFlood(second: number): boolean {
    this.#explainedBytes += FRAME_BYTES;
    if (second !== this.#controlSecond) {
      this.#controlSecond = second;
      this.#control = 0;
    }
    this.#control += 1;
    return this.#control > CONTROL_MAX_PER_SECOND;
  }

  /** Whether much came in that was no message: pings of WebSocket, say, which nothing else counts. */
  isFlooding(): boolean {
    return this.#tcp.bytesRead - this.#readBefore - this.#explainedBytes > UNEXPLAINED_MAX_BYTES;
  }

  /** Whether more waits to be sent than one connection may hold up. */
  isClogged(): boolean {
    return (
      // The packets of a turn in which this side holds them back say nothing of the far end.
      (this.#waitingPackets > OUTBOUND_PACKETS_MAX && !this.#isHeld) ||
      this.#tcp.writableLength + this.#waitingChars > this.#ports.outboundBytesMax
    );
  }

  #emit<E extends ServerEvent>(event: E, payload: ServerPayload<E>): void {
    this.#socket?.emit(event, payload);
    this.#ports.counters.messagesSent += 1;
  }

  #mayWrite(): boolean {
    if (this.#state !== 'open') return false;
    if (!this.isClogged()) return true;
    this.close('slow-consumer');
    this.#ports.onClogged(this);
    return false;
  }
}
