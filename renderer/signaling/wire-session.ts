import type { ServerHost } from '@parley/shared/model';
import {
  type ClientAck,
  type ClientEvent,
  type ClientInput,
  clientEvents,
  fromBase64Url,
  LIMITS,
  type Outcome,
  outcomeOf,
  PROTOCOL_VERSION,
  type Refusal,
  refusalSaidBy,
  refuse,
} from '@parley/shared/protocol';
import { type Clock, elapsedMs, type Moment, momentOf } from '@parley/shared/timing';
import { errorFields, type Log } from '../log.ts';
import type { Wire } from './wire.ts';

/** The first challenge is set when the connection begins, and told here when it is open. */
const CONNECTED_WITHIN_MS = 9_000;

/** The state of one wire alone: its answers, its challenge. */
export class WireSession {
  readonly wire: Wire;
  closing: Refusal | undefined;
  /** Its server stops: what it took is still answered, and everything else is for the next session. */
  takesNoMore = false;
  readonly #host: ServerHost;
  readonly #answerTimeoutMs: number;
  readonly #log: Log;
  #challenge: { bytes: Uint8Array<ArrayBuffer>; keptAt: Moment } | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(wire: Wire, host: ServerHost, answerTimeoutMs: number, log: Log) {
    this.wire = wire;
    this.#host = host;
    this.#log = log;
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  /** Keeps the challenge that came with the socket for the first proof. */
  keep(challenge: string, keptAt: Moment): void {
    const bytes = fromBase64Url(challenge);
    if (bytes) this.#challenge = { bytes, keptAt };
  }

  /** Rejects when no answer comes in time or the answer is none. */
  async ask<E extends ClientEvent>(
    event: E,
    input: ClientInput<E>,
    timeoutMs = this.#answerTimeoutMs,
  ): Promise<Outcome<ClientAck<E>>> {
    const raw = await this.wire.call(event, input, timeoutMs);
    const parsed = outcomeOf(clientEvents[event].ack).safeParse(raw);
    if (!parsed.success) return refuse('not-a-server');
    const outcome = parsed.data as Outcome<ClientAck<E>>; // parsed by the schema of `event`
    return outcome.ok ? outcome : (refusalSaidBy(this.#host, outcome) ?? refuse('not-a-server'));
  }

  /** Whether the server still answers, within that time. Its answer is the challenge of the next proof. */
  isAnswered(clock: Clock, timeoutMs: number): Promise<boolean> {
    const answered = this.#turn.then(async () => {
      const asked = await this.ask('challenge:get', { v: PROTOCOL_VERSION }, timeoutMs);
      if (asked.ok) this.keep(asked.value.challenge, momentOf(clock));
      // A refusal is an answer too.
      return true;
    });
    this.#turn = answered.catch((error: unknown) => this.#log.debug('the server did not answer', errorFields(error)));
    return answered.catch(() => false);
  }

  /** Runs one proof at a time, because a challenge is good for one proof. */
  async withChallenge<T>(
    clock: Clock,
    prove: (challenge: Uint8Array<ArrayBuffer>) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const mine = this.#turn.then(async () => {
      const held = this.#challenge;
      this.#challenge = undefined;
      if (held && elapsedMs(clock, held.keptAt) < LIMITS.challengeLifetimeMs - CONNECTED_WITHIN_MS)
        return prove(held.bytes);
      const asked = await this.ask('challenge:get', { v: PROTOCOL_VERSION });
      if (!asked.ok) return asked;
      const bytes = fromBase64Url(asked.value.challenge);
      return bytes ? prove(bytes) : refuse('not-a-server');
    });
    // The caller hears of the failure; the next join only waits for the end of this one.
    this.#turn = mine.catch((error: unknown) => this.#log.debug('a proof was not sent', errorFields(error)));
    return mine;
  }
}
