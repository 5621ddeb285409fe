import { accept, type Outcome, type Refusal } from '@parley/shared/protocol';
import type { HistoryCall } from './call-queue.ts';
import { joinParts, type Recorded, type RecordedPart, type Touched } from './recorded.ts';

/** What a call of `record` answers. `failed`: what came before was stored, and the rest could not be. */
export type RecordAnswer = Recorded & { failed: Refusal | null };

/**
 * Lets other calls in between the entries of a batch: each part is a transaction of its own, so that a person's own message waits for a few
 * entries of others and not for a hundred. `isAwaited` says whether a call waits.
 */
export function createRecordParts(isAwaited: () => boolean) {
  const begun = new Map<number, RecordedPart>();
  return {
    /** The call of the store for the entries of a `record` that were not taken yet; any other call as it is. */
    storeCall(call: HistoryCall): Pick<HistoryCall, 'name' | 'args'> {
      if (call.name !== 'record') return call;
      const [roomId, entries, signed] = call.args;
      const taken = begun.get(call.id)?.taken ?? 0;
      const rest = [entries, signed].map((each) => (Array.isArray(each) ? each.slice(taken) : each));
      return { name: 'recordPart', args: [roomId, ...rest, isAwaited] };
    },

    /** Notes what a part of a call brought. Answers `paused` where entries are left and nothing failed. */
    noted(call: HistoryCall, outcome: Outcome<unknown>): Outcome<unknown> | 'paused' {
      if (call.name !== 'record' || !outcome.ok) return outcome;
      // The store answers this call with a part.
      const part = outcome.value as RecordedPart;
      const before = begun.get(call.id);
      const soFar = before ? joinParts(before, part) : part;
      begun.set(call.id, soFar);
      const [, entries] = call.args;
      return Array.isArray(entries) && soFar.taken < entries.length ? 'paused' : outcome;
    },

    /** The file was put together anew: what was recorded may be gone, so each call that has begun records all of its entries again. */
    repeat(): void {
      for (const [id, { touched }] of begun)
        begun.set(id, { touched, stored: [], gained: 0, refused: 0, forged: 0, taken: 0 });
    },

    /**
     * The outcome of a whole call, given that of its last part. `read` reads the messages as they are now (`recordedItems`): calls that were
     * let in have changed some of them since they were recorded, and were answered before.
     */
    whole(
      { id, args: [roomId] }: HistoryCall,
      outcome: Outcome<unknown>,
      read: (roomId: unknown, touched: Touched) => Outcome<unknown>,
    ): Outcome<unknown> {
      const part = begun.get(id);
      if (!part) return outcome;
      begun.delete(id);
      const { taken: _, touched, ...counts } = part;
      const items = read(roomId, touched);
      if (!items.ok) return items;
      const { fresh, changed } = items.value as Pick<Recorded, 'fresh' | 'changed'>;
      const answer: RecordAnswer = { ...counts, fresh, changed, failed: outcome.ok ? null : outcome };
      return accept(answer);
    },
  };
}
