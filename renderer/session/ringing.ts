import type { CallId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import { type CallKey, newCallMemory, noteCall, ringsForMs, STATED_AGE_MAX_MS } from './call-state.ts';

/** When the call of a room rings on this device. silent → ringing → silent */
export class Ringing {
  readonly #clock: Clock;
  readonly #ringMs: number;
  readonly #calls = newCallMemory();
  #undo: () => void = () => {};

  constructor(clock: Clock, ringMs: number) {
    this.#clock = clock;
    this.#ringMs = ringMs;
  }

  /** Notes a call that a peer is in, or that begins here. `ranBefore`: it ran before that peer was met. */
  heard(call: CallKey, ranBefore: boolean): void {
    const now = this.#clock.monotonicMs();
    const startedAt = now - (this.#clock.now() - call.startedAt);
    noteCall(this.#calls, { callId: call.callId, startedAt }, now, ranBefore);
  }

  /** How long a call has run, in ms. Only where it ran before its people were met do other clocks matter, and for a day at most. */
  ageMs({ callId, startedAt }: CallKey): number {
    const heardAt = this.#calls.heardAt.get(callId);
    if (heardAt === undefined) return Math.min(STATED_AGE_MAX_MS, this.#clock.now() - startedAt);
    return this.#clock.monotonicMs() - heardAt;
  }

  /** The person joined, declined or left that call: it rings no more. */
  silence(callId: CallId): void {
    this.#calls.silenced.add(callId);
  }

  rings(call: CallKey | null): boolean {
    return ringsForMs(this.#calls, call, this.#clock.monotonicMs(), this.#ringMs) > 0;
  }

  /** Calls back when `call` stops ringing by itself; only for the last call given. */
  watch(call: CallKey | null, stopped: () => void): void {
    this.#undo();
    const leftMs = ringsForMs(this.#calls, call, this.#clock.monotonicMs(), this.#ringMs);
    if (leftMs > 0) this.#undo = this.#clock.after(leftMs, stopped);
  }
}
