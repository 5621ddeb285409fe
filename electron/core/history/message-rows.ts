import {
  type Author,
  beginningOf,
  type Cursor,
  type DeliveryState,
  type Entry,
  type EntryBody,
  type EntryKind,
  type HistoryItem,
  type MessageCall,
  type MessageContent,
  MessageFile,
  type Quote,
  type Reaction,
} from '@parley/shared/model';
import { DeviceId, readJson } from '@parley/shared/protocol';
import { fromBlob, toBlob } from './blobs.ts';
import { digestOf } from './digest.ts';

/** What a file's message keeps as its body. */
const KeptFile = MessageFile.omit({ salt: true, name: true });

/** A row of `messages` with the names behind its numbers: one entry of its author's log. */
export type MessageRow = {
  number: number;
  id: string;
  room_id: string;
  author: string;
  author_name: string;
  /** 0 for a message of a version before entries: it is in no log. */
  seq: number;
  clock: number;
  sent_at: number;
  /** The text as it is shown; empty for a kind that is not shown. */
  text: string;
  sig: string;
  mine: number;
  state: number;
  delivered_to: number;
  read_by: number;
  kind: number;
  of_author: string | null;
  of_id: string | null;
  /** Null where the body is here: then it is that of the body. */
  digest: string | null;
  salt: string | null;
  body: string | null;
  /** 1 where it is; `HIDDEN`. */
  shown: number;
  /** 0: its body is missing and nothing says why; 1: held; `DROPPED`. */
  held: number;
  edited: number;
  deleted: number;
  reacted: number;
  /** How many ms after `sent_at` its words are to be gone; null: never. */
  expires: number | null;
  /** When they go here, by this device's clock (ms); null: never, or gone. */
  due_at: number | null;
};

/** The same with what is known here of its author's device, nulls where that was never met, and of the message that it answers. */
export type ItemRow = MessageRow & {
  pinned_name: string | null;
  pinned_changed: number | null;
  quoted_name: string | null;
  quoted_text: string | null;
  quoted_mine: number | null;
  quoted_expires: number | null;
  quoted_pinned_name: string | null;
  quoted_pinned_changed: number | null;
};

/** A row as SQLite gives it: some columns are bytes on the disk. */
export type Stored<T extends MessageRow> = Omit<T, 'id' | 'sig' | 'of_id' | 'digest' | 'salt'> & {
  id: Uint8Array;
  sig: Uint8Array;
  of_id: Uint8Array | null;
  digest: Uint8Array | null;
  salt: Uint8Array | null;
};

const textOf = (blob: Uint8Array | null): string | null => (blob === null ? null : fromBlob(blob));

/** A row as it is used outside of SQL. */
export const readRow = <T extends MessageRow>(row: Stored<T>): T =>
  // The statements name the columns; only those of bytes become texts here.
  ({
    ...row,
    id: fromBlob(row.id),
    sig: fromBlob(row.sig),
    of_id: textOf(row.of_id),
    digest: textOf(row.digest),
    salt: textOf(row.salt),
  }) as unknown as T;

/** Numbers on disk, in the order in which a message can only advance. */
export const STATE_NUMBERS = { queued: 0, sent: 1, delivered: 2, read: 3, failed: 4 } as const satisfies Record<
  DeliveryState,
  number
>;
const STATE_NAMES = ['queued', 'sent', 'delivered', 'read', 'failed'] as const;

/** Numbers on disk. */
export const KIND_NUMBERS = {
  text: 0,
  edit: 1,
  delete: 2,
  reaction: 3,
  timer: 4,
  file: 5,
  call: 6,
  hangup: 7,
  name: 8,
} as const satisfies Record<EntryKind, number>;
const KIND_NAMES = ['text', 'edit', 'delete', 'reaction', 'timer', 'file', 'call', 'hangup', 'name'] as const;

/** `held` of an entry of which only the place and the id are left, because its room keeps messages no longer. */
export const DROPPED = 2;
/** The value of `shown` of a message that came from somebody who is blocked: it is here, and nobody sees or counts it. */
export const HIDDEN = 2;

/** Whether entries of a kind stand in the conversation by themselves. */
export const standsAlone = (kind: EntryKind): boolean => kind === 'text' || kind === 'file' || kind === 'call';
export const isShownRow = ({ kind }: Pick<MessageRow, 'kind'>): boolean => standsAlone(KIND_NAMES[kind] ?? 'edit');

/** The columns of a body: the text is what is shown, and what the message is found by. */
export function columnsOf(kind: EntryKind, body: Entry['body']): Pick<MessageRow, 'text' | 'salt' | 'body'> {
  if (body === null) return { text: '', salt: null, body: null };
  if ('lifetimeMs' in body) return { text: '', salt: body.salt, body: String(body.lifetimeMs ?? 0) };
  if ('root' in body) {
    const { name, salt, ...rest } = body;
    return { text: name, salt, body: JSON.stringify(rest) };
  }
  if ('name' in body) return { text: '', salt: body.salt, body: body.name };
  if ('lengthMs' in body) return { text: '', salt: body.salt, body: String(body.lengthMs) };
  if ('emoji' in body) return { text: '', salt: body.salt, body: `${body.on ? '+' : '-'}${body.emoji}` };
  if (!('text' in body)) return { text: '', salt: body.salt, body: null };
  return kind === 'text'
    ? { text: body.text, salt: body.salt, body: null }
    : { text: '', salt: body.salt, body: body.text };
}

/** The time that a timer's body sets for messages, in ms; null: without end. */
export const lifetimeOf = (body: string | null): number | null => Number(body ?? 0) || null;

/** The emoji of a reaction's body, and whether it was put there or taken away. */
export const reactionOf = (body: string): { emoji: string; on: boolean } => ({
  emoji: body.slice(1),
  on: body.startsWith('+'),
});

function bodyOf(row: MessageRow): EntryBody | null {
  const { salt } = row;
  if (salt === null) return null;
  switch (KIND_NAMES[row.kind]) {
    case 'text':
      return { salt, text: row.text };
    case 'edit':
      return { salt, text: row.body ?? '' };
    case 'reaction':
      return { salt, ...reactionOf(row.body ?? '') };
    case 'timer':
      return { salt, lifetimeMs: lifetimeOf(row.body) };
    case 'file':
      return fileOf(row.text, salt, row.body);
    case 'call':
      return { salt };
    case 'hangup':
      return { salt, lengthMs: Number(row.body ?? 0) };
    case 'name':
      return { salt, name: row.body ?? '' };
    default:
      return null;
  }
}

/** The entry as it travels. */
export const entryOf = (row: MessageRow): Entry =>
  // Each row was parsed before it was written and is parsed once more by the router on its way to a page, so its brands and
  // its union are given back here without a third look.
  ({
    id: row.id,
    roomId: row.room_id,
    author: row.author,
    authorName: row.author_name,
    seq: row.seq,
    clock: row.clock,
    sentAt: row.sent_at,
    ...(row.expires === null ? {} : { expires: row.expires }),
    kind: KIND_NAMES[row.kind] ?? 'text',
    of: row.of_id === null ? null : { author: row.of_author, id: row.of_id },
    digest: digestIn(row),
    body: bodyOf(row),
    sig: row.sig,
  }) as Entry;

/** The digest that the author signed. */
export const digestIn = (row: MessageRow): string => row.digest ?? digestOf(bodyOf(row));

/** The message with what this device knows of its way. */
export const itemOf = (row: ItemRow, reactions: Reaction[] = [], call: MessageCall | null = null): HistoryItem =>
  // As above.
  ({
    id: row.id,
    roomId: row.room_id,
    author: row.author,
    authorName: row.author_name,
    seq: row.seq,
    clock: row.clock,
    sentAt: row.sent_at,
    ...(row.expires === null ? {} : { lifetimeMs: row.expires }),
    text: row.text,
    content: call ? { kind: 'call', ...call } : contentOf(row),
    edited: row.edited === 1,
    deleted: row.deleted === 1,
    quote: quoteOf(row),
    reactions,
    mine: row.mine === 1,
    ...authorOf(row),
    state: STATE_NAMES[row.state] ?? 'failed',
    deliveredTo: row.delivered_to,
    readBy: row.read_by,
  }) as HistoryItem;

function contentOf(row: ItemRow): MessageContent {
  if (row.kind !== KIND_NUMBERS.file) return { kind: 'text' };
  const { salt, text: name } = row;
  return { kind: 'file', file: salt === null ? null : fileOf(name, salt, row.body) };
}

/** Null where the disk lost it. */
function fileOf(name: string, salt: string, body: string | null): MessageFile | null {
  const kept = readJson(KeptFile, body);
  return kept ? { salt, name, ...kept } : null;
}

function quoteOf(row: ItemRow): Quote | null {
  if (row.of_id === null) return null;
  const ref = { author: row.of_author, id: row.of_id } as Pick<Quote, 'author' | 'id'>;
  if (row.quoted_text === null) return { ...ref, authorName: '', name: '', confirmed: false, mine: false, text: null };
  const mine = row.quoted_mine === 1;
  const named = authorOf({
    mine: row.quoted_mine ?? 0,
    author_name: row.quoted_name ?? '',
    pinned_name: row.quoted_pinned_name,
    pinned_changed: row.quoted_pinned_changed,
  });
  const passing = row.quoted_expires === null ? {} : { lifetimeMs: row.quoted_expires };
  return { ...ref, authorName: row.quoted_name ?? '', ...named, mine, text: beginningOf(row.quoted_text), ...passing };
}

type Named = Pick<ItemRow, 'mine' | 'author_name' | 'pinned_name' | 'pinned_changed'>;

/** The name to show for the author, and whether more than the message itself speaks for it. */
export function authorOf(row: Named): Pick<HistoryItem, 'name' | 'confirmed'> {
  if (row.mine === 1) return { name: row.author_name, confirmed: true };
  if (row.pinned_name === null || row.pinned_changed !== 0) return { name: row.author_name, confirmed: false };
  return { name: row.pinned_name, confirmed: true };
}

/** The author of a row, a computer of that person. */
export const asAuthor = (row: Named & Pick<ItemRow, 'author'>, person: DeviceId): Author => ({
  author: DeviceId.parse(row.author),
  authorName: row.author_name,
  mine: row.mine === 1,
  ...authorOf(row),
  ...(person === row.author ? {} : { person }),
});

/** A place in its room's order, as the statements of pages take it. */
export type Place = [clock: number, author: string, id: Uint8Array];
export const placeOf = ({ clock, author, id }: Pick<MessageRow, 'clock' | 'author' | 'id'>): Place => [
  clock,
  author,
  toBlob(id),
];

/** The place that a cursor stands for. */
export function readCursor(cursor: Cursor): Place {
  const [clock = '', author = '', id = ''] = cursor.split('.');
  return placeOf({ clock: Number(clock), author, id });
}
