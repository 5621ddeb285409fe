import type { NetworkChange } from '@parley/shared/bridge';
import type { ServerHost } from '@parley/shared/model';
import {
  accept,
  type ClientAck,
  type ClientEvent,
  type ClientInput,
  type Outcome,
  type ParticipantId,
  Refusal,
  type RoomId,
  refuse,
  type ServerEvent,
  type ServerPayload,
  serverEvents,
  unreachable,
} from '@parley/shared/protocol';
import { momentOf } from '@parley/shared/timing';
import { type CountedClock, countedClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { errorFields } from '../log.ts';
import { askedWaitMs, clampWaitMs } from './retry-policy.ts';
import { OwnSeat, type PresenceHint, type Seat, type SeatHost, type SeatOwner } from './seat.ts';
import { passesByItself, refusedConnection, type ServerConnection } from './server-connection.ts';
import type { SignalingPorts } from './signaling-policy.ts';
import { WireSession } from './wire-session.ts';

/** idle → connecting → open → waiting → connecting …;  any → idle, when nobody needs the server;  any → closed */
type SocketState =
  | { at: 'idle' }
  | { at: 'connecting'; session: WireSession }
  | { at: 'open'; session: WireSession }
  | { at: 'waiting'; refusal: Refusal; retryAt: number; undo: () => void }
  | { at: 'closed' };

/** How long a socket stays open after the last question of an app that has no seat there. */
const LINGER_MS = 15_000;

/** Addresses seldom go all at once: a socket that began so lately knows the latest ones. */
const FRESH_MS = 2_000;

/** The socket to one signaling server, shared by all rooms on it and by questions that need no room. */
export class SignalingClient implements SeatHost {
  readonly host: ServerHost;
  readonly #ports: SignalingPorts;
  readonly #clock: CountedClock;
  readonly #seats = new Map<RoomId, OwnSeat>();
  readonly #events = new Emitter<{ changed: ServerConnection }>();
  #socket: SocketState = { at: 'idle' };
  /** When the socket was lost that was open; null while none was, or it is open again. */
  #lostAt: number | null = null;
  /** Questions without a seat that are under way. */
  #questions = 0;
  #waitingForOpen: ((opened: Outcome<WireSession>) => void)[] = [];
  #undoLinger: () => void = () => {};
  /** When the latest socket began to connect. */
  #connectingAt = Number.NEGATIVE_INFINITY;
  #attempt = 0;
  /** Not before this time, by the monotonic clock, because the server asked for it. */
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(host: ServerHost, ports: SignalingPorts) {
    this.host = host;
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
  }

  /** Takes a place in a room; one per room. The socket opens with the first and closes with the last. */
  join(roomId: RoomId, owner: SeatOwner): Seat {
    // A seat that was given up may still wait for the server to hear of it.
    if (this.#seats.get(roomId)?.over === false) throw new Error('this client already holds a seat in that room');
    const seat = new OwnSeat(roomId, owner, this, this.#ports, this.#clock);
    this.#seats.set(roomId, seat);
    if (this.#socket.at === 'idle') this.#connect();
    else if (this.#socket.at === 'open') void seat.enter(this.#socket.session);
    return seat;
  }

  /** The state of this server as a person sees it. */
  get connection(): ServerConnection {
    switch (this.#socket.at) {
      case 'idle':
      case 'closed':
        return { at: 'offline' };
      case 'open':
        return { at: 'online' };
      case 'connecting':
        return this.#lostAt === null ? { at: 'connecting' } : { at: 'reconnecting', since: this.#lostAt };
      case 'waiting':
        return refusedConnection(this.#socket.refusal, this.#socket.retryAt);
      default:
        return unreachable(this.#socket);
    }
  }

  on(event: 'changed', listener: (connection: ServerConnection) => void): () => void {
    return this.#events.on(event, listener);
  }

  get openResources(): { timers: number; seats: number } {
    return { timers: this.#clock.pending, seats: this.#seats.size };
  }

  /**
   * Asks something that needs no seat. Opens the socket if nobody else did, and closes it some seconds after the last
   * answer. Refuses with what keeps the server from answering.
   */
  async ask<E extends ClientEvent>(event: E, input: ClientInput<E>): Promise<Outcome<ClientAck<E>>> {
    return this.withSession((session) => session.ask(event, input));
  }

  /** Runs `work` on an open session, as `ask` does. */
  async withSession<T>(work: (session: WireSession) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    this.#questions += 1;
    this.#undoLinger();
    try {
      const opened = await this.#whenOpen();
      return opened.ok ? await work(opened.value) : opened;
    } catch (error) {
      this.#ports.log.debug('a question was not answered', errorFields(error));
      return refuse('timed-out');
    } finally {
      this.#questions -= 1;
      this.#undoLinger();
      if (this.#isUnused()) this.#undoLinger = this.#clock.after(LINGER_MS, () => this.#closeUnused());
    }
  }

  /** Tries now instead of after the wait: for a seat, or for a right to the server that changed. */
  retry(seat?: OwnSeat): void {
    if (this.#socket.at === 'open' && seat) void seat.enter(this.#socket.session);
    if (this.#socket.at !== 'waiting' && this.#socket.at !== 'idle') return;
    this.#attempt = 0;
    this.#notBefore = Number.NEGATIVE_INFINITY;
    if (this.#socket.at === 'waiting') this.#socket.undo();
    this.#connect();
  }

  /**
   * The network changed. Without an address that it had, the socket may be dead for a minute before anybody notices: a new one takes its
   * place. After a sleep the server is asked whether it is still there.
   */
  networkChanged(how: NetworkChange): void {
    const socket = this.#socket;
    const now = this.#clock.monotonicMs();
    // What a server asked for is not shortened.
    const mayRetry = now >= this.#notBefore;
    if (socket.at === 'waiting') {
      if (mayRetry && socket.refusal.code === 'server-unreachable') this.retry();
    } else if (
      how === 'lost' &&
      (socket.at === 'open' || (socket.at === 'connecting' && now - this.#connectingAt > FRESH_MS))
    ) {
      this.#lose(refuse('server-unreachable'));
      if (mayRetry) this.retry();
    } else if (how === 'woke' && socket.at === 'open') {
      const { session } = socket;
      void session.isAnswered(this.#clock, this.#ports.policy.wakeTimeoutMs).then((isAnswered) => {
        if (!isAnswered) this.lost(session, refuse('server-unreachable'));
      });
    }
  }

  close(): void {
    for (const opened of this.#waitingForOpen.splice(0)) opened(refuse('cancelled'));
    for (const seat of this.#seats.values()) seat.closed();
    this.#seats.clear();
    this.#drop();
    this.#become({ at: 'closed' });
    this.#events.clear();
    this.#clock.stopAll();
  }

  left(seat: OwnSeat): void {
    if (this.#seats.get(seat.roomId) === seat) this.#seats.delete(seat.roomId);
    this.#closeUnused();
  }

  lost(session: WireSession, refusal: Refusal): void {
    if (this.#socket.at === 'open' && this.#socket.session === session) this.#lose(refusal);
  }

  /** A server that stops closes its sessions itself; a session that it forgets is given up. */
  drained(session: WireSession): void {
    if (session.takesNoMore) return;
    session.takesNoMore = true;
    session.closing ??= refuse('server-draining');
    this.#clock.after(this.#ports.policy.answerTimeoutMs, () => this.lost(session, refuse('server-draining')));
  }

  #connect(): void {
    if (this.#isUnused()) {
      this.#become({ at: 'idle' });
      return;
    }
    this.#connectingAt = this.#clock.monotonicMs();
    let session: WireSession | undefined;
    const current = () => session !== undefined && this.#session() === session;
    // Assigned before any listener can run: a wire calls back later, never inside its own opening.
    const wire = this.#ports.openWire(this.host, {
      opened: (challenge) => current() && session && this.#opened(session, challenge),
      failed: (said) => current() && this.#lose(refusalSaid(said) ?? refuse('server-unreachable')),
      closed: () => current() && session && this.#lose(session.closing ?? refuse('server-unreachable')),
      heard: (event, payload) => {
        if (current() && session) this.#heard(session, event, payload);
      },
    });
    session = new WireSession(wire, this.host, this.#ports.policy.answerTimeoutMs, this.#ports.log);
    this.#become({ at: 'connecting', session });
  }

  #session(): WireSession | undefined {
    return this.#socket.at === 'connecting' || this.#socket.at === 'open' ? this.#socket.session : undefined;
  }

  #opened(session: WireSession, challenge: string | undefined): void {
    if (challenge === undefined) {
      this.#lose(refuse('not-a-server'));
      return;
    }
    session.keep(challenge, momentOf(this.#clock));
    this.#attempt = 0;
    this.#lostAt = null;
    this.#become({ at: 'open', session });
    for (const opened of this.#waitingForOpen.splice(0)) opened(accept(session));
    for (const seat of this.#seats.values()) void seat.enter(session);
  }

  #heard(session: WireSession, event: string, raw: unknown): void {
    if (!isServerEvent(event)) return;
    const parsed = serverEvents[event].safeParse(raw);
    // Not worth a closed connection: boxes prove themselves, the rest are hints.
    if (!parsed.success) return;
    this.#handle(session, { event, payload: parsed.data } as Heard); // parsed by the schema of `event`
  }

  #handle(session: WireSession, heard: Heard): void {
    switch (heard.event) {
      case 'signal:received':
        this.#seats.get(heard.payload.roomId)?.owner.signal(heard.payload);
        return;
      case 'participant:joined':
        this.#hint('joined', heard.payload);
        return;
      case 'participant:away':
        this.#hint('away', heard.payload);
        return;
      case 'participant:back':
        this.#hint('back', heard.payload);
        return;
      case 'participant:left':
        this.#hint('left', heard.payload);
        return;
      case 'seat:moved':
        this.#seats.get(heard.payload.roomId)?.moved(session, refuse(heard.payload.code));
        return;
      case 'server:closing':
        session.closing = refuse(heard.payload.code);
        return;
      case 'server:drain':
        this.#drain(session, heard.payload.retryAfterMs);
        return;
      default:
        unreachable(heard);
    }
  }

  #hint(hint: PresenceHint, { roomId, participantId }: { roomId: RoomId; participantId: ParticipantId }): void {
    this.#seats.get(roomId)?.owner.hint(hint, participantId);
  }

  /** The server is about to go: move when it says, spread out, so that a running room is not left for long. */
  #drain(session: WireSession, retryAfterMs: number): void {
    const waitMs = Math.round(clampWaitMs(retryAfterMs) * (0.5 + this.#ports.random() / 2));
    this.#notBefore = this.#clock.monotonicMs() + waitMs;
    session.closing = refuse('server-draining');
    this.#clock.after(waitMs, () => {
      if (this.#session() === session) this.#lose(refuse('server-draining'));
    });
  }

  #lose(refusal: Refusal): void {
    const now = this.#clock.monotonicMs();
    if (this.#socket.at === 'open') this.#lostAt ??= this.#clock.now();
    this.#drop();
    this.#ports.log.info('the server was lost', { code: refusal.code, attempt: this.#attempt });
    const { policy, random } = this.#ports;
    if (refusal.retryAfterMs !== undefined) {
      this.#notBefore = Math.max(this.#notBefore, now + askedWaitMs(refusal.retryAfterMs, random));
    }
    const policyMs = passesByItself(refusal) ? policy.retry.delayMs(this.#attempt, random) : waitOf(refusal, policy);
    this.#attempt += 1;
    const waitMs = Math.max(policyMs, this.#notBefore - now);
    const retryAt = this.#clock.now() + waitMs;
    for (const opened of this.#waitingForOpen.splice(0)) opened(refusal);
    if (this.#isUnused()) {
      this.#become({ at: 'idle' });
    } else {
      const undo = this.#clock.after(waitMs, () => this.#connect());
      this.#become({ at: 'waiting', refusal, retryAt, undo });
    }
    for (const seat of this.#seats.values()) seat.lost(refusal, retryAt);
  }

  /** The session that is open, or opens within the time for an answer; otherwise why none does. */
  #whenOpen(): Promise<Outcome<WireSession>> {
    const socket = this.#socket;
    if (socket.at === 'open') return Promise.resolve(accept(socket.session));
    if (socket.at === 'waiting') return Promise.resolve(socket.refusal);
    if (socket.at === 'closed') return Promise.resolve(refuse('cancelled'));
    const opened = new Promise<Outcome<WireSession>>((resolve) => this.#waitingForOpen.push(resolve));
    if (socket.at === 'idle') this.#connect();
    return opened;
  }

  /** A seat that moved elsewhere needs no socket: a server closes a socket that sits in no room. */
  #isUnused(): boolean {
    return this.#questions === 0 && ![...this.#seats.values()].some((seat) => !seat.isMoved);
  }

  #closeUnused(): void {
    if (this.#seats.size > 0 || this.#questions > 0 || this.#socket.at === 'closed') return;
    this.#drop();
    this.#become({ at: 'idle' });
    this.#clock.stopAll();
  }

  #become(socket: SocketState): void {
    this.#socket = socket;
    this.#events.emit('changed', this.connection);
  }

  /** Closes the wire that there is, if there is one. */
  #drop(): void {
    const session = this.#session();
    if (this.#socket.at === 'waiting') this.#socket.undo();
    if (!session) return;
    // Before the wire closes, so that nothing it still says is taken for the current session's.
    this.#socket = { at: 'idle' };
    session.wire.close();
  }
}

type Heard = { [E in ServerEvent]: { event: E; payload: ServerPayload<E> } }[ServerEvent];
const isServerEvent = (event: string): event is ServerEvent => Object.hasOwn(serverEvents, event);

/** The wait after a refusal that does not pass by itself. */
const waitOf = ({ code }: Refusal, policy: SignalingPorts['policy']): number =>
  code.startsWith('access-') ? policy.accessRetryMs : policy.refusedRetryMs;

function refusalSaid(said: unknown): Refusal | undefined {
  const parsed = RefusalSchema.safeParse(said);
  if (!parsed.success) return undefined;
  const { code, message, retryAfterMs } = parsed.data;
  return refuse(code, { message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}
const RefusalSchema = Refusal.partial({ ok: true });
