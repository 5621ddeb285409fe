import type { Outcome, RoomId, ServerEvent, ServerPayload, SignalReceived } from '@parley/shared/protocol';
import { TokenBucket } from '../limits/token-bucket.ts';
import type { TracedSpan } from '../observe/tracing.ts';
import type { Seat, SeatHolder } from '../rooms/registry.ts';
import { signalPacket } from './signal-frame.ts';

export type ClosingCode = ServerPayload<'server:closing'>['code'];

/** What a connection needs of its socket. */
export interface Wire {
  /** Sends a packet of Socket.IO. */
  write(packet: string): void;
  /** Whether more waits to be sent than a socket may hold up. */
  isClogged(): boolean;
  /** Ends it politely; what was emitted before still goes out. */
  end(): void;
  /** Ends it at once. */
  cut(): void;
}

export type ConnectionPorts = {
  /** Called once when the far end does not read and the connection is being closed for it. */
  onClogged(connection: Connection): void;
  onSent(): void;
};

/** The packet made last, for the case that the next is the same: a box that goes to everyone is written once. */
let lastPayload: unknown;
let lastPacket = '';

function packetOf<E extends ServerEvent>(event: E, payload: ServerPayload<E>): string {
  if (payload === lastPayload) return lastPacket;
  lastPayload = payload;
  lastPacket =
    event === 'signal:received' ? signalPacket(payload as SignalReceived) : `2["${event}",${JSON.stringify(payload)}]`;
  return lastPacket;
}

/** open → closing → closed: while closing nothing but the reason goes out any more. */
export type ConnectionState = 'open' | 'closing' | 'closed';

/** One client's socket with what the server knows of it. */
export class Connection implements SeatHolder {
  readonly seats = new Map<RoomId, Seat>();
  readonly calls = new TokenBucket();
  readonly id: string;
  /** The caller's address; never logged. */
  readonly ip: string;
  /** What limits of this caller are counted by. */
  readonly limitKey: string;
  /** By which right it was let in, where the server gives rights by token. */
  readonly right: string | undefined;
  /** Where sockets are traced. */
  readonly trace: TracedSpan | undefined;
  /** Since when it sits in no room; undefined while it has a seat. */
  idleSince: number;
  challenge: { bytes: Uint8Array; endsAt: number } | undefined;
  readonly #wire: Wire;
  readonly #ports: ConnectionPorts;
  #state: ConnectionState = 'open';
  #closedFor: ClosingCode | undefined;

  constructor(
    about: {
      id: string;
      ip: string;
      limitKey: string;
      right: string | undefined;
      trace: TracedSpan | undefined;
      openedAt: number;
    },
    wire: Wire,
    ports: ConnectionPorts,
  ) {
    this.id = about.id;
    this.ip = about.ip;
    this.limitKey = about.limitKey;
    this.right = about.right;
    this.trace = about.trace;
    this.idleSince = about.openedAt;
    this.#wire = wire;
    this.#ports = ports;
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

  send<E extends ServerEvent>(event: E, payload: ServerPayload<E>): boolean {
    if (!this.#mayWrite()) return false;
    this.#wire.write(packetOf(event, payload));
    this.#ports.onSent();
    return true;
  }

  /** Answers a call; refusals to a far end that does not read are dropped with it. */
  answer(call: number, outcome: Outcome<unknown>): void {
    if (!this.#mayWrite()) return;
    this.#wire.write(`3${call}[${JSON.stringify(outcome)}]`);
    this.#ports.onSent();
  }

  /** Says why and closes on purpose. */
  close(code: ClosingCode): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#closedFor = code;
    this.#wire.write(packetOf('server:closing', { code }));
    this.#ports.onSent();
    this.#wire.end();
  }

  /** Ends the transport without waiting for it. */
  cut(): void {
    this.#wire.cut();
  }

  /** The socket is gone. */
  markClosed(): void {
    this.#state = 'closed';
    this.challenge = undefined;
  }

  #mayWrite(): boolean {
    if (this.#state !== 'open') return false;
    if (!this.#wire.isClogged()) return true;
    this.close('slow-consumer');
    this.#ports.onClogged(this);
    return false;
  }
}
