import { z } from 'zod';
import { DeviceId, MessageId, RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { FileOffer } from './file.ts';
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

/**
 * The name of one message. Its author chose the id, so an id names a message only together with that author: another
 * member may have used the same one, by malice alone.
 */
export const MessageRef = z.object({ author: DeviceId, id: MessageId });
export type MessageRef = z.infer<typeof MessageRef>;

/** The same in one text, for maps, marks and the document. */
export type MessageKey = `${DeviceId}.${MessageId}`;
export const messageKey = ({ author, id }: MessageRef): MessageKey => `${author}.${id}`;

/** Messages that were on the screen: from one to another, both included. Null stands for an end of the room. */
export const SeenRange = z.object({ from: MessageRef.nullable(), upTo: MessageRef.nullable() });
export type SeenRange = z.infer<typeof SeenRange>;

/** Where a message stands in the order of its room. */
export const MessagePlace = z.object({
  clock: z
    .number()
    .int()
    .min(1)
    .max(2 ** 48),
  author: DeviceId,
});
export type MessagePlace = z.infer<typeof MessagePlace>;

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The order of two ids of one length by the bytes that they stand for. */
function compareIds(left: string, right: string): number {
  const at = [...left].findIndex((char, index) => char !== right[index]);
  return at < 0 ? 0 : BASE64URL.indexOf(left[at] ?? '') - BASE64URL.indexOf(right[at] ?? '');
}

/**
 * (clock, author, id): the order of a room on every device; authors by their texts, ids by their bytes. Places without ids are
 * equal where clock and author are.
 */
export function comparePlaces(
  left: MessagePlace & { id?: MessageId },
  right: MessagePlace & { id?: MessageId },
): number {
  if (left.clock !== right.clock) return left.clock - right.clock;
  if (left.author !== right.author) return left.author < right.author ? -1 : 1;
  if (left.id === undefined || right.id === undefined) return 0;
  return compareIds(left.id, right.id);
}

/** queued: on this disk; sent: written to a link; delivered: stored by them; read: seen by them. */
export const DeliveryState = z.enum(['queued', 'sent', 'delivered', 'read', 'failed']);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** The author of something, with the name to be shown: see `HistoryItem`. */
export const Author = z.object({
  author: DeviceId,
  authorName: z.string(),
  name: z.string(),
  confirmed: z.boolean(),
  mine: z.boolean(),
  /** The first computer of the author's person; absent where the author is that itself, or the only one. */
  person: DeviceId.optional(),
});
export type Author = z.infer<typeof Author>;

/** The person behind an author, whichever of their computers wrote. */
export const personIn = ({ author, person }: Pick<Author, 'author' | 'person'>): DeviceId => person ?? author;

/** The message that another one answers, as far as it is here. */
export const Quote = Author.extend({
  id: MessageId,
  /** Its beginning; empty where it was deleted. Null where the message is not here. */
  text: z.string().nullable(),
  /** That of the message; absent where it stays, or is not here. */
  lifetimeMs: z.number().int().positive().optional(),
});
export type Quote = z.infer<typeof Quote>;

/** The beginning of a text, as it is quoted: cut between characters (code points), never within one. */
export function beginningOf(text: string): string {
  if (text.length <= LIMITS.quoteMax) return text;
  return `${[...text.slice(0, LIMITS.quoteMax * 2)].slice(0, LIMITS.quoteMax).join('')}…`;
}

/** One emoji under a message. */
export const Reaction = z.object({
  emoji: z.string(),
  mine: z.boolean(),
  /** The people who chose it, first the one who was first. */
  people: z.array(Author),
});
export type Reaction = z.infer<typeof Reaction>;

/** The offer of a file as it stands in the conversation. The id of its message is that of the file. */
export const MessageFile = FileOffer.pick({
  salt: true,
  name: true,
  folders: true,
  sizeBytes: true,
  root: true,
  voice: true,
});
export type MessageFile = z.infer<typeof MessageFile>;

/**
 * A call as it stands in the conversation; the id of its message is that of the call. `missed`: somebody else started it, and this device
 * was not in it. `lengthMs`: how long it had run when the last who said so left; null where nobody did. `timeline`: this device kept how
 * its connections were.
 */
export const MessageCall = z.object({
  missed: z.boolean(),
  lengthMs: z.number().int().nonnegative().nullable(),
  timeline: z.literal(true).optional(),
});
export type MessageCall = z.infer<typeof MessageCall>;

/** The kinds of entries that stand in the conversation, with what they hold beside the text. Null where it was erased. */
export const MessageContent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text') }),
  z.object({ kind: z.literal('file'), file: MessageFile.nullable() }),
  MessageCall.extend({ kind: z.literal('call') }),
]);
export type MessageContent = z.infer<typeof MessageContent>;

/**
 * A message with what this device knows of its way. For one's own: the furthest state any member reached.
 * For others': `delivered` once stored here, `read` once seen here.
 */
export const HistoryItem = z.object({
  id: MessageId,
  roomId: RoomId,
  author: DeviceId,
  authorName: DisplayName,
  seq: z.number().int().nonnegative(),
  clock: z.number().int().nonnegative(),
  sentAt: z.number().int().nonnegative(),
  /** How many ms after `sentAt` it disappears; absent: never. */
  lifetimeMs: z.number().int().positive().optional(),
  /** As it was edited last; the name of a file; empty where the author deleted it. */
  text: z.string(),
  content: MessageContent,
  edited: z.boolean(),
  deleted: z.boolean(),
  quote: Quote.nullable(),
  reactions: z.array(Reaction),
  /** By this person: on this computer, or `elsewhere`. */
  mine: z.boolean(),
  /** Written on another computer of this person, which alone can change it and knows how far it came. */
  elsewhere: z.boolean().optional(),
  /** The first computer of the author's person; absent where the author is that itself, or the only one. */
  person: DeviceId.optional(),
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

/** The cursor at a message: pages before and after it leave that message out. */
export const cursorAt = ({ clock, author, id }: MessagePlace & { id: MessageId }): Cursor =>
  `${clock}.${author}.${id}` as Cursor;

/** The cursor above the first message of every room. */
export const HISTORY_START: Cursor = Cursor.parse(`0.${'A'.repeat(43)}.${'A'.repeat(22)}`);

export const HistoryPage = z.object({
  /** Oldest first. */
  items: z.array(HistoryItem),
  total_count: z.number().int().nonnegative(),
  returned_count: z.number().int().nonnegative(),
  has_more: z.boolean(),
  /** Pass as `before` for the page above this one; null when there is none. */
  cursor: Cursor.nullable(),
  /** Whether the room has messages below this page; `cursorAt` the last one, passed as `after`, gives them. */
  has_newer: z.boolean(),
});
export type HistoryPage = z.infer<typeof HistoryPage>;

/** The kinds of messages that a search can be narrowed to. */
export const SearchKind = z.enum(['link', 'file']);
export type SearchKind = z.infer<typeof SearchKind>;

/** What comes first of what was found: the newest messages, or those that answer the query best. */
export const SearchOrder = z.enum(['newest', 'best']);
export type SearchOrder = z.infer<typeof SearchOrder>;

export const SearchHit = z.object({
  item: HistoryItem,
  roomName: z.string().nullable(),
  /** Start and end (UTF-16 units) of what matched in the text. */
  matches: z.array(z.tuple([z.number().int(), z.number().int()])),
});
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchPage = z.object({
  items: z.array(SearchHit),
  /** How many there are in all; 1,000 stands for that many or more, null for not counted. The best were looked for among those, or among the newest. */
  total_count: z.number().int().nonnegative().nullable(),
  returned_count: z.number().int().nonnegative(),
  has_more: z.boolean(),
  /** Pass as `before` for more. */
  next_before: z.number().int().nonnegative().nullable(),
});
export type SearchPage = z.infer<typeof SearchPage>;
