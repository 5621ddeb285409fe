import type { ChatMessage } from '@parley/shared/model';
import { LIMITS } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { sql } from './statements.ts';

/** A run of an author's seqs without a gap. */
export type Span = { first: number; last: number };

/** Comes after every id of a device in the order of SQLite and of this language. */
export const LAST_AUTHOR = '~';

/** Which of each author's messages are here, as runs of their seqs. */
export function createSpans({ one, all, run, own }: HistoryContext) {
  const spansOf = ({ roomId, author }: Pick<ChatMessage, 'roomId' | 'author'>) =>
    all<Span>(sql.spansOf, roomId, author);
  return {
    /** Adds a seq to its author's spans: on its own, at the end of one, or between two that become one. */
    add({ roomId, author, seq }: ChatMessage): void {
      const spans = spansOf({ roomId, author });
      const below = spans.find(({ last }) => last === seq - 1);
      const above = spans.find(({ first }) => first === seq + 1);
      for (const span of [below, above]) if (span) run(sql.removeSpan, roomId, author, span.first);
      run(sql.addSpan, roomId, author, below?.first ?? seq, above?.last ?? seq);
    },

    /**
     * Whether there is room for another's message. Keys cost nothing to make, so from a certain number of authors on only
     * devices that were met may become one more; and holes cost nothing to leave, so what would lie behind too many of
     * them is taken when those before it have come.
     */
    hasRoomFor(message: ChatMessage): boolean {
      const spans = spansOf(message);
      if (spans.length === 0 && message.author !== own && !one(sql.pin, message.author)) {
        return all(sql.authors, message.roomId, '', LAST_AUTHOR).length < LIMITS.roomAuthorsMax;
      }
      const touches = spans.some(({ first, last }) => last === message.seq - 1 || first === message.seq + 1);
      const behindGap = spans.filter(({ first }) => first > 1).length;
      return message.seq === 1 || touches || behindGap < LIMITS.spansMax;
    },
  };
}
