import {
  type Outcome,
  type ParticipantId,
  type Refusal,
  type RoomId,
  refuse,
  type SignalId,
} from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import { errorFields, type Log } from '../log.ts';
import { clampWaitMs } from './retry-policy.ts';
import type { WireSession } from './wire-session.ts';

/** Limits on signals count in short windows, so the wait that they ask for is often less than a second. */
const SIGNAL_AGAIN_MIN_MS = 50;

export type WaitingSignal = {
  to: ParticipantId | '*';
  id: SignalId;
  box: string;
  /** Whether it should still go out. */
  wanted: () => boolean;
  answer: (outcome: Outcome<{ handedTo: number }>) => void;
};

export type SignalQueuePorts = {
  roomId: RoomId;
  clock: Clock;
  /** The session that the seat is joined on; undefined while there is none. */
  session: () => WireSession | undefined;
  /** A signal was not answered. */
  lost: (session: WireSession) => void;
  /** The server takes no more, because it stops. */
  drained: (session: WireSession) => void;
  log: Log;
};

/** The signals of one seat, sent one after the other. A signal that was not answered goes first on the next session. */
export class SignalQueue {
  readonly #ports: SignalQueuePorts;
  /** In order; the first may be under way. */
  readonly #waiting: WaitingSignal[] = [];
  #sending = false;

  constructor(ports: SignalQueuePorts) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#waiting.length;
  }

  push(signal: WaitingSignal): void {
    this.#waiting.push(signal);
    void this.flush();
  }

  /** Answers for everything that waits. */
  refuseAll(refusal: Refusal): void {
    for (const signal of this.#waiting.splice(0)) signal.answer(refusal);
  }

  /** Signals that were wanted only over the session that is gone must not wait for the next one. */
  dropUnwanted(): void {
    for (const signal of this.#waiting.filter(({ wanted }) => !wanted())) {
      this.#waiting.splice(this.#waiting.indexOf(signal), 1);
      signal.answer(refuse('cancelled'));
    }
  }

  /** Sends in the order in which the signals were made. */
  async flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    const { session: current, clock, drained } = this.#ports;
    try {
      for (;;) {
        const session = current();
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
          // Not handed on and not lost: it stays first in the queue.
          drained(session);
          return;
        }
        if (!outcome.ok && (outcome.code === 'rate-limited' || outcome.code === 'server-busy')) {
          await new Promise<void>((resolve) => {
            clock.after(clampWaitMs(outcome.retryAfterMs ?? 1_000, SIGNAL_AGAIN_MIN_MS), resolve);
          });
          continue;
        }
        if (this.#waiting[0] === next) this.#waiting.shift();
        next.answer(outcome);
      }
    } finally {
      this.#sending = false;
      if (current()?.takesNoMore === false && this.#waiting.length > 0) queueMicrotask(() => void this.flush());
    }
  }

  /** Undefined when no answer came: the signal stays first in the queue for the next session. */
  async #sendOnce(session: WireSession, signal: WaitingSignal): Promise<Outcome<{ handedTo: number }> | undefined> {
    const { to, id, box } = signal;
    const { roomId, log, lost } = this.#ports;
    try {
      return await session.ask('signal:send', { roomId, to, id, box });
    } catch (error) {
      log.debug('a signal was not answered', errorFields(error));
      if (this.#ports.session() === session) lost(session);
      return undefined;
    }
  }
}
