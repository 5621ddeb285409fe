import { randomBytes } from 'node:crypto';
import {
  type Cursor,
  cursorAt,
  type Entry,
  type EntryContent,
  type EntryKind,
  type HistoryItem,
  type HistoryPage,
  type MessageRef,
  messageKey,
  nameOf,
  type Profile,
} from '@parley/shared/model';
import { CallId, DeviceId, LIMITS, MessageId, ParleyError, type RoomId } from '@parley/shared/protocol';
import { entrySignatureBytes } from '@parley/shared/sealing';
import { fromBlob, toBlob } from './blobs.ts';
import { noteJoined } from './calls-store.ts';
import { digestOf } from './digest.ts';
import { createEntryLog } from './entry-log.ts';
import type { HistoryContext } from './history-context.ts';
import {
  DROPPED,
  digestIn,
  entryOf,
  type ItemRow,
  KIND_NUMBERS,
  type Place,
  placeOf,
  readCursor,
  STATE_NUMBERS,
} from './message-rows.ts';
import type { Recorded, RecordedPart, Touched } from './recorded.ts';
import { roomHash } from './room-hash.ts';
import { createSignatureChecks } from './signature-checks.ts';
import { spamRefusal } from './spam.ts';
import { createSpans } from './spans.ts';
import { sql } from './statements.ts';

/**
 * How far one message may be ahead of everything known. Without it one member could set a room's clock to the
 * end of its range and nobody could write there again. A million messages is more than any room lacks at once.
 */
const CLOCK_LEAP_MAX = 1_000_000;
/** The place after every message of a room. */
const END: Place = [Number.MAX_SAFE_INTEGER, '', new Uint8Array()];

/** So many entries are recorded before a call that waits is let in: each part of a batch waits for the disk once. */
const PART_MIN = 4;

/** Kinds that nobody writes in the field. */
const LEAVES_DRAFT: ReadonlySet<EntryKind> = new Set(['call', 'hangup', 'name']);

/** An entry of one's own as it is written, and what the room's draft is afterwards. */
export type Composed = { id: MessageId; roomId: RoomId; content: EntryContent; draft?: string | undefined };

/** The same where a call is named by its entry. */
type Resolved = Exclude<EntryContent, { kind: 'hangup' }> | { kind: 'hangup'; lengthMs: number; of: MessageRef };

/** Writes one's own entries, records others' and reads pages of messages. */
export function createMessagesStore(context: HistoryContext) {
  const { db, one, all, items, run, transaction, authors, calls, key, now, lifetime, own } = context;
  const { needRoom, entryRow, rowOf, itemOf, timerOf, people } = context;
  const { isSigned: checkSigned } = createSignatureChecks();
  const spans = createSpans(context);
  const log = createEntryLog(context, spans);

  /** A content with the entry that it is about. Throws `message-unknown` where a call has none here. */
  const resolved = (roomId: RoomId, content: EntryContent): Resolved => {
    if (content.kind !== 'hangup') return content;
    const of = calls.refOf(roomId, content.callId);
    if (!of) throw new ParleyError('message-unknown', { path: 'content.callId' });
    return { kind: content.kind, of, lengthMs: content.lengthMs };
  };

  /** The message that an own entry is about. Throws `message-unknown` where it is not here, or not this person's to change. */
  const needSubject = (roomId: RoomId, content: Resolved): void => {
    if (content.of === null) return;
    const row = rowOf(content.of);
    const isHere = row?.room_id === roomId && row.shown === 1 && (row.deleted === 0 || content.kind === 'text');
    const isChange = content.kind === 'edit' || content.kind === 'delete';
    const isCall = row?.kind === KIND_NUMBERS.call && content.kind !== 'hangup';
    const isFixed = isCall || (content.kind === 'edit' && row?.kind !== KIND_NUMBERS.text);
    if (!isHere || isFixed || (isChange && row.mine === 0))
      throw new ParleyError('message-unknown', { path: 'content.of' });
  };

  /** V6 for the person's own messages, and for calls. Files have limits of their own: a folder is many at once. */
  const checkSpam = (roomId: RoomId, content: EntryContent, id: MessageId): void => {
    if (content.kind === 'file') return;
    const ofCalls = content.kind === 'call' || content.kind === 'hangup';
    // Those among the newest entries: as many messages may stand between them.
    const [statement, most] = ofCalls
      ? [sql.recentOwnCalls, 2 * LIMITS.spamMessagesMax]
      : [sql.recentOwn, LIMITS.spamMessagesMax];
    const recent = all<{ sent_at: number; text: string }>(statement, roomId, own, most);
    const refusal = spamRefusal(recent, 'text' in content ? content.text : id, now());
    if (refusal) throw refusal;
  };

  /** How long an own entry may be there: what is about a message goes with it. Null: without end. */
  const lifetimeFor = (roomId: RoomId, content: Resolved): number | null => {
    switch (content.kind) {
      case 'text':
      case 'file':
        return content.lifetimeMs === undefined ? timerOf(roomId) : content.lifetimeMs;
      case 'call':
        return timerOf(roomId);
      case 'edit':
      case 'reaction':
      case 'hangup': {
        const due = rowOf(content.of)?.due_at ?? null;
        return due === null ? null : Math.max(LIMITS.lifetimeMinMs, due - lifetime());
      }
      default:
        return null;
    }
  };

  const composed = (entry: Entry): { entry: Entry; item: HistoryItem } => {
    const row = rowOf(log.subjectOf(entry));
    if (!row) throw new Error('a composed message is not there');
    return { entry, item: itemOf(row) };
  };

  /** Each reaction to a message, and each leaving of a call, reads the others, so there is an end to how many one author writes. */
  const hasSaidOften = (roomId: RoomId, author: DeviceId, kind: EntryKind, of: MessageRef | null): boolean => {
    const most = kind === 'reaction' ? LIMITS.reactionChangesMax : LIMITS.hangUpsMax;
    if ((kind !== 'reaction' && kind !== 'hangup') || !of) return false;
    const args = {
      kind: KIND_NUMBERS[kind],
      author: authors.find(roomId, author),
      ofAuthor: authors.find(roomId, of.author),
      ofId: toBlob(of.id),
    };
    return (one<{ count: number }>(sql.countAbout, args)?.count ?? 0) >= most;
  };

  /** Whether an entry, if its author signed it, may be taken into this room. */
  const isAllowed = (roomId: RoomId, entry: Entry): boolean => {
    const { kind, of, author } = entry;
    const isOthers = (kind === 'edit' || kind === 'delete') && of.author !== author;
    return (
      entry.roomId === roomId &&
      !isOthers &&
      // A name that is over would leave those who come later without one.
      !(kind === 'name' && entry.expires !== undefined) &&
      !hasSaidOften(roomId, author, kind, of) &&
      spans.hasRoomFor(entry) &&
      // Messages of one clock are sorted as they are read, so an author has only a few of each, shown or hidden.
      (one<{ count: number }>(sql.countAtClock, { roomId, clock: entry.clock, author })?.count ?? 0) <
        LIMITS.messagesPerSeqMax &&
      entry.clock <= (one<{ top_clock: number }>(sql.topClock, roomId)?.top_clock ?? 0) + CLOCK_LEAP_MAX
    );
  };

  const isOutside = (statement: string, roomId: RoomId, row: ItemRow | undefined): boolean =>
    row !== undefined && one(statement, roomId, ...placeOf(row)) !== undefined;

  const pageOf = (roomId: RoomId, rows: ItemRow[]): HistoryPage => {
    const items = rows.map((row) => itemOf(row));
    const [oldest] = items;
    const hasMore = isOutside(sql.anyShownBefore, roomId, rows[0]);
    const total = one<{ message_count: number }>(sql.roomCount, roomId)?.message_count ?? 0;
    return {
      items,
      total_count: total,
      returned_count: rows.length,
      has_more: hasMore,
      cursor: hasMore && oldest ? cursorAt(oldest) : null,
      has_newer: isOutside(sql.anyShownAfter, roomId, rows.at(-1)),
    };
  };

  return {
    /**
     * Stores one's own entry with the next seq, clock and a signature, and answers it with the message that it is or changes.
     * Repeatable on `id`. Throws `message-spam` (V6) or `message-unknown`.
     */
    compose: ({ draft: left = '', id, roomId, content: given }: Composed, profile: Profile) =>
      transaction(() => {
        const known = entryRow({ author: own, id });
        if (known) {
          if (known.room_id !== roomId) throw new ParleyError('bad-request', { path: 'id' });
          return composed(entryOf(known));
        }
        needRoom(roomId);
        const content = resolved(roomId, given);
        checkSpam(roomId, given, id);
        needSubject(roomId, content);
        if (hasSaidOften(roomId, own, content.kind, content.of)) throw new ParleyError('message-spam');
        const last = one<{ seq: number | null }>(sql.lastSeq, roomId, own)?.seq ?? 0;
        const top = one<{ top_clock: number }>(sql.topClock, roomId)?.top_clock ?? 0;
        // A room that was deleted and joined again goes on counting: its members know the earlier entries.
        const floor = one<{ seq: number; clock: number }>(sql.ownFloor, roomHash(roomId));
        const expires = lifetimeFor(roomId, content);
        const ownId = content.kind === 'file' ? content.fileId : content.kind === 'call' ? content.callId : null;
        if (ownId !== null && ownId !== (id as string)) throw new ParleyError('bad-request', { path: 'id' });
        const unsigned = {
          id,
          roomId,
          author: own,
          authorName: nameOf(profile),
          seq: Math.max(last, floor?.seq ?? 0) + 1,
          clock: Math.max(top, floor?.clock ?? 0) + 1,
          sentAt: now(),
          ...(expires === null ? {} : { expires }),
          ...partsOf(content),
        } as Omit<Entry, 'sig'>;
        const entry = { ...unsigned, sig: key.sign(entrySignatureBytes(unsigned)) } as Entry;
        log.insert(entry, true, STATE_NUMBERS.queued);
        if (!LEAVES_DRAFT.has(content.kind)) run(sql.setDraft, left, roomId);
        return composed(entry);
      }),

    /**
     * Stores others' entries after checking room, author and signature. Recording twice is recording once. `refused` counts
     * the entries that were not taken, `forged` those among them that their author did not sign. `signed` says for each whether its author
     * did, where that was checked before. Ends early, after some entries, when `isAwaited`: `taken` says how many it looked at.
     */
    recordPart: (
      roomId: RoomId,
      entries: readonly Entry[],
      signed: readonly boolean[] = [],
      isAwaited: () => boolean = () => false,
    ): RecordedPart =>
      transaction(() => {
        const { read_clock: readClock } = needRoom(roomId);
        const stored: Recorded['stored'] = [];
        const touched: Touched = new Map();
        let taken = 0;
        let gained = 0;
        let refused = 0;
        let forged = 0;
        const met = new Map<DeviceId, boolean>();
        const isMet = (author: DeviceId): boolean => {
          const known = met.get(author) ?? one(sql.pin, author) !== undefined;
          met.set(author, known);
          return known;
        };
        for (const [at, entry] of entries.entries()) {
          if (at >= PART_MIN && isAwaited()) break;
          taken++;
          const isSigned = (): boolean => signed[at] ?? checkSigned(entry);
          const ref = { author: entry.author, id: entry.id };
          const subject = log.subjectOf(entry);
          const found = entryRow(ref);
          const isOwnSubject = subject.id === ref.id && subject.author === ref.author;
          const wasShown = (isOwnSubject ? found : entryRow(subject))?.shown === 1;
          if (found?.held === DROPPED && found.room_id === roomId) {
            // It was here: whoever brings it again needs to know no more.
            stored.push({ ...ref, met: isMet(entry.author) });
            continue;
          }
          // A text that is in no log gives its place to the entry that it was.
          const isUnsigned = found?.room_id === roomId && found.seq === 0 && isAllowed(roomId, entry) && isSigned();
          if (isUnsigned) log.remove(found);
          const known = isUnsigned ? undefined : found;
          const isOther =
            known &&
            (known.sig !== entry.sig ||
              known.room_id !== roomId ||
              (entry.body !== null && digestOf(entry.body) !== digestIn(known)));
          if (isOther) {
            refused++;
            if (!isSigned()) forged++;
            continue;
          }
          let isHeld = true;
          if (!known) {
            const isAllowedHere = isAllowed(roomId, entry);
            if (!isAllowedHere || !isSigned()) {
              refused++;
              if (isAllowedHere) forged++;
              continue;
            }
            const isSeen = entry.clock <= readClock || people.isOwn(entry.author);
            const isMine = entry.author === own;
            isHeld = log.insert(entry, isMine, isSeen && !isMine ? STATE_NUMBERS.read : STATE_NUMBERS.delivered);
            // Somebody who hangs up on another computer of this person was in the call.
            if (entry.kind === 'hangup' && !isMine && people.isOwn(entry.author))
              noteJoined(context, roomId, CallId.parse(entry.of.id));
          } else if (!log.fill(known, entry)) {
            if (known.held === 1) stored.push({ ...ref, met: isMet(entry.author) });
            continue;
          }
          gained++;
          // Words that were withheld have not arrived.
          if (isHeld) stored.push({ ...ref, met: isMet(entry.author) });
          const subjectKey = messageKey(subject);
          if (!touched.has(subjectKey)) touched.set(subjectKey, { ref: subject, wasShown });
        }
        return { stored, touched, gained, refused, forged, taken };
      }),

    /** The messages that were recorded or changed, as they are now. */
    recordedItems: (roomId: RoomId, touched: Touched): Pick<Recorded, 'fresh' | 'changed'> => {
      const fresh: HistoryItem[] = [];
      const changed: HistoryItem[] = [];
      // One reader's transaction: SQLite asks for the file's locks once.
      db.transaction(() => {
        for (const { ref, wasShown } of touched.values()) {
          const row = rowOf(ref);
          if (row?.room_id === roomId && row.shown === 1) (wasShown ? changed : fresh).push(itemOf(row));
        }
      }).deferred();
      return { fresh, changed };
    },

    /** The messages before a place (or the newest), oldest first. */
    page: (roomId: RoomId, before: Cursor | undefined, limit: number): HistoryPage => {
      needRoom(roomId);
      const place = before === undefined ? END : readCursor(before);
      return pageOf(roomId, items(sql.pageBefore, roomId, ...place, limit).reverse());
    },

    /** The messages after a place, oldest first. */
    pageAfter: (roomId: RoomId, after: Cursor, limit: number): HistoryPage => {
      needRoom(roomId);
      return pageOf(roomId, items(sql.pageAfter, roomId, ...readCursor(after), limit));
    },

    /** The first message of somebody else that was not seen here. */
    firstUnread: (roomId: RoomId): MessageRef | null => {
      const { unread } = needRoom(roomId);
      const row = unread === 0 ? undefined : one<{ author: string; id: Uint8Array }>(sql.nthUnread, roomId, unread - 1);
      return row ? { author: DeviceId.parse(row.author), id: MessageId.parse(fromBlob(row.id)) } : null;
    },

    /** Half of `limit` before the message, the rest from it on. */
    around: (roomId: RoomId, message: MessageRef, limit: number): HistoryPage => {
      const middle = rowOf(message);
      if (middle?.room_id !== roomId || middle.shown !== 1) throw new ParleyError('bad-request', { path: 'message' });
      const half = Math.floor(limit / 2);
      const place = placeOf(middle);
      const older = items(sql.pageBefore, roomId, ...place, half);
      const newer = items(sql.pageFrom, roomId, ...place, limit - half);
      return pageOf(roomId, [...older.reverse(), ...newer]);
    },
  };
}

/** The kind, the subject and the body of a content, with the digest. */
function partsOf(content: Resolved): Pick<Entry, 'kind' | 'of' | 'body' | 'digest'> {
  const salt = randomBytes(16).toString('base64url');
  const body = (): Entry['body'] => {
    switch (content.kind) {
      case 'text':
      case 'edit':
        return { salt, text: content.text };
      case 'reaction':
        return { salt, emoji: content.emoji, on: content.on };
      case 'timer':
        return { salt, lifetimeMs: content.lifetimeMs };
      case 'file': {
        const { salt: offered, name, folders, sizeBytes, root, voice } = content;
        return { salt: offered, name, folders, sizeBytes, root, ...(voice && { voice }) };
      }
      case 'call':
        return { salt };
      case 'hangup':
        return { salt, lengthMs: content.lengthMs };
      case 'name':
        return { salt, name: content.name };
      default:
        return null;
    }
  };
  const made = body();
  return { kind: content.kind, of: content.of, body: made, digest: digestOf(made) };
}
