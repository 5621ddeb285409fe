import type { ServerHost } from '@parley/shared/model';
import {
  type ClientAck,
  type ClientInput,
  type IceConfig,
  type Outcome,
  type ParticipantId,
  PROTOCOL_VERSION,
  type Refusal,
  type ResumeToken,
  type RoomId,
  type RoomJoined,
  refuse,
  SignalId,
  type SignalReceived,
  type StreamKind,
  toBase64Url,
} from '@parley/shared/protocol';
import type { CountedClock } from '../clock.ts';
import { errorFields } from '../log.ts';
import { askedWaitMs, clampWaitMs } from './retry-policy.ts';
import { SignalQueue } from './signal-queue.ts';
import type { SignalingPorts } from './signaling-policy.ts';
import type { WireSession } from './wire-session.ts';

/**
 * connecting → online ⇄ reconnecting;  connecting | reconnecting → refused → online (it keeps trying);  any → closed.
 * `refused` says why, and when the next try follows by itself; null when only the person can bring one about.
 */
export type SeatState =
  | { at: 'connecting' }
  | { at: 'online' }
  | { at: 'reconnecting'; since: number }
  | { at: 'refused'; refusal: Refusal; retryAt: number | null }
  | { at: 'closed' };

export type PresenceHint = 'joined' | 'away' | 'back' | 'left';

/** The owner of a seat, as the seat sees it. */
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

/** The client that holds the socket, as a seat sees it. */
export type SeatHost = {
  readonly host: ServerHost;
  /** Tries now instead of after the wait. */
  retry(seat: OwnSeat): void;
  left(seat: OwnSeat): void;
  /** The session stopped answering. */
  lost(session: WireSession, refusal: Refusal): void;
  /** The server refused a signal because it stops. */
  drained(session: WireSession): void;
};

/** A seat over the sessions of one client: joins, resumes by its token, and waits out refusals. */
export class OwnSeat implements Seat {
  readonly roomId: RoomId;
  readonly owner: SeatOwner;
  readonly #client: SeatHost;
  readonly #ports: SignalingPorts;
  readonly #clock: CountedClock;
  readonly #queue: SignalQueue;
  #state: SeatState = { at: 'connecting' };
  #session: WireSession | undefined;
  #token: ResumeToken | undefined;
  #over = false;
  #moved: Refusal | undefined;
  /** How often in a row the join was refused for something that the next try sets right. */
  #passing = 0;
  #undoAgain: () => void = () => {};

  constructor(roomId: RoomId, owner: SeatOwner, client: SeatHost, ports: SignalingPorts, clock: CountedClock) {
    this.roomId = roomId;
    this.owner = owner;
    this.#client = client;
    this.#ports = ports;
    this.#clock = clock;
    this.#queue = new SignalQueue({
      roomId,
      clock,
      session: () => this.#session,
      lost: (session) => client.lost(session, refuse('server-unreachable')),
      drained: (session) => client.drained(session),
      log: ports.log,
    });
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
      void this.#queue.flush();
    } catch (error) {
      // No answer: the socket is as good as gone.
      this.#ports.log.debug('a join was not answered', errorFields(error));
      this.#client.lost(session, refuse('server-unreachable'));
    }
  }

  /** The session is gone. `retryAt`: when the client tries again by itself. */
  lost(refusal: Refusal, retryAt: number): void {
    this.#session = undefined;
    this.#undoAgain();
    if (this.#over || this.#moved) return;
    const was = this.#state;
    const interrupted = was.at === 'online' || was.at === 'reconnecting';
    if (!interrupted || !isInterruption(refusal)) this.#become({ at: 'refused', refusal, retryAt });
    else if (was.at === 'online') this.#become({ at: 'reconnecting', since: this.#clock.now() });
    this.#queue.dropUnwanted();
  }

  /**
   * Another window or device showed this seat's token and has it now. Both would take it from each other for ever if this
   * one took it back by itself: the next try is the person's, and is for a seat of its own.
   */
  moved(session: WireSession, refusal: Refusal): void {
    if (this.#over || this.#session !== session) return;
    this.#moved = refusal;
    this.#token = undefined;
    this.#session = undefined;
    this.#queue.refuseAll(refusal);
    this.#become({ at: 'refused', refusal, retryAt: null });
  }

  closed(): void {
    this.#over = true;
    this.#session = undefined;
    this.#undoAgain();
    this.#queue.refuseAll(refuse('cancelled'));
    this.#become({ at: 'closed' });
  }

  send(to: ParticipantId | '*', box: string, wanted: () => boolean): Promise<Outcome<{ handedTo: number }>> {
    if (this.#over) return Promise.resolve(refuse('cancelled'));
    if (this.#moved) return Promise.resolve(this.#moved);
    if (this.#queue.size >= this.#ports.policy.signalsWaitingMax) return Promise.resolve(refuse('server-busy'));
    const id = SignalId.parse(toBase64Url(this.#ports.randomBytes(16)));
    return new Promise((answer) => this.#queue.push({ to, id, box, wanted, answer }));
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
    try {
      await session?.ask('room:leave', { roomId: this.roomId });
    } catch (error) {
      // The server ends the seat itself once its grace time is over.
      this.#ports.log.debug('leaving was not answered', errorFields(error));
    }
    this.#client.left(this);
  }

  #become(state: SeatState): void {
    this.#state = state;
    this.#ports.log.info(`the seat is ${state.at}`, state.at === 'refused' ? { code: state.refusal.code } : {});
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
    const ownMs = passing ? policy.retry.delayMs(this.#passing, random) : policy.refusedRetryMs;
    const asked = refusal.retryAfterMs;
    const waitMs = asked === undefined ? clampWaitMs(ownMs) : askedWaitMs(asked, random);
    const delayMs = soon ? 0 : waitMs;
    const was = this.#state.at;
    const quiet = soon || (was === 'reconnecting' && refusal.code === 'rate-limited');
    if (!quiet) this.#become({ at: 'refused', refusal, retryAt: this.#clock.now() + delayMs });
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
    } catch (error) {
      this.#ports.log.debug('a question was not answered', errorFields(error));
      return refuse('timed-out');
    }
  }
}

/** The connection broke, and the server said nothing that a person must know. */
const isInterruption = ({ code }: Refusal): boolean =>
  ['server-unreachable', 'server-draining', 'slow-consumer', 'rate-limited', 'timed-out'].includes(code);
