import type { ChatMessage, DeliveryState, HistoryItem } from '@parley/shared/model';
import { Cursor, HistoryItem as HistoryItemSchema } from '@parley/shared/model';

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

/** Numbers on disk, in the order in which a message can only advance. */
export const STATE_NUMBERS = { queued: 0, sent: 1, delivered: 2, read: 3, failed: 4 } as const satisfies Record<
  DeliveryState,
  number
>;
const STATE_NAMES = ['queued', 'sent', 'delivered', 'read', 'failed'] as const;

/** The message as it travels. Rows were checked before they were written, so the types are facts. */
export const messageOf = (row: MessageRow): ChatMessage => {
  const { mine: _mine, state: _state, deliveredTo: _to, readBy: _by, ...message } = itemOf(row);
  return message;
};

export const itemOf = (row: MessageRow): HistoryItem =>
  HistoryItemSchema.parse({
    id: row.id,
    roomId: row.room_id,
    author: row.author,
    authorName: row.author_name,
    seq: row.seq,
    clock: row.clock,
    sentAt: row.sent_at,
    text: row.text,
    sig: row.sig,
    mine: row.mine === 1,
    state: STATE_NAMES[row.state] ?? 'failed',
    deliveredTo: row.delivered_to,
    readBy: row.read_by,
  });

/** The place of a row in its room's order. */
export const cursorOf = (row: Pick<MessageRow, 'clock' | 'author'>): Cursor =>
  Cursor.parse(`${row.clock}.${row.author}`);

export function readCursor(cursor: Cursor): { clock: number; author: string } {
  const dot = cursor.indexOf('.');
  return { clock: Number(cursor.slice(0, dot)), author: cursor.slice(dot + 1) };
}
