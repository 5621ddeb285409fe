import type { ChatMessage, DeliveryState, HistoryItem } from '@parley/shared/model';
import { Cursor } from '@parley/shared/model';

/** A row of `messages`, as SQLite gives it. */
export type MessageRow = {
  number: number;
  id: string;
  room_id: string;
  author: string;
  author_name: string;
  seq: number;
  clock: number;
  sent_at: number;
  text: string;
  sig: string;
  mine: number;
  state: number;
  delivered_to: number;
  read_by: number;
};

/** The same with what is known here of its author's device: nulls where that was never met. */
export type ItemRow = MessageRow & { pinned_name: string | null; pinned_changed: number | null };

/** Numbers on disk, in the order in which a message can only advance. */
export const STATE_NUMBERS = { queued: 0, sent: 1, delivered: 2, read: 3, failed: 4 } as const satisfies Record<
  DeliveryState,
  number
>;
const STATE_NAMES = ['queued', 'sent', 'delivered', 'read', 'failed'] as const;

// Each row was parsed before it was written and is parsed once more by the router on its way to a page, so the
// brands of the ids are given back here without a third look: a page of messages is the most frequent question.
type Trusted = Pick<ChatMessage, 'id' | 'roomId' | 'author'>;
const idsOf = (row: MessageRow) => ({ id: row.id, roomId: row.room_id, author: row.author }) as Trusted;

/** The message as it travels. */
export const messageOf = (row: MessageRow): ChatMessage => ({
  ...idsOf(row),
  authorName: row.author_name,
  seq: row.seq,
  clock: row.clock,
  sentAt: row.sent_at,
  text: row.text,
  sig: row.sig,
});

/** The message with what this device knows of its way. */
export const itemOf = (row: ItemRow): HistoryItem => ({
  ...messageOf(row),
  mine: row.mine === 1,
  ...authorOf(row),
  state: STATE_NAMES[row.state] ?? 'failed',
  deliveredTo: row.delivered_to,
  readBy: row.read_by,
});

/** The name to show for the author, and whether more than the message itself speaks for it. */
export function authorOf(row: ItemRow): Pick<HistoryItem, 'name' | 'confirmed'> {
  if (row.mine === 1) return { name: row.author_name, confirmed: true };
  if (row.pinned_name === null || row.pinned_changed !== 0) return { name: row.author_name, confirmed: false };
  return { name: row.pinned_name, confirmed: true };
}

/** The place of a row in its room's order. */
export const cursorOf = (row: Pick<MessageRow, 'clock' | 'author' | 'id'>): Cursor =>
  Cursor.parse(`${row.clock}.${row.author}.${row.id}`);

export function readCursor(cursor: Cursor): Pick<MessageRow, 'clock' | 'author' | 'id'> {
  const [clock = '', author = '', id = ''] = cursor.split('.');
  return { clock: Number(clock), author, id };
}
