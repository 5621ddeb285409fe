import type { Entry } from '@parley/shared/model';
import { LIMITS, type SeqRange } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { joined, noPrint, type PrintBytes, withId } from './prints.ts';
import { sql } from './statements.ts';

/** A run of an author's seqs without a gap, with the print of all their entries that are held. */
export type Span = { first: number; last: number; print: PrintBytes };
/** The same with the number of its author in the room. */
type AuthorSpan = Span & { number: number };

/** Comes after every id of a device in the order of SQLite and of this language. */
export const LAST_AUTHOR = '~';

/** Which of each author's messages are here, as runs of their seqs. */
export function createSpans({ one, all, run, own, authors }: HistoryContext) {
  const spansOf = (roomId: string, author: string) => all<AuthorSpan>(sql.spansOf, roomId, author);
  const idsPrint = (roomId: string, author: string, first: number, last: number): PrintBytes => {
    let print = noPrint();
    if (first > last) return print;
    for (const { id } of all<{ id: Uint8Array }>(sql.idsWithin, roomId, author, first, last)) print = joined(print, id);
    return print;
  };

  /** The spans that the last entry was looked at with, while it is being added. */
  let looked: { entry: Entry; spans: readonly AuthorSpan[] } | undefined;
  const spansFor = (entry: Entry): readonly AuthorSpan[] => {
    const spans = looked?.entry === entry ? looked.spans : spansOf(entry.roomId, entry.author);
    looked = undefined;
    return spans;
  };

  return {
    /** Adds a message to its author's spans: within one, on its own, at an end of one, or between two that become one. */
    add(entry: Entry, held: boolean): void {
      const { roomId, author, seq, id } = entry;
      const spans = spansFor(entry);
      const around = spans.find(({ first, last }) => first <= seq && seq <= last);
      const below = around ?? spans.find(({ last }) => last === seq - 1);
      const above = around ? undefined : spans.find(({ first }) => first === seq + 1);
      if (above) run(sql.removeSpan, above.number, above.first);
      const before = joined(below?.print ?? noPrint(), above?.print ?? noPrint());
      const print = held ? withId(before, id) : before;
      const last = above?.last ?? Math.max(seq, below?.last ?? seq);
      if (below) run(sql.growSpan, last, print, below.number, below.first);
      else run(sql.addSpan, authors.of(roomId, author), seq, last, print);
    },

    /** An entry whose body was missing is held now. */
    toggle(roomId: string, { author, seq, id }: { author: string; seq: number; id: string }): void {
      const span = spansOf(roomId, author).find(({ first, last }) => first <= seq && seq <= last);
      if (span) run(sql.growSpan, span.last, withId(span.print, id), span.number, span.first);
    },

    /**
     * Whether there is room for another's message. Keys cost nothing to make, so from a certain number of authors on only
     * devices that were met may become one more; holes cost nothing to leave, so what would lie behind too many of
     * them is taken when those before it have come; and a seq is used again only as often as a device is restored. Remembers
     * the spans for `add`, if that is the next call with the same entry.
     */
    hasRoomFor(message: Entry): boolean {
      const { roomId, author, seq } = message;
      const spans = spansOf(roomId, author);
      looked = { entry: message, spans };
      if (spans.length === 0 && author !== own && !one(sql.pin, author)) {
        return all(sql.authors, roomId, '', LAST_AUTHOR).length < LIMITS.roomAuthorsMax;
      }
      if (spans.some(({ first, last }) => first <= seq && seq <= last)) {
        const there = one<{ count: number }>(sql.countAtSeq, roomId, author, seq)?.count ?? 0;
        return there < LIMITS.messagesPerSeqMax;
      }
      const touches = spans.some(({ first, last }) => last === seq - 1 || first === seq + 1);
      const behindGap = spans.filter(({ first }) => first > 1).length;
      return seq === 1 || touches || behindGap < LIMITS.spansMax;
    },

    /** The print of every message of a range; undefined where a seq of it has none. Reads the smaller part of a span's ids. */
    printOf(roomId: string, { author, first, last }: Pick<SeqRange, 'first' | 'last'> & { author: string }) {
      const span = spansOf(roomId, author).find((each) => each.first <= first && last <= each.last);
      if (!span) return undefined;
      if (span.last - span.first < 2 * (last - first)) {
        const before = idsPrint(roomId, author, span.first, first - 1);
        return joined(joined(span.print, before), idsPrint(roomId, author, last + 1, span.last));
      }
      return idsPrint(roomId, author, first, last);
    },
  };
}

export type Spans = ReturnType<typeof createSpans>;
