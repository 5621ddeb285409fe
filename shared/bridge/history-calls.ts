import { z } from 'zod';
import { CallId, DeviceId, MessageId, RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { Refusal } from '../base/outcome.ts';
import {
  Author,
  CallTimeline,
  Cursor,
  Entry,
  EntryContent,
  HistoryGap,
  HistoryItem,
  HistoryPage,
  MessageRef,
  Receiver,
  RoomChange,
  SearchKind,
  SearchOrder,
  SearchPage,
  SeenRange,
} from '../model/index.ts';
import { Head, HeldIds, Holdings, SeqRange } from '../protocol/link.ts';

const OfRoom = z.object({ roomId: RoomId }).strict();
const OneBatch = z.number().int().min(1).max(LIMITS.historyBatchMax).default(LIMITS.historyBatchMax);
const Missing = z.object({
  messages: z.array(Entry),
  own: z.array(MessageRef),
  hasMore: z.boolean(),
  differing: z.array(SeqRange),
  behind: z.boolean(),
});
/** A stored message of somebody, and whether their device was ever met: no other will ever ask for a receipt. */
const Receivable = MessageRef.extend({ met: z.boolean() });

/** Messages. */
export const historyCalls = {
  /**
   * Stores one's own entry with the next seq and a signature; answers it as it travels, and the message that it is or changes. Acknowledged
   * means durable. `id` makes it repeatable. `draft` becomes the room's draft in the same transaction; nothing where it is left out; a call or a name of the room leaves it as it is.
   * Refuses with `message-unknown` where it is about a message that is not here, was deleted, or is another's and only its author may.
   */
  'history.compose': {
    input: z
      .object({
        id: MessageId,
        roomId: RoomId,
        content: EntryContent,
        draft: z.string().max(LIMITS.draftKeptMax).optional(),
      })
      .strict(),
    output: z.object({ entry: Entry, item: HistoryItem }),
  },
  /**
   * Stores others' entries after checking author and signature; says which are stored now, which messages are new or changed, and how many
   * entries brought anything. A batch is stored in parts: `failed` says why the last entries could not be, where the first ones were.
   */
  'history.record': {
    input: z.object({ roomId: RoomId, messages: z.array(Entry).max(LIMITS.historyBatchMax) }).strict(),
    output: z.object({
      stored: z.array(Receivable),
      fresh: z.array(HistoryItem),
      changed: z.array(HistoryItem),
      gained: z.number().int().nonnegative(),
      refused: z.number().int().nonnegative(),
      /** The refused ones that their author did not sign. */
      forged: z.number().int().nonnegative(),
      failed: Refusal.nullable(),
    }),
  },
  /** The messages before or after a place, nearest to it; the newest where none is given. Not both. */
  'history.page': {
    input: z
      .object({
        roomId: RoomId,
        before: Cursor.optional(),
        after: Cursor.optional(),
        limit: z.number().int().min(1).max(LIMITS.historyPageMax).default(50),
      })
      .strict()
      .refine(({ before, after }) => before === undefined || after === undefined),
    output: HistoryPage,
  },
  /** The first message of somebody else that the person has not seen. */
  'history.first-unread': { input: OfRoom, output: z.object({ message: MessageRef.nullable() }) },
  /**
   * The first message, in the order of the room, that was sent at a time or later; null where all are older. Authors' clocks differ: where
   * some messages bear wrong times, it is the place where most of those around it are as late.
   */
  'history.first-since': {
    input: OfRoom.extend({ atMs: z.number().int().nonnegative() }).strict(),
    output: z.object({ message: MessageRef.nullable() }),
  },
  /** The messages around one, for a jump from search. */
  'history.around': {
    input: z
      .object({
        roomId: RoomId,
        message: MessageRef,
        limit: z.number().int().min(1).max(LIMITS.historyPageMax).default(50),
      })
      .strict(),
    output: HistoryPage,
  },
  /** The seqs of each author that are missing here before later ones that are not; the latest gaps in the order of the room. */
  'history.gaps': { input: OfRoom, output: z.object({ gaps: z.array(HistoryGap).max(LIMITS.gapsMax) }) },
  /** The changes of the room's timer and of its name, the latest of each, in the order of the room. */
  'history.room-changes': {
    input: OfRoom,
    output: z.object({ changes: z.array(RoomChange).max(2 * LIMITS.roomChangesMax) }),
  },
  /**
   * Any part of a word, any script, whatever its case and marks; newest first. A page may hold fewer than `limit`, even none, and still
   * have more: the rest is asked for with `next_before` as `before`. Times are in ms: `from` counts, `until` no longer does.
   */
  'history.search': {
    input: z
      .object({
        query: z.string().max(200),
        roomId: RoomId.optional(),
        author: DeviceId.optional(),
        /** Only messages that hold a link, or only files; then the query may be empty. */
        kind: SearchKind.optional(),
        from: z.number().int().nonnegative().optional(),
        until: z.number().int().nonnegative().optional(),
        /** The best are one page, without a next one. */
        order: SearchOrder.default('newest'),
        limit: z.number().int().min(1).max(100).default(50),
        before: z.number().int().positive().optional(),
      })
      .strict(),
    output: SearchPage,
  },
  /** How far an own message came with each other device of its room. Refuses with `message-unknown` for any other message. */
  'history.receivers': {
    input: OfRoom.extend({ message: MessageRef }).strict(),
    output: z.object({ receivers: z.array(Receiver) }),
  },
  /** The authors of a room, or of all rooms, one's own device first. */
  'history.authors': {
    input: z.object({ roomId: RoomId.nullable() }).strict(),
    output: z.object({ authors: z.array(Author) }),
  },
  /** A peer's receipts, or `sent` when a message was written to its link; the ids are those of own messages. */
  'history.mark': {
    input: z
      .object({
        roomId: RoomId,
        by: DeviceId,
        state: z.enum(['sent', 'delivered', 'read']),
        ids: z.array(MessageId).max(LIMITS.receiptsMax),
      })
      .strict(),
    output: z.object({ changed: z.array(HistoryItem) }),
  },
  /**
   * A device says which messages of each author it holds. Own messages among them are delivered to it, also where its receipt was
   * lost, if the prints are the same; of very many the newest count.
   */
  'history.mark-heads': {
    input: z.object({ roomId: RoomId, by: DeviceId, heads: z.array(Head).max(LIMITS.headsMax) }).strict(),
    output: z.object({ changed: z.array(HistoryItem) }),
  },
  /** The person has seen these messages; answers those of others that were unread. */
  'history.mark-seen': {
    input: SeenRange.extend({ roomId: RoomId }).strict(),
    output: z.object({ seen: z.array(Receivable) }),
  },
  /**
   * This device is in a call: that is no missed one, also where its entry comes later. Answers the messages that are shown another way now.
   */
  'history.join-call': {
    input: OfRoom.extend({ callId: CallId }).strict(),
    output: z.object({ changed: z.array(HistoryItem) }),
  },
  /**
   * Keeps how the connections of a call were, in the place of what was kept of it before. Nothing is kept where the call does not stand in the
   * conversation (any more), or this device was not in it. Answers the messages that are shown another way now.
   */
  'history.keep-call-timeline': {
    input: OfRoom.extend({ callId: CallId, timeline: CallTimeline }).strict(),
    output: z.object({ changed: z.array(HistoryItem) }),
  },
  /** How the connections of a call were, as far as this device kept it. */
  'history.call-timeline': {
    input: OfRoom.extend({ callId: CallId }).strict(),
    output: z.object({ timeline: CallTimeline.nullable() }),
  },
  /** Everything up to this clock was seen on another computer of this person. Answers how many messages were unread here. */
  'history.mark-seen-up-to': {
    input: OfRoom.extend({
      clock: z
        .number()
        .int()
        .min(0)
        .max(2 ** 48),
    }).strict(),
    output: z.object({ seen: z.number().int().nonnegative() }),
  },
  /** Up to which clock everything was seen here. */
  'history.read-clock': { input: OfRoom, output: z.object({ clock: z.number().int().nonnegative() }) },
  /** Lists the messages that this device has, of the authors above one and up to another; a lower `upTo` comes back where not all fit. */
  'history.heads': {
    input: OfRoom.extend({ above: DeviceId.nullable().default(null), upTo: DeviceId.nullable().default(null) }),
    output: z.object({ heads: z.array(Head), upTo: DeviceId.nullable() }),
  },
  /** Gives the messages that a device with these lacks, oldest first, which of them are own, the ranges held differently, and whether this device lacks some. */
  'history.missing': {
    input: Holdings.extend({ roomId: RoomId, limit: OneBatch }).strict(),
    output: Missing,
  },
  /** Lists the newest messages of a range by their ids, with the print of the rest. */
  'history.held-ids': {
    input: SeqRange.extend({ roomId: RoomId }).strict(),
    output: HeldIds,
  },
  /** Gives the messages of a range that a device with these ids lacks, and the rest of the range where it is held differently. */
  'history.missing-among': {
    input: HeldIds.extend({ roomId: RoomId, limit: OneBatch }).strict(),
    output: Missing,
  },
} as const;

export const historyEvents = {
  /** Messages disappeared from this device, because their time is over. */
  'history.gone': z.object({ messages: z.array(MessageRef.extend({ roomId: RoomId })) }),
} as const;
