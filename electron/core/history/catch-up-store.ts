import { comparePlaces, type Entry, type MessagePlace, type MessageRef } from '@parley/shared/model';
import {
  DeviceId,
  type Head,
  type HeldIds,
  type Holdings,
  LIMITS,
  MessageId,
  type RoomId,
  type SeqRange,
} from '@parley/shared/protocol';
import { fromBlob } from './blobs.ts';
import type { HistoryContext } from './history-context.ts';
import { entryOf, type MessageRow } from './message-rows.ts';
import { noPrint, printText } from './prints.ts';
import { createSpans, LAST_AUTHOR, type Span } from './spans.ts';
import { sql } from './statements.ts';

/** The answer to a question of another device. */
export type Missing = {
  messages: Entry[];
  /** The own ones among them. */
  own: MessageRef[];
  hasMore: boolean;
  /** Ranges of which both devices have a message at each seq, but not the same ones. */
  differing: SeqRange[];
  /** Whether the other device has messages at seqs of which this one has none. */
  behind: boolean;
};

/** The messages that this device has of each author, and those that another device lacks. */
export function createCatchUpStore(context: HistoryContext) {
  const { all, messages: rowsOf, entryRow, own, needRoom } = context;
  const { printOf } = createSpans(context);

  const answer = (rows: readonly MessageRow[], limit: number, differing: SeqRange[], behind = false): Missing => {
    const messages = rows.slice(0, limit).map(entryOf);
    return {
      messages,
      own: messages.flatMap(({ author, id }) => (author === own ? [{ author, id }] : [])),
      hasMore: rows.length > limit,
      differing: differing.slice(0, LIMITS.rangesMax),
      behind,
    };
  };
  /** How the messages of a range that another device has are here. */
  const compared = (roomId: RoomId, range: SeqRange, theirs: string): 'same' | 'differing' | 'not all here' => {
    const ours = printOf(roomId, range);
    if (ours === undefined) return 'not all here';
    return printText(ours) === theirs ? 'same' : 'differing';
  };

  return {
    /** The stored spans of the authors above `above` up to `upTo`; `upTo` is lower where not all fit into one message. */
    heads: (
      roomId: RoomId,
      above: DeviceId | null,
      upTo: DeviceId | null,
    ): { heads: Head[]; upTo: DeviceId | null } => {
      needRoom(roomId);
      const heads = new Map<string, Head>();
      const floors = new Map(
        all<{ author: string; seq: number }>(sql.floors, roomId).map((row) => [row.author, row.seq]),
      );
      for (const span of all<Span & { author: string }>(sql.spans, roomId, above ?? '', upTo ?? LAST_AUTHOR)) {
        const author = DeviceId.parse(span.author);
        const head = heads.get(author) ?? { author, seq: 0, print: printText(noPrint()), beyond: [] };
        const floor = floors.get(author) ?? 0;
        if (floor > 0) head.floor = floor;
        heads.set(author, head);
        const { first, last } = span;
        const print = printText(span.print);
        if (first === 1) Object.assign(head, { seq: last, print });
        else if (head.beyond.length < LIMITS.spansMax) head.beyond.push({ first, last, print });
      }
      const every = [...heads.values()];
      const fitting = headsThatFit(every);
      return { heads: fitting, upTo: fitting.length < every.length ? (fitting.at(-1)?.author ?? upTo) : upTo };
    },

    /** The messages that a device which holds this lacks, oldest first, at most `limit`. */
    missing: (roomId: RoomId, { heads, above, upTo, after }: Holdings, limit: number): Missing => {
      needRoom(roomId);
      const theirs = new Map<string, Head>(heads.map((head) => [head.author, head]));
      // An author's clock rises with the seq, so the oldest of all are among each author's next ones.
      const nextOf = (author: string): MessageRow[] => {
        const from = after === null ? 0 : after.clock + (author > after.author ? 0 : 1);
        const rows: MessageRow[] = [];
        for (const { first, last } of lacking(theirs.get(author))) {
          const left = limit + 1 - rows.length;
          if (left > 0) rows.push(...rowsOf(sql.messagesWithin, roomId, author, first, last, from, left));
        }
        return rows;
      };
      const rows = all<{ author: string }>(sql.authors, roomId, above ?? '', upTo ?? LAST_AUTHOR)
        .flatMap(({ author }) => nextOf(author))
        .sort((left, right) => comparePlaces(placeIn(left), placeIn(right)));
      const differing: SeqRange[] = [];
      let behind = false;
      // Compared once for each question, not again for each of its batches.
      for (const head of after === null ? heads : []) {
        for (const { print, ...range } of runsOf(head)) {
          const found = compared(roomId, range, print);
          if (found === 'differing') differing.push(range);
          // Nothing is asked for that the other device cannot give.
          const first = Math.max(range.first, (head.floor ?? 0) + 1);
          if (found !== 'not all here' || first > range.last) continue;
          if (printOf(roomId, { ...range, first }) === undefined) behind = true;
        }
      }
      return answer(rows, limit, differing, behind);
    },

    /** The newest messages of a range by their ids, and the print of the rest of it. */
    heldIds: (roomId: RoomId, { author, first, last }: SeqRange): HeldIds => {
      needRoom(roomId);
      const newest = all<{ seq: number; id: Uint8Array }>(
        sql.newestIdsWithin,
        roomId,
        author,
        first,
        last,
        LIMITS.heldIdsMax + 1,
      );
      // The messages of one seq are listed together or not at all.
      const from = newest.length > LIMITS.heldIdsMax ? (newest.at(-1)?.seq ?? first) + 1 : first;
      const ids = newest.flatMap(({ seq, id }) => (seq >= from ? [MessageId.parse(fromBlob(id))] : []));
      const below = from > first ? printOf(roomId, { author, first, last: from - 1 }) : undefined;
      return { author, first, last, from, ids, print: printText(below ?? noPrint()) };
    },

    /** The messages of a range that a device with these ids lacks, by seq, and whether the rest of the range differs. */
    missingAmong: (roomId: RoomId, { author, first, last, from, ids, print }: HeldIds, limit: number): Missing => {
      needRoom(roomId);
      const theirs = new Set<string>(ids);
      const rows: MessageRow[] = [];
      for (const held of all<{ id: Uint8Array }>(sql.idsWithin, roomId, author, from, last)) {
        const id = fromBlob(held.id);
        const row = theirs.has(id) ? undefined : entryRow({ author, id: MessageId.parse(id) });
        if (row?.held === 1) rows.push(row);
        if (rows.length > limit) break;
      }
      const rest = { author, first, last: from - 1 };
      return answer(rows, limit, from > first && compared(roomId, rest, print) === 'differing' ? [rest] : []);
    },
  };
}

/** The place of an entry, as it was parsed before it was recorded. */
const placeIn = (row: MessageRow) => row as unknown as MessagePlace & { id: MessageId };

/** The seqs of a head without a gap, each run with its print. */
export function runsOf({ author, seq, print, beyond }: Head): (SeqRange & { print: string })[] {
  const runs = beyond.map(({ first, last, print: printed }) => ({ author, first, last, print: printed }));
  return seq > 0 ? [{ author, first: 1, last: seq, print }, ...runs] : runs;
}

/** The gaps of a head: before, between and after its spans, which may come from anyone and in any order. */
function lacking(head: Head | undefined): Pick<Span, 'first' | 'last'>[] {
  const gaps: Pick<Span, 'first' | 'last'>[] = [];
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
