import type { Entry, MessageRef } from '@parley/shared/model';
import type { MessageId, RoomId } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { entryOf } from './message-rows.ts';
import { LAST_AUTHOR } from './spans.ts';
import { sql } from './statements.ts';

/** A place in an export: the next author, and the first of that author's seqs that is still to come. */
export type ExportPlace = { author: string; seq: number };

const AT_ONCE = 200;

/** Reads all that a room holds, in pieces. */
export function createExportStore({ all, messages, one, entryRow, needRoom }: HistoryContext) {
  return {
    /** How many entries a room has, the held and the others. */
    entryCount: (roomId: RoomId): number => one<{ entry_count: number }>(sql.roomCount, roomId)?.entry_count ?? 0,

    /** Which of these entries have a lifetime, also after it. */
    passing: (refs: readonly MessageRef[]): MessageId[] =>
      refs.filter((ref) => typeof entryRow(ref)?.expires === 'number').map(({ id }) => id),

    /**
     * The next entries of a room by author and seq, some hundred at most; `next` is null after the last. Entries of a version that did not sign
     * them are left out: nobody could check them.
     */
    exportEntries(roomId: RoomId, from: ExportPlace | null): { entries: Entry[]; next: ExportPlace | null } {
      needRoom(roomId);
      const place = from ?? {
        author: all<{ author: string }>(sql.authors, roomId, '', LAST_AUTHOR)[0]?.author,
        seq: 1,
      };
      if (place.author === undefined) return { entries: [], next: null };
      const rows = messages(
        sql.messagesWithin,
        roomId,
        place.author,
        place.seq,
        Number.MAX_SAFE_INTEGER,
        0,
        AT_ONCE + 1,
      );
      if (rows.length > AT_ONCE) {
        // The entries of one seq are given together.
        const seq = rows.at(-1)?.seq ?? 0;
        return {
          entries: rows.filter((row) => row.seq < seq).map(entryOf),
          next: { author: place.author, seq },
        };
      }
      const [after] = all<{ author: string }>(sql.authors, roomId, place.author, LAST_AUTHOR);
      return { entries: rows.map(entryOf), next: after ? { author: after.author, seq: 1 } : null };
    },
  };
}
