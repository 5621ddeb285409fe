import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { DeviceId, MessageId, RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { DisplayName, fitsCodePoints } from './profile.ts';

/** V4: 1–1,000 characters (code points) after trimming, NFC. Rendered as text, never as HTML. */
export const ChatText = z
  .string({ error: 'message-invalid' })
  .max(LIMITS.chatTextMax * 8, { error: 'message-invalid' })
  .normalize('NFC')
  .trim()
  .refine((text) => fitsCodePoints(text, LIMITS.chatTextMax) && !text.includes('\u0000'), {
    error: 'message-invalid',
  })
  .describe('1 to 1,000 characters, NFC, trimmed');
export type ChatText = z.infer<typeof ChatText>;

const Milliseconds = z.number().int().nonnegative().max(8_640_000_000_000_000);

/**
 * A message as it travels and as it is stored.
 * `seq` counts the author's messages in this room from 1, without gaps; a device that was restored from a copy may use a
 * number twice, and both messages count. `clock` is a Lamport clock: one more
 * than the highest the author had seen, so that (clock, author, id) orders a room the same way on every device,
 * whatever their wall clocks say. The signature covers every other field.
 */
export const ChatMessage = z.object({
  id: MessageId,
  roomId: RoomId,
  author: DeviceId,
  authorName: DisplayName,
  seq: z
    .number()
    .int()
    .min(1)
    .max(2 ** 40),
  clock: z
    .number()
    .int()
    .min(1)
    .max(2 ** 48),
  sentAt: Milliseconds,
  text: ChatText,
  sig: base64UrlOf(64),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

/**
 * The name of one message. Its author chose the id, so an id names a message only together with that author: another
 * member may have used the same one, by malice alone.
 */
export const MessageRef = ChatMessage.pick({ author: true, id: true });
export type MessageRef = z.infer<typeof MessageRef>;

/** The same in one text, for maps, marks and the document. */
export type MessageKey = `${DeviceId}.${MessageId}`;
export const messageKey = ({ author, id }: MessageRef): MessageKey => `${author}.${id}`;

/** Where a message stands in the order of its room. */
export const MessagePlace = ChatMessage.pick({ clock: true, author: true });
export type MessagePlace = z.infer<typeof MessagePlace>;

/** (clock, author, id): the order of a room on every device. Places without ids are equal where clock and author are. */
export function comparePlaces(
  left: MessagePlace & { id?: MessageId },
  right: MessagePlace & { id?: MessageId },
): number {
  if (left.clock !== right.clock) return left.clock - right.clock;
  if (left.author !== right.author) return left.author < right.author ? -1 : 1;
  if (left.id === undefined || right.id === undefined || left.id === right.id) return 0;
  return left.id < right.id ? -1 : 1;
}

/** queued: on this disk; sent: written to a link; delivered: stored by them; read: seen by them. */
export const DeliveryState = z.enum(['queued', 'sent', 'delivered', 'read', 'failed']);
export type DeliveryState = z.infer<typeof DeliveryState>;

/**
 * A message with what this device knows of its way. For one's own: the furthest state any member reached.
 * For others': `delivered` once stored here, `read` once seen here.
 */
export const HistoryItem = ChatMessage.extend({
  mine: z.boolean(),
  /**
   * The name of the author, to be shown. `authorName` is what the author's device claims, and any device can claim any name: where
   * the device was met, this is the name it is known by here. Where it was not, or took a name that another device had,
   * it is the claimed one, and not `confirmed`.
   */
  name: z.string(),
  confirmed: z.boolean(),
  state: DeliveryState,
  deliveredTo: z.number().int().nonnegative(),
  readBy: z.number().int().nonnegative(),
});
export type HistoryItem = z.infer<typeof HistoryItem>;

/** Where a page ends: opaque to whoever holds it. */
export const Cursor = z
  .string()
  .max(120)
  .regex(/^[0-9]+\.[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{22}$/)
  .brand<'Cursor'>();
export type Cursor = z.infer<typeof Cursor>;

export const HistoryPage = z.object({
  /** Oldest first. */
  items: z.array(HistoryItem),
  total_count: z.number().int().nonnegative(),
  returned_count: z.number().int().nonnegative(),
  has_more: z.boolean(),
  /** Pass as `before` for the page above this one; null when there is none. */
  cursor: Cursor.nullable(),
});
export type HistoryPage = z.infer<typeof HistoryPage>;

export const SearchHit = z.object({
  item: HistoryItem,
  roomName: z.string().nullable(),
  /** Start and end (UTF-16 units) of what matched in the text. */
  matches: z.array(z.tuple([z.number().int(), z.number().int()])),
});
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchPage = z.object({
  items: z.array(SearchHit),
  /** How many there are in all; 1,000 stands for that many or more, null for not counted. */
  total_count: z.number().int().nonnegative().nullable(),
  returned_count: z.number().int().nonnegative(),
  has_more: z.boolean(),
  /** Pass as `before` for more. */
  next_before: z.number().int().nonnegative().nullable(),
});
export type SearchPage = z.infer<typeof SearchPage>;
