import type { CallId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import { type CallKey, newCallMemory, noteCall, ringsForMs, silenceCall } from './call-state.ts';

/** When the call of a room rings on this device, and how long it has run. No wall clock counts. silent → ringing → silent */
export class Ringing {
  readonly #clock: Clock;
  readonly #ringMs: number;
  readonly #calls = newCallMemory();
  #undo: () => void = () => {};

  constructor(clock: Clock, ringMs: number) {
    this.#clock = clock;
    this.#ringMs = ringMs;
  }

  /** Notes a call that a peer is in, or that begins here, and that has run for `ranMs`. */
  heard(callId: CallId, ranMs: number): void {
    noteCall(this.#calls, callId, this.#clock.monotonicMs(), ranMs);
  }

  /** When a call started, by the monotonic clock; now, for one that was not heard of. */
  since(callId: CallId): number {
    return this.#calls.startedAt.get(callId) ?? this.#clock.monotonicMs();
  }

  /** How long a call has run, in ms. */
  ageMs(callId: CallId): number {
    return this.#clock.monotonicMs() - this.since(callId);
  }

  /** The person joined, declined or left that call: it rings no more. */
  silence(callId: CallId): void {
    silenceCall(this.#calls, callId);
  }

  /** How much longer a call rings with the others, in ms. */
  leftMs(callId: CallId): number {
    return Math.max(0, this.#ringMs - this.ageMs(callId));
  }

  rings(call: CallKey | null): boolean {
    return ringsForMs(this.#calls, call, this.#clock.monotonicMs(), this.#ringMs) > 0;
  }

  /** Calls back when `call` stops ringing by itself, here or, where it is this device's `own` one, with the others; only for the last call given. */
  watch(call: CallKey | null, stopped: () => void, own: CallId | null = null): void {
    this.#undo();
    const leftMs =
      own === null ? ringsForMs(this.#calls, call, this.#clock.monotonicMs(), this.#ringMs) : this.leftMs(own);
    if (leftMs > 0) this.#undo = this.#clock.after(leftMs, stopped);
  }
}
