import type { Gone } from './forgetting-store.ts';
import type { HistoryContext } from './history-context.ts';
import { HIDDEN } from './message-rows.ts';
import { sql } from './statements.ts';

/**
 * How it is with a message: `here`; `gone`, because it was deleted, its time is over or its room keeps it no longer; `unknown`, where it did
 * not come yet or came without its body; `no-room`.
 */
export type Fate = 'here' | 'gone' | 'unknown' | 'no-room';

/** Tells those who keep something beside a message whether that has still its place. */
export function createFatesStore({ one, entryRow }: HistoryContext) {
  const fateOf = ({ roomId, author, id }: Gone): Fate => {
    if (one(sql.room, roomId) === undefined) return 'no-room';
    const row = entryRow({ author, id });
    if (row?.room_id !== roomId) return 'unknown';
    if (row.deleted === 1) return 'gone';
    if (row.shown === 1 || row.shown === HIDDEN) return 'here';
    return row.held === 0 ? 'unknown' : 'gone';
  };

  return {
    /** How it is with each of these messages. */
    fates: (messages: readonly Gone[]): Fate[] => messages.map(fateOf),
  };
}
