import type { ChatMessage, MessageRef } from '@parley/shared/model';
import { DeviceId, type Head, type Holdings, LIMITS, type RoomId } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { type MessageRow, messageOf } from './message-rows.ts';
import { LAST_AUTHOR, type Span } from './spans.ts';
import { sql } from './statements.ts';

/** The messages that this device has of each author, and those that another device lacks. */
export function createCatchUpStore({ all, own, needRoom }: HistoryContext) {
  return {
    /** The stored spans of the authors above `above` up to `upTo`; `upTo` is lower where not all fit into one message. */
    heads: (
      roomId: RoomId,
      above: DeviceId | null,
      upTo: DeviceId | null,
    ): { heads: Head[]; upTo: DeviceId | null } => {
      needRoom(roomId);
      const heads = new Map<string, Head>();
      for (const span of all<Span & { author: string }>(sql.spans, roomId, above ?? '', upTo ?? LAST_AUTHOR)) {
        const head = heads.get(span.author) ?? { author: DeviceId.parse(span.author), seq: 0, beyond: [] };
        heads.set(span.author, head);
        if (span.first === 1) head.seq = span.last;
        else if (head.beyond.length < LIMITS.spansMax) head.beyond.push({ first: span.first, last: span.last });
      }
      const every = [...heads.values()];
      const fitting = headsThatFit(every);
      return { heads: fitting, upTo: fitting.length < every.length ? (fitting.at(-1)?.author ?? upTo) : upTo };
    },

    /** The messages that a device which holds this lacks, oldest first, at most `limit`. */
    missing: (
      roomId: RoomId,
      { heads, above, upTo, after }: Holdings,
      limit: number,
    ): { messages: ChatMessage[]; own: MessageRef[]; hasMore: boolean } => {
      needRoom(roomId);
      const theirs = new Map<string, Head>(heads.map((head) => [head.author, head]));
      // An author's clock rises with the seq, so the oldest of all are among each author's next ones.
      const nextOf = (author: string): MessageRow[] => {
        const from = after === null ? 0 : after.clock + (author > after.author ? 0 : 1);
        const rows: MessageRow[] = [];
        for (const { first, last } of lacking(theirs.get(author))) {
          const left = limit + 1 - rows.length;
          if (left > 0) rows.push(...all<MessageRow>(sql.messagesWithin, roomId, author, first, last, from, left));
        }
        return rows;
      };
      const rows = all<{ author: string }>(sql.authors, roomId, above ?? '', upTo ?? LAST_AUTHOR)
        .flatMap(({ author }) => nextOf(author))
        .sort((left, right) => left.clock - right.clock || (left.author < right.author ? -1 : 1));
      const messages = rows.slice(0, limit).map(messageOf);
      return {
        messages,
        own: messages.flatMap(({ author, id }) => (author === own ? [{ author, id }] : [])),
        hasMore: rows.length > limit,
      };
    },
  };
}

/** The gaps of a head: before, between and after its spans, which may come from anyone and in any order. */
function lacking(head: Head | undefined): Span[] {
  const gaps: Span[] = [];
  let next = (head?.seq ?? 0) + 1;
  for (const { first, last } of (head?.beyond ?? []).toSorted((left, right) => left.first - right.first)) {
    if (last < next) continue;
    if (first > next) gaps.push({ first: next, last: first - 1 });
    next = last + 1;
  }
  return [...gaps, { first: next, last: Number.MAX_SAFE_INTEGER }];
}

/** The first heads that one message between peers can hold, with a little left for what stands around them. */
function headsThatFit(heads: readonly Head[]): Head[] {
  let chars = 500;
  const end = heads.findIndex((head, index) => {
    chars += JSON.stringify(head).length + 1;
    return index >= LIMITS.headsMax || chars > LIMITS.linkMessageMaxChars;
  });
  return heads.slice(0, end < 0 ? heads.length : end);
}
