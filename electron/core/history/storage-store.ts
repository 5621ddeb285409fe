import type { RoomId } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { sql } from './statements.ts';

/** Entries that are counted in one call: others have their turn in between. */
const COUNTED_AT_ONCE = 5_000;
/** Roughly what an entry takes beside its text: ids, signature, indexes. */
const ENTRY_BYTES = 250;

/** The space that the history takes. */
export function createStorageStore({ db, one, all }: HistoryContext) {
  return {
    /** The messages of a room that are shown. */
    messageCount: (roomId: RoomId): number => one<{ message_count: number }>(sql.roomCount, roomId)?.message_count ?? 0,

    /**
     * The weight of entries above a number, by room, up to some thousands of them; `next` goes on from there, null at the end. A weight
     * compares rooms; it is no size on the disk.
     */
    weigh(above: number): { weights: [roomId: string, weight: number][]; next: number | null } {
      const rows = all<{ number: number; roomId: string; text: string }>(sql.indexedAbove, above, COUNTED_AT_ONCE);
      const weights = new Map<string, number>();
      for (const { roomId, text } of rows) {
        weights.set(roomId, (weights.get(roomId) ?? 0) + ENTRY_BYTES + Buffer.byteLength(text));
      }
      return { weights: [...weights], next: rows.length < COUNTED_AT_ONCE ? null : (rows.at(-1)?.number ?? null) };
    },

    /** Bytes of pages in the history file that hold nothing any more. */
    emptyBytes: (): number =>
      Number(db.pragma('freelist_count', { simple: true })) * Number(db.pragma('page_size', { simple: true })),

    /** Rewrites the file without its empty pages. Takes a second for each hundred megabytes or so, and as much room on the disk. */
    vacuum(): void {
      db.exec('VACUUM');
      db.pragma('wal_checkpoint(TRUNCATE)');
    },
  };
}
