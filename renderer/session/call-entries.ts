import type { Bridge } from '@parley/shared/bridge';
import { type CallId, LIMITS, type Outcome, type RoomId, refusalOf } from '@parley/shared/protocol';
import type { Log } from '../log.ts';
import type { CallKey } from './call-state.ts';
import type { Conversation } from './conversation.ts';

export type CallEntriesPorts = {
  roomId: RoomId;
  bridge: Bridge;
  conversation: Pick<Conversation, 'note' | 'tellChanged'>;
  log: Log;
};

/** Notes in the history which calls this device started, was in and left. A call does not wait for it, nor end with it. */
export class CallEntries {
  readonly #ports: CallEntriesPorts;
  #own: CallKey | null = null;
  /** The calls that this device is in, by every name that somebody gives them. */
  #joined = new Set<CallId>();
  /** How often the call that this device is in became another. */
  #merges = 0;
  /** The calls that other computers of this person were in. */
  readonly #elsewhere = new Set<CallId>();

  constructor(ports: CallEntriesPorts) {
    this.#ports = ports;
  }

  /** This device started a call. */
  started(callId: CallId): void {
    this.#note({ kind: 'call', callId, of: null });
  }

  /**
   * The call that this device is in now, the calls that the others in it say they are in, and how long a call has run. Two calls that
   * become one have two names for a while: none of them was missed.
   */
  follow(own: CallKey | null, others: readonly CallId[], ageMs: (callId: CallId) => number): void {
    const before = this.#own;
    this.#own = own && { callId: own.callId, startedAt: own.startedAt };
    // Each of so many may have come from a call of their own; more than that are made up.
    const most = LIMITS.callCapacity;
    if (before && before.callId !== own?.callId && (!own || this.#merges++ < most)) {
      const lengthMs = Math.round(Math.min(LIMITS.callLengthMaxMs, Math.max(0, ageMs(before.callId))));
      this.#note({ kind: 'hangup', callId: before.callId, lengthMs });
    }
    if (!own) {
      this.#joined.clear();
      this.#merges = 0;
      return;
    }
    for (const callId of [own.callId, ...others]) {
      if (this.#joined.has(callId) || (callId !== own.callId && this.#joined.size >= most)) continue;
      this.#joined.add(callId);
      this.#watch(this.#join(callId), () => this.#joined.delete(callId));
    }
  }

  /** This person is in that call on another computer of theirs. */
  joinedElsewhere(callId: CallId): void {
    if (this.#elsewhere.has(callId)) return;
    this.#elsewhere.add(callId);
    this.#watch(this.#join(callId));
  }

  async #join(callId: CallId): Promise<Outcome<unknown>> {
    const { bridge, roomId, conversation } = this.#ports;
    const joined = await bridge.call('history.join-call', { roomId, callId });
    if (joined.ok) conversation.tellChanged(joined.value.changed);
    return joined;
  }

  #note(content: Parameters<Conversation['note']>[0]): void {
    this.#watch(this.#ports.conversation.note(content));
  }

  #watch(work: Promise<Outcome<unknown>>, failed: () => void = () => {}): void {
    void work.catch(refusalOf).then((outcome) => {
      if (outcome.ok) return;
      this.#ports.log.warn('a call was not noted', { code: outcome.code });
      failed();
    });
  }
}
