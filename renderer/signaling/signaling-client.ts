import type { ServerHost } from '@parley/shared/model';
import {
  type Challenge,
  type ClientAck,
  type ClientEvent,
  type ClientInput,
  clientEvents,
  fromBase64Url,
  type IceConfig,
  type Outcome,
  outcomeOf,
  type ParticipantId,
  PROTOCOL_VERSION,
  Refusal,
  type ResumeToken,
  type RoomId,
  type RoomJoined,
  refuse,
  type ServerEvent,
  type ServerPayload,
  SignalId,
  type SignalReceived,
  type StreamKind,
  serverEvents,
  toBase64Url,
  unreachable,
} from '@parley/shared/protocol';
import { type Clock, type CountedClock, countedClock } from '../clock.ts';
import { heeded, type RetryPolicy } from './retry-policy.ts';
import type { OpenWire, Wire } from './wire.ts';

/**
 * connecting → online ⇄ reconnecting;  connecting | reconnecting → refused → online (it keeps trying);  any → closed.
 * `refused` says why; `keepsTrying` whether waiting helps.
 */
export type SeatState =
  | { at: 'connecting' }
  | { at: 'online' }
  | { at: 'reconnecting'; since: number }
  | { at: 'refused'; refusal: Refusal; keepsTrying: boolean }
  | { at: 'closed' };

export type PresenceHint = 'joined' | 'away' | 'back' | 'left';

/** What the owner of a seat gives and hears. */
export type SeatOwner = {
  /** Proves membership: a signature over the challenge, made where the keys are. */
  prove(
    challenge: Uint8Array<ArrayBuffer>,
    host: ServerHost,
  ): Promise<{ authPub: string; ownerPub: string; sig: string }>;
  /** After each join, also a resumed one. */
  joined(joined: RoomJoined): void;
  changed(state: SeatState): void;
  signal(received: SignalReceived): void;
  hint(hint: PresenceHint, participantId: ParticipantId): void;
};

/** A place in one room on one server; holds through reconnects until it is left. */
export interface Seat {
  readonly state: SeatState;
  /**
   * Hands a sealed box to the server. Unanswered, it goes again with the same id after the reconnect, as long as
   * `wanted` says so; refusals are the server's.
   */
  send(to: ParticipantId | '*', box: string, wanted: () => boolean): Promise<Outcome<{ handedTo: number }>>;
  ice(): Promise<Outcome<IceConfig>>;
  /** Says which kind of stream starts or stops; a hint for the server's limits and counts. */
  stream(kind: StreamKind, live: boolean): Promise<void>;
  /** Tries again now, whatever the reason for waiting was. */
  retry(): void;
  /** Gives the place up and tells the server if it can be told. */
  leave(): Promise<void>;
}

export type SignalingPolicy = {
  retry: RetryPolicy;
  /** A server that opened the socket and says nothing for so long is not a Parley server. */
  challengeTimeoutMs: number;
  answerTimeoutMs: number;
  /** First wait after a refusal that only the person or the server's host can change. */
  refusedRetryMs: number;
  signalsWaitingMax: number;
};

export const usualSignalingPolicy = (retry: RetryPolicy): SignalingPolicy => ({
  retry,
  challengeTimeoutMs: 6_000,
  answerTimeoutMs: 6_000,
  refusedRetryMs: 30_000,
  signalsWaitingMax: 512,
});

export type SignalingPorts = {
  openWire: OpenWire;
  clock: Clock;
  random: () => number;
  randomBytes: (sizeBytes: number) => Uint8Array<ArrayBuffer>;
  policy: SignalingPolicy;
};

/**
 * One connection to one signaling server, shared by all rooms on it.
 * idle → connecting → open → waiting → connecting …;  any → closed
 */
export class SignalingClient {
  readonly host: ServerHost;
  readonly #ports: SignalingPorts;
  readonly #clock: CountedClock;
  readonly #seats = new Map<RoomId, OwnSeat>();
  #link: Connection = { at: 'idle' };
  #attempt = 0;
  /** Not before this time, because the server asked for it. */
  #notBefore = 0;

  constructor(host: ServerHost, ports: SignalingPorts) {
    this.host = host;
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
  }

  /** Takes a place in a room; one per room. The socket opens with the first and closes with the last. */
  join(roomId: RoomId, owner: SeatOwner): Seat {
    // One that was given up may still wait for the server to hear of it.
    if (this.#seats.get(roomId)?.over === false) throw new Error('this client already holds a seat in that room');
    const seat = new OwnSeat(roomId, owner, this, this.#ports, this.#clock);
    this.#seats.set(roomId, seat);
    if (this.#link.at === 'idle') this.#connect();
    else if (this.#link.at === 'open') void seat.enter(this.#link.session);
    return seat;
  }

  get census(): { timers: number; seats: number } {
    return { timers: this.#clock.pending, seats: this.#seats.size };
  }

  /** For OwnSeat: tries now instead of after the wait. */
  retry(seat: OwnSeat): void {
    if (this.#link.at === 'open') void seat.enter(this.#link.session);
    if (this.#link.at !== 'waiting' && this.#link.at !== 'idle') return;
    this.#attempt = 0;
    this.#notBefore = 0;
    if (this.#link.at === 'waiting') this.#link.undo();
    this.#connect();
  }

  close(): void {
    for (const seat of this.#seats.values()) seat.closed();
    this.#seats.clear();
    this.#drop();
    this.#link = { at: 'closed' };
    this.#clock.stopAll();
  }

  /** For OwnSeat: it is over. */
  left(seat: OwnSeat): void {
    if (this.#seats.get(seat.roomId) === seat) this.#seats.delete(seat.roomId);
    if (this.#seats.size > 0 || this.#link.at === 'closed') return;
    this.#drop();
    this.#link = { at: 'idle' };
    this.#clock.stopAll();
  }

  /** For OwnSeat: the session stopped answering. */
  lost(session: WireSession, refusal: Refusal): void {
    if (this.#link.at === 'open' && this.#link.session === session) this.#lose(refusal);
  }

  /** For OwnSeat: the server refused a signal because it stops. It closes the session itself; one that does not is left. */
  drained(session: WireSession): void {
    if (session.takesNoMore) return;
    session.takesNoMore = true;
    session.closing ??= refuse('server-draining');
    this.#clock.after(this.#ports.policy.answerTimeoutMs, () => this.lost(session, refuse('server-draining')));
  }

  #connect(): void {
    // Who was told to stay out needs no connection: a server closes one that sits in no room.
    if (![...this.#seats.values()].some((seat) => !seat.isMoved)) {
      this.#link = { at: 'idle' };
      return;
    }
    let session: WireSession | undefined;
    const current = () => session !== undefined && this.#session() === session;
    // Assigned before any listener can run: a wire calls back later, never inside its own opening.
    const wire = this.#ports.openWire(this.host, {
      opened: () => current() && session && this.#opened(session),
      failed: (said) => current() && this.#lose(refusalSaid(said) ?? refuse('server-unreachable')),
      closed: () => current() && session && this.#lose(session.closing ?? refuse('server-unreachable')),
      heard: (event, payload) => {
        if (current() && session) this.#heard(session, event, payload);
      },
    });
    session = new WireSession(wire, this.#ports.policy.answerTimeoutMs);
    this.#link = { at: 'connecting', session };
  }

  #session(): WireSession | undefined {
    return this.#link.at === 'connecting' || this.#link.at === 'open' ? this.#link.session : undefined;
  }

  #opened(session: WireSession): void {
    session.undoChallengeTimer = this.#clock.after(this.#ports.policy.challengeTimeoutMs, () => {
      if (this.#session() === session) this.#lose(refuse('not-a-server'));
    });
  }

  #heard(session: WireSession, event: string, raw: unknown): void {
    if (!isServerEvent(event)) return;
    const parsed = serverEvents[event].safeParse(raw);
    if (!parsed.success) {
      // Not worth a closed connection: boxes prove themselves, the rest are hints.
      if (event === 'server:challenge') this.#lose(refuse('not-a-server'));
      return;
    }
    this.#handle(session, { event, payload: parsed.data } as Heard); // parsed by the schema of `event`
  }

  #handle(session: WireSession, heard: Heard): void {
    switch (heard.event) {
      case 'server:challenge':
        this.#challenged(session, heard.payload);
        return;
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

  #challenged(session: WireSession, challenge: Challenge): void {
    session.undoChallengeTimer();
    if (challenge.v !== PROTOCOL_VERSION) {
      this.#lose(refuse(challenge.v > PROTOCOL_VERSION ? 'client-too-old' : 'server-too-old'));
      return;
    }
    session.keep(challenge, this.#clock.now());
    if (this.#link.at === 'open') return;
    this.#link = { at: 'open', session };
    this.#attempt = 0;
    for (const seat of this.#seats.values()) void seat.enter(session);
  }

  /** The server is about to go: move when it says, spread out, so that a running room is not left for long. */
  #drain(session: WireSession, retryAfterMs: number): void {
    const waitMs = Math.round(heeded(retryAfterMs) * (0.5 + this.#ports.random() / 2));
    this.#notBefore = this.#clock.now() + waitMs;
    session.closing = refuse('server-draining');
    this.#clock.after(waitMs, () => {
      if (this.#session() === session) this.#lose(refuse('server-draining'));
    });
  }

  #lose(refusal: Refusal): void {
    this.#drop();
    const { policy, random } = this.#ports;
    const now = this.#clock.now();
    if (refusal.retryAfterMs !== undefined) {
      this.#notBefore = Math.max(this.#notBefore, now + heeded(refusal.retryAfterMs));
    }
    const policyMs = isPatient(refusal) ? policy.retry.delayMs(this.#attempt, random) : policy.refusedRetryMs;
    this.#attempt += 1;
    const delayMs = Math.max(policyMs, this.#notBefore - now);
    this.#link = { at: 'waiting', undo: this.#clock.after(delayMs, () => this.#connect()) };
    for (const seat of this.#seats.values()) seat.lost(refusal);
  }

  /** Closes the wire that there is, if there is one. */
  #drop(): void {
    const session = this.#session();
    if (this.#link.at === 'waiting') this.#link.undo();
    if (!session) return;
    session.undoChallengeTimer();
    this.#link = { at: 'idle' };
    session.wire.close();
  }
}

type Connection =
  | { at: 'idle' }
  | { at: 'connecting'; session: WireSession }
  | { at: 'open'; session: WireSession }
  | { at: 'waiting'; undo: () => void }
  | { at: 'closed' };

type Heard = { [E in ServerEvent]: { event: E; payload: ServerPayload<E> } }[ServerEvent];
/** Limits on signals count in short windows, so what they ask for is often less than a second. */
const SIGNAL_AGAIN_MIN_MS = 50;
const isServerEvent = (event: string): event is ServerEvent => Object.hasOwn(serverEvents, event);

/** Whether the reason passes by itself. Otherwise the person or the server's host must change something. */
const isPatient = ({ code }: Refusal): boolean =>
  !['client-too-old', 'server-too-old', 'origin-refused', 'not-a-server', 'blocked'].includes(code);

function refusalSaid(said: unknown): Refusal | undefined {
  const parsed = RefusalSchema.safeParse(said);
  if (!parsed.success) return undefined;
  const { code, message, retryAfterMs } = parsed.data;
  return refuse(code, { message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}
const RefusalSchema = Refusal.partial({ ok: true });

/** What belongs to one wire alone: its answers, its challenge. */
class WireSession {
  readonly wire: Wire;
  closing: Refusal | undefined;
  /** Its server stops: what it took is still answered, and everything else is for the next session. */
  takesNoMore = false;
  undoChallengeTimer: () => void = () => {};
  readonly #answerTimeoutMs: number;
  #challenge: { bytes: Uint8Array<ArrayBuffer>; endsAt: number } | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(wire: Wire, answerTimeoutMs: number) {
    this.wire = wire;
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  keep(challenge: Challenge, now: number): void {
    const bytes = fromBase64Url(challenge.challenge);
    if (bytes) this.#challenge = { bytes, endsAt: now + challenge.expiresInMs };
  }

  /** Rejects when no answer comes in time or the answer is none. */
  async ask<E extends ClientEvent>(event: E, input: ClientInput<E>): Promise<Outcome<ClientAck<E>>> {
    const raw = await this.wire.call(event, input, this.#answerTimeoutMs);
    const parsed = outcomeOf(clientEvents[event].ack).safeParse(raw);
    if (!parsed.success) return refuse('not-a-server');
    return parsed.data as Outcome<ClientAck<E>>; // parsed by the schema of `event`
  }

  /** Runs one join at a time, because a challenge is good for one proof. */
  async withChallenge<T>(
    clock: Clock,
    join: (challenge: Uint8Array<ArrayBuffer>) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const mine = this.#turn.then(async () => {
      const held = this.#challenge;
      this.#challenge = undefined;
      if (held && held.endsAt > clock.now() + 1_000) return join(held.bytes);
      const asked = await this.ask('challenge:get', { v: PROTOCOL_VERSION });
      if (!asked.ok) return asked;
      const bytes = fromBase64Url(asked.value.challenge);
      return bytes ? join(bytes) : refuse('not-a-server');
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

type WaitingSignal = {
  to: ParticipantId | '*';
  id: SignalId;
  box: string;
  wanted: () => boolean;
  answer: (outcome: Outcome<{ handedTo: number }>) => void;
};

class OwnSeat implements Seat {
  readonly roomId: RoomId;
  readonly owner: SeatOwner;
  readonly #client: SignalingClient;
  readonly #ports: SignalingPorts;
  readonly #clock: CountedClock;
  /** In order; the first may be under way. */
  readonly #waiting: WaitingSignal[] = [];
  #state: SeatState = { at: 'connecting' };
  #session: WireSession | undefined;
  #token: ResumeToken | undefined;
  #over = false;
  #moved: Refusal | undefined;
  #sending = false;
  /** How often in a row the join was refused for something that the next try sets right. */
  #passing = 0;
  #undoAgain: () => void = () => {};

  constructor(roomId: RoomId, owner: SeatOwner, client: SignalingClient, ports: SignalingPorts, clock: CountedClock) {
    this.roomId = roomId;
    this.owner = owner;
    this.#client = client;
    this.#ports = ports;
    this.#clock = clock;
  }

  get state(): SeatState {
    return this.#state;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Whether somebody else has it, and it comes back only when the person asks for it. */
  get isMoved(): boolean {
    return this.#moved !== undefined;
  }

  /** Joins or resumes on a session whose server was met. */
  async enter(session: WireSession): Promise<void> {
    this.#undoAgain();
    if (this.#over || this.#moved) return;
    try {
      const joined = await session.withChallenge(this.#clock, async (challenge) => {
        const proof = await this.owner.prove(challenge, this.#client.host);
        return session.ask('room:join', {
          v: PROTOCOL_VERSION,
          roomId: this.roomId,
          ...proof,
          ...(this.#token === undefined ? {} : { resumeToken: this.#token }),
        });
      });
      if (this.#over) {
        if (joined.ok) await session.ask('room:leave', { roomId: this.roomId });
        return;
      }
      if (!joined.ok) return this.#refused(session, joined);
      this.#token = joined.value.resumeToken;
      this.#session = session;
      this.#passing = 0;
      this.#become({ at: 'online' });
      this.owner.joined(joined.value);
      void this.#flush();
    } catch {
      // No answer: the socket is as good as gone.
      this.#client.lost(session, refuse('server-unreachable'));
    }
  }

  lost(refusal: Refusal): void {
    this.#session = undefined;
    this.#undoAgain();
    if (this.#over || this.#moved) return;
    const keepsTrying = isPatient(refusal);
    const was = this.#state;
    if (!keepsTrying) this.#become({ at: 'refused', refusal, keepsTrying });
    else if (was.at === 'online') this.#become({ at: 'reconnecting', since: this.#clock.now() });
    else if (was.at !== 'reconnecting') this.#become({ at: 'refused', refusal, keepsTrying });
    this.#dropUnwanted();
  }

  /**
   * Another window or device showed this seat's token and has it now. Taking it back by itself would take it from that one, and so
   * on for ever: the next try is the person's, and is for a seat of its own.
   */
  moved(session: WireSession, refusal: Refusal): void {
    if (this.#over || this.#session !== session) return;
    this.#moved = refusal;
    this.#token = undefined;
    this.#session = undefined;
    for (const signal of this.#waiting.splice(0)) signal.answer(refusal);
    this.#become({ at: 'refused', refusal, keepsTrying: false });
  }

  /** Whoever wanted these to be sent only over the session that is gone must not wait for the next one. */
  #dropUnwanted(): void {
    for (const signal of this.#waiting.filter(({ wanted }) => !wanted())) {
      this.#waiting.splice(this.#waiting.indexOf(signal), 1);
      signal.answer(refuse('cancelled'));
    }
  }

  closed(): void {
    this.#over = true;
    this.#session = undefined;
    this.#undoAgain();
    for (const signal of this.#waiting.splice(0)) signal.answer(refuse('cancelled'));
    this.#become({ at: 'closed' });
  }

  send(to: ParticipantId | '*', box: string, wanted: () => boolean): Promise<Outcome<{ handedTo: number }>> {
    if (this.#over) return Promise.resolve(refuse('cancelled'));
    if (this.#moved) return Promise.resolve(this.#moved);
    if (this.#waiting.length >= this.#ports.policy.signalsWaitingMax) return Promise.resolve(refuse('server-busy'));
    const id = SignalId.parse(toBase64Url(this.#ports.randomBytes(16)));
    return new Promise((answer) => {
      this.#waiting.push({ to, id, box, wanted, answer });
      void this.#flush();
    });
  }

  ice(): Promise<Outcome<IceConfig>> {
    return this.#ask('turn:get', { roomId: this.roomId });
  }

  async stream(kind: StreamKind, live: boolean): Promise<void> {
    await this.#ask(live ? 'stream:start' : 'stream:stop', { roomId: this.roomId, kind });
  }

  retry(): void {
    if (this.#state.at === 'online' || this.#over) return;
    this.#moved = undefined;
    this.#undoAgain();
    this.#client.retry(this);
  }

  async leave(): Promise<void> {
    if (this.#over) return;
    const session = this.#session;
    this.closed();
    if (session) await session.ask('room:leave', { roomId: this.roomId }).catch(() => undefined);
    this.#client.left(this);
  }

  #become(state: SeatState): void {
    this.#state = state;
    this.owner.changed(state);
  }

  /** The server answered the join with a refusal; the socket itself is fine. */
  #refused(session: WireSession, refusal: Refusal): void {
    if (refusal.code === 'seat-expired') this.#token = undefined;
    const { policy, random } = this.#ports;
    const passing = refusal.code === 'seat-expired' || refusal.code === 'challenge-expired';
    this.#passing = passing ? this.#passing + 1 : 0;
    // The first time the next try sets it right; a server that says it every time is waited for like any other.
    const soon = this.#passing === 1;
    const askedMs = passing ? policy.retry.delayMs(this.#passing, random) : policy.refusedRetryMs;
    const delayMs = soon ? 0 : heeded(refusal.retryAfterMs ?? askedMs);
    const was = this.#state.at;
    const quiet = soon || (was === 'reconnecting' && refusal.code === 'rate-limited');
    if (!quiet) this.#become({ at: 'refused', refusal, keepsTrying: passing || refusal.retryAfterMs !== undefined });
    this.#undoAgain = this.#clock.after(delayMs, () => void this.enter(session));
  }

  async #ask<E extends 'turn:get' | 'stream:start' | 'stream:stop'>(
    event: E,
    input: ClientInput<E>,
  ): Promise<Outcome<ClientAck<E>>> {
    const session = this.#session;
    if (!session) return refuse('server-unreachable');
    try {
      return await session.ask(event, input);
    } catch {
      return refuse('timed-out');
    }
  }

  /** Sends what waits, one after the other, so that signals arrive in the order in which they were made. */
  async #flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (;;) {
        const session = this.#session;
        const next = this.#waiting[0];
        if (!session || session.takesNoMore || !next) return;
        if (!next.wanted()) {
          this.#waiting.shift();
          next.answer(refuse('cancelled'));
          continue;
        }
        const outcome = await this.#sendOnce(session, next);
        if (!outcome) return;
        if (!outcome.ok && outcome.code === 'server-draining') {
          // Not handed on and not lost: it stays first in line.
          this.#client.drained(session);
          return;
        }
        if (!outcome.ok && (outcome.code === 'rate-limited' || outcome.code === 'server-busy')) {
          await new Promise<void>((resolve) => {
            this.#clock.after(heeded(outcome.retryAfterMs ?? 1_000, SIGNAL_AGAIN_MIN_MS), resolve);
          });
          continue;
        }
        if (this.#waiting[0] === next) this.#waiting.shift();
        next.answer(outcome);
      }
    } finally {
      this.#sending = false;
      if (this.#session?.takesNoMore === false && this.#waiting.length > 0) queueMicrotask(() => void this.#flush());
    }
  }

  /** Undefined when no answer came: the signal stays first in line for the next session. */
  async #sendOnce(session: WireSession, signal: WaitingSignal): Promise<Outcome<{ handedTo: number }> | undefined> {
    const { to, id, box } = signal;
    try {
      return await session.ask('signal:send', { roomId: this.roomId, to, id, box });
    } catch {
      if (this.#session === session) this.#client.lost(session, refuse('server-unreachable'));
      return undefined;
    }
  }
}
