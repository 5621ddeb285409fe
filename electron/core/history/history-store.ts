import {
  type ChatMessage,
  type Cursor,
  type HistoryItem,
  type HistoryPage,
  type MessageRef,
  nameKey,
  nameOf,
  type PeerStanding,
  type Profile,
  type SearchPage,
} from '@parley/shared/model';
import {
  DeviceId,
  type Head,
  type Holdings,
  LIMITS,
  MessageId,
  ParleyError,
  type RoomId,
} from '@parley/shared/protocol';
import { chatSignatureBytes } from '@parley/shared/sealing';
import { createVerifier, type SigningKey } from '../identity/ed25519.ts';
import {
  authorOf,
  cursorOf,
  type ItemRow,
  itemOf,
  type MessageRow,
  messageOf,
  readCursor,
  STATE_NUMBERS,
} from './message-rows.ts';
import type { Statement, WritableDb } from './open-history.ts';
import { roomHash } from './room-hash.ts';
import { holdsAll, matchesIn, searchTerms } from './search-terms.ts';
import { spamRefusal } from './spam.ts';
import { sql } from './statements.ts';

/** A room as stored: secrets wrapped, the host null where it is this app's own server. */
export type RoomRow = {
  room_id: string;
  name: string | null;
  renamed_at: number;
  host: string | null;
  secret: Uint8Array;
  owner_pub: string;
  owner_seed: Uint8Array | null;
  passphrase: Uint8Array | null;
  needs_passphrase: number;
  created_at: number;
  last_active_at: number;
  unread: number;
  draft: string;
};
export type LastMessage = { name: string; confirmed: boolean; text: string; sentAt: number; mine: boolean };

/** How many of the newest messages are looked through for terms that are too short for the index. */
const SHORT_TERM_SCAN = 20_000;

/** How many of one's newest messages are looked through for receipts that were lost. */
const HEAD_SCAN = 500;

/** Comes after every id of a device in the order of SQLite and of this language. */
const LAST_AUTHOR = '~';

/**
 * How far one message may be ahead of everything known. Without it one member could set a room's clock to the
 * end of its range and nobody could write there again. A million messages is more than any room lacks at once.
 */
const CLOCK_LEAP_MAX = 1_000_000;

/**
 * Everything that is read from and written to the history, on one connection. Each call is one transaction
 * and has returned only when it is durable. Times are in ms.
 */
export function createHistoryStore(options: { db: WritableDb; key: SigningKey; now: () => number }) {
  const { db, key, now } = options;
  const verify = createVerifier();
  db.function('holds_all', { deterministic: true }, (text, short) => (holdsAll(String(text), String(short)) ? 1 : 0));
  const prepared = new Map<string, Statement>();
  const statement = (text: string) => {
    let found = prepared.get(text);
    if (!found) {
      found = db.prepare<unknown[], unknown>(text);
      prepared.set(text, found);
    }
    return found;
  };
  // The columns are named in statements.ts, so the casts below only say what SQLite was asked for.
  const one = <T>(text: string, ...args: unknown[]) => statement(text).get(...args) as T | undefined;
  const all = <T>(text: string, ...args: unknown[]) => statement(text).all(...args) as T[];
  const run = (text: string, ...args: unknown[]) => statement(text).run(...args).changes;

  const needRoom = (roomId: RoomId): RoomRow => {
    const room = one<RoomRow>(sql.room, roomId);
    if (!room) throw new ParleyError('room-unknown');
    return room;
  };
  const rowOf = ({ author, id }: MessageRef) => one<ItemRow>(sql.message, author, id);
  const own = DeviceId.parse(key.publicKey);
  const ownRow = (id: MessageId) => rowOf({ author: own, id });

  const insert = (message: ChatMessage, mine: boolean, state: number): void => {
    run(sql.insertMessage, {
      ...message,
      mine: mine ? 1 : 0,
      state,
      recordedAt: now(),
    });
    run(sql.roomGrew, {
      roomId: message.roomId,
      clock: message.clock,
      at: mine ? message.sentAt : now(),
      unread: mine ? 0 : 1,
    });
    grow(message, spansOf(message));
  };

  const spansOf = ({ roomId, author }: Pick<ChatMessage, 'roomId' | 'author'>) =>
    all<Span>(sql.spansOf, roomId, author);

  /** Adds a seq to its author's spans: on its own, at the end of one, or between two that become one. */
  const grow = ({ roomId, author, seq }: ChatMessage, spans: readonly Span[]): void => {
    const below = spans.find(({ last }) => last === seq - 1);
    const above = spans.find(({ first }) => first === seq + 1);
    for (const span of [below, above]) if (span) run(sql.removeSpan, roomId, author, span.first);
    run(sql.addSpan, roomId, author, below?.first ?? seq, above?.last ?? seq);
  };

  /**
   * Whether there is room for another's message. Keys cost nothing to make, so from a certain number of authors on only
   * devices that were met may become one more; and holes cost nothing to leave, so what would lie behind too many of
   * them is taken when those before it have come.
   */
  const hasRoomFor = (message: ChatMessage): boolean => {
    const spans = spansOf(message);
    if (spans.length === 0 && message.author !== own && !one(sql.pin, message.author)) {
      return all(sql.authors, message.roomId, '', LAST_AUTHOR).length < LIMITS.roomAuthorsMax;
    }
    const touches = spans.some(({ first, last }) => last === message.seq - 1 || first === message.seq + 1);
    const behindGap = spans.filter(({ first }) => first > 1).length;
    return message.seq === 1 || touches || behindGap < LIMITS.spansMax;
  };

  /** Inside a transaction. */
  const marked = (roomId: RoomId, by: DeviceId, reached: number, ids: readonly MessageId[]): HistoryItem[] => {
    const changed: HistoryItem[] = [];
    for (const id of ids) {
      const row = ownRow(id);
      if (row?.room_id !== roomId) continue;
      const before = one<{ state: number }>(sql.delivery, row.number, by)?.state ?? 0;
      if (before >= reached) continue;
      run(sql.setDelivery, row.number, by, reached);
      run(sql.advance, {
        number: row.number,
        state: reached,
        delivered: before < 2 && reached >= 2 ? 1 : 0,
        read: reached === 3 ? 1 : 0,
      });
      const after = ownRow(id);
      if (after) changed.push(itemOf(after));
    }
    return changed;
  };

  const pageOf = (roomId: RoomId, rows: ItemRow[], hasMore: boolean): HistoryPage => {
    const oldest = rows[0];
    const total = one<{ message_count: number }>(sql.roomCount, roomId)?.message_count ?? 0;
    return {
      items: rows.map(itemOf),
      total_count: total,
      returned_count: rows.length,
      has_more: hasMore,
      cursor: hasMore && oldest ? cursorOf(oldest) : null,
    };
  };

  return {
    /** All rooms, the one last active first. */
    rooms: (): (RoomRow & { lastMessage: LastMessage | null })[] =>
      all<RoomRow>(sql.rooms).map((room) => {
        const last = one<ItemRow>(sql.lastMessage, room.room_id);
        return {
          ...room,
          lastMessage: last
            ? { ...authorOf(last), text: last.text, sentAt: last.sent_at, mine: last.mine === 1 }
            : null,
        };
      }),

    room: (roomId: RoomId): RoomRow | null => one<RoomRow>(sql.room, roomId) ?? null,

    /** Adds a room; one that is there already stays as it is. */
    addRoom: (room: Omit<RoomRow, 'unread' | 'draft' | 'created_at' | 'last_active_at'>): void => {
      run(sql.insertRoom, { ...room, now: now() });
    },

    setPassphrase: (roomId: RoomId, passphrase: Uint8Array): void => {
      needRoom(roomId);
      run(sql.setPassphrase, passphrase, roomId);
    },

    /** Takes the name if it is newer than the one known. */
    renameRoom: (roomId: RoomId, name: string, renamedAt: number): void => {
      needRoom(roomId);
      run(sql.renameRoom, { roomId, name, renamedAt });
    },

    setDraft: (roomId: RoomId, draft: string): void => {
      needRoom(roomId);
      run(sql.setDraft, draft, roomId);
    },

    /** Deletes a room with everything in it, and truncates the log so that nothing of it stays there. */
    deleteRoom: (roomId: RoomId): void => {
      needRoom(roomId);
      db.transaction(() => {
        const seq = one<{ seq: number | null }>(sql.lastSeq, roomId, own)?.seq;
        const clock = one<{ top_clock: number }>(sql.topClock, roomId)?.top_clock;
        if (seq && clock) run(sql.raiseOwnFloor, { roomHash: roomHash(roomId), seq, clock });
        run(sql.deleteMessages, roomId);
        run(sql.deleteRoom, roomId);
      })();
      db.pragma('wal_checkpoint(TRUNCATE)');
    },

    /** Stores one's own message with the next seq, clock and a signature. Repeatable on `id`. */
    compose: (draft: { id: MessageId; roomId: RoomId; text: string }, profile: Profile): HistoryItem =>
      db.transaction(() => {
        const known = ownRow(draft.id);
        if (known) {
          if (known.room_id !== draft.roomId) throw new ParleyError('bad-request', { path: 'id' });
          return itemOf(known);
        }
        needRoom(draft.roomId);
        const refusal = spamRefusal(
          all<{ sent_at: number; text: string }>(sql.recentOwn, draft.roomId, own, LIMITS.spamMessagesMax),
          draft.text,
          now(),
        );
        if (refusal) throw refusal;
        const last = one<{ seq: number | null }>(sql.lastSeq, draft.roomId, own)?.seq ?? 0;
        const top = one<{ top_clock: number }>(sql.topClock, draft.roomId)?.top_clock ?? 0;
        // A room that was deleted and joined again goes on counting: its members know the earlier messages.
        const floor = one<{ seq: number; clock: number }>(sql.ownFloor, roomHash(draft.roomId));
        const unsigned = {
          ...draft,
          author: own,
          authorName: nameOf(profile),
          seq: Math.max(last, floor?.seq ?? 0) + 1,
          clock: Math.max(top, floor?.clock ?? 0) + 1,
          sentAt: now(),
        };
        const message = { ...unsigned, sig: key.sign(chatSignatureBytes(unsigned)) };
        insert(message, true, STATE_NUMBERS.queued);
        run(sql.setDraft, '', draft.roomId);
        const row = ownRow(draft.id);
        if (!row) throw new Error('a composed message is not there');
        return itemOf(row);
      })(),

    /** Stores others' messages after checking room, author and signature. Recording twice is recording once. */
    record: (roomId: RoomId, messages: readonly ChatMessage[]) =>
      db.transaction(() => {
        needRoom(roomId);
        const stored: (MessageRef & { met: boolean })[] = [];
        const fresh: HistoryItem[] = [];
        let refused = 0;
        for (const message of messages) {
          const ref = { author: message.author, id: message.id };
          const met = one(sql.pin, message.author) !== undefined;
          const known = rowOf(ref);
          if (known) {
            if (known.sig === message.sig) stored.push({ ...ref, met });
            else refused++;
            continue;
          }
          const genuine =
            message.roomId === roomId &&
            hasRoomFor(message) &&
            message.clock <= (one<{ top_clock: number }>(sql.topClock, roomId)?.top_clock ?? 0) + CLOCK_LEAP_MAX &&
            verify(message.author, message.sig, chatSignatureBytes(message)) &&
            // Two messages under one seq or one clock: the author's device was copied, or it lies. The first one stays.
            !one(sql.hasSeq, roomId, message.author, message.seq) &&
            !one(sql.hasPlace, roomId, message.clock, message.author);
          if (!genuine) {
            refused++;
            continue;
          }
          const mine = message.author === own;
          insert(message, mine, STATE_NUMBERS.delivered);
          stored.push({ ...ref, met });
          const row = rowOf(ref);
          if (row) fresh.push(itemOf(row));
        }
        return { stored, fresh, refused };
      })(),

    /** The messages before a place (or the newest), oldest first. */
    page: (roomId: RoomId, before: Cursor | undefined, limit: number): HistoryPage => {
      needRoom(roomId);
      const place = before === undefined ? { clock: Number.MAX_SAFE_INTEGER, author: '' } : readCursor(before);
      const rows = all<ItemRow>(sql.pageBefore, roomId, place.clock, place.author, limit + 1);
      return pageOf(roomId, rows.slice(0, limit).reverse(), rows.length > limit);
    },

    /** Half of `limit` before the message, the rest from it on. */
    around: (roomId: RoomId, message: MessageRef, limit: number): HistoryPage => {
      const middle = rowOf(message);
      if (!middle || middle.room_id !== roomId) throw new ParleyError('bad-request', { path: 'message' });
      const half = Math.floor(limit / 2);
      const older = all<ItemRow>(sql.pageBefore, roomId, middle.clock, middle.author, half + 1);
      const newer = all<ItemRow>(sql.pageFrom, roomId, middle.clock, middle.author, limit - half);
      return pageOf(roomId, [...older.slice(0, half).reverse(), ...newer], older.length > half);
    },

    /** Newest first: the order in which they were recorded. */
    search: (
      query: string,
      filter: { roomId?: RoomId | undefined; author?: DeviceId | undefined },
      limit: number,
      offset: number,
    ): SearchPage => {
      const { match, short, terms } = searchTerms(query);
      if (terms.length === 0)
        return { items: [], total_count: 0, returned_count: 0, has_more: false, next_offset: null };
      const args = {
        match,
        roomId: filter.roomId ?? null,
        author: filter.author ?? null,
        short,
        scan: SHORT_TERM_SCAN,
        limit,
        offset,
      };
      const rows = all<ItemRow & { room_name: string | null }>(match === null ? sql.searchShort : sql.searchLong, args);
      const unfiltered = match !== null && short === null && args.roomId === null && args.author === null;
      const total =
        (unfiltered
          ? one<{ total: number }>(sql.countIndexed, match)
          : one<{ total: number }>(match === null ? sql.countShort : sql.countLong, args)
        )?.total ?? 0;
      const hasMore = offset + rows.length < total;
      return {
        items: rows.map((row) => ({ item: itemOf(row), roomName: row.room_name, matches: matchesIn(row.text, terms) })),
        total_count: total,
        returned_count: rows.length,
        has_more: hasMore,
        next_offset: hasMore ? offset + rows.length : null,
      };
    },

    /** Notes how far one's own messages came with one device. States only advance. */
    mark: (
      roomId: RoomId,
      by: DeviceId,
      state: 'sent' | 'delivered' | 'read',
      ids: readonly MessageId[],
    ): HistoryItem[] =>
      db.transaction(() => {
        needRoom(roomId);
        return marked(roomId, by, STATE_NUMBERS[state], ids);
      })(),

    /** A device holds everything up to these heads: one's own messages among them are delivered to it. */
    markHeads: (roomId: RoomId, by: DeviceId, heads: readonly Head[]): HistoryItem[] =>
      db.transaction(() => {
        needRoom(roomId);
        const seq = heads.find(({ author }) => author === own)?.seq ?? 0;
        const args = { roomId, author: own, seq, scan: HEAD_SCAN, by };
        const ids = all<{ id: string }>(sql.undeliveredUpTo, args).map(({ id }) => MessageId.parse(id));
        return marked(roomId, by, STATE_NUMBERS.delivered, ids);
      })(),

    /** Everything of others up to and including this message was seen; answers what was unread. */
    markSeen: (roomId: RoomId, upTo: MessageRef) =>
      db.transaction(() => {
        needRoom(roomId);
        const last = rowOf(upTo);
        if (!last || last.room_id !== roomId) throw new ParleyError('bad-request', { path: 'upTo' });
        const rows = all<{ number: number; id: string; author: string; met: number }>(
          sql.unreadUpTo,
          roomId,
          last.clock,
          last.author,
        );
        for (const row of rows) run(sql.seen, row.number);
        if (rows.length > 0) run(sql.fewerUnread, rows.length, roomId);
        return rows.map((row) => ({
          author: DeviceId.parse(row.author),
          id: MessageId.parse(row.id),
          met: row.met === 1,
        }));
      })(),

    /** What is here of the authors above `above` up to `upTo`; `upTo` is lower where not all fit into one message. */
    heads: (
      roomId: RoomId,
      above: DeviceId | null,
      upTo: DeviceId | null,
    ): { heads: Head[]; upTo: DeviceId | null } => {
      needRoom(roomId);
      const heads = new Map<string, Head>();
      for (const span of all<Span & { author: string }>(sql.spans, roomId, above ?? '', upTo ?? LAST_AUTHOR)) {
        const head = heads.get(span.author) ?? { author: DeviceId.parse(span.author), seq: 0, beyond: [] };
        heads.set(span.author, head);
        if (span.first === 1) head.seq = span.last;
        else if (head.beyond.length < LIMITS.spansMax) head.beyond.push({ first: span.first, last: span.last });
      }
      const every = [...heads.values()];
      const fitting = headsThatFit(every);
      return { heads: fitting, upTo: fitting.length < every.length ? (fitting.at(-1)?.author ?? upTo) : upTo };
    },

    /** What a device that holds this lacks, oldest first, at most `limit`. */
    missing: (
      roomId: RoomId,
      { heads, above, upTo, after }: Holdings,
      limit: number,
    ): { messages: ChatMessage[]; own: MessageRef[]; hasMore: boolean } => {
      needRoom(roomId);
      const theirs = new Map<string, Head>(heads.map((head) => [head.author, head]));
      // An author's clock rises with the seq, so the oldest of all are among each author's next ones.
      const nextOf = (author: string): MessageRow[] => {
        const from = after === null ? 0 : after.clock + (author > after.author ? 0 : 1);
        const rows: MessageRow[] = [];
        for (const { first, last } of lacking(theirs.get(author))) {
          const left = limit + 1 - rows.length;
          if (left > 0) rows.push(...all<MessageRow>(sql.messagesWithin, roomId, author, first, last, from, left));
        }
        return rows;
      };
      const rows = all<{ author: string }>(sql.authors, roomId, above ?? '', upTo ?? LAST_AUTHOR)
        .flatMap(({ author }) => nextOf(author))
        .sort((left, right) => left.clock - right.clock || (left.author < right.author ? -1 : 1));
      const messages = rows.slice(0, limit).map(messageOf);
      return {
        messages,
        own: messages.flatMap(({ author, id }) => (author === own ? [{ author, id }] : [])),
        hasMore: rows.length > limit,
      };
    },

    /** Pins a device's key at first contact and says how it stands from then on, and whether its messages look otherwise. */
    meet: (deviceId: DeviceId, profile: Profile): { peer: PeerStanding; looksOther: boolean } =>
      db.transaction(() => {
        const name = nameOf(profile);
        const pin = one<PinRow>(sql.pin, deviceId);
        // By what people see: a username may stand behind any display name.
        const key = nameKey(name);
        const renamed = pin !== undefined && pin.name_key !== key;
        // Who takes a name that another device has is told apart, even a device that was verified under its own.
        const taken = (!pin || renamed) && one(sql.otherPin, key, deviceId) !== undefined;
        const changed = taken || pin?.changed === 1;
        const verified = !taken && pin?.verified === 1;
        run(sql.setPin, {
          deviceId,
          nameKey: key,
          name,
          verified: Number(verified),
          changed: Number(changed),
          now: now(),
        });
        const standing = changed ? 'changed' : verified ? 'verified' : pin ? 'pinned' : 'new';
        const looksOther = shownOf(pin) !== shownOf({ name, changed: Number(changed) });
        return { peer: { deviceId, name, standing } satisfies PeerStanding, looksOther };
      })(),

    /** The person compared the code, or takes that back. */
    verifyPeer: (deviceId: DeviceId, verified: boolean): { peer: PeerStanding; looksOther: boolean } =>
      db.transaction(() => {
        const pin = one<PinRow>(sql.pin, deviceId);
        if (!pin) throw new ParleyError('bad-request', { path: 'deviceId' });
        const changed = !verified && one(sql.otherPin, pin.name_key, deviceId) !== undefined;
        run(sql.verifyPin, Number(verified), Number(changed), deviceId);
        const standing = verified ? 'verified' : changed ? 'changed' : 'pinned';
        const looksOther = shownOf(pin) !== shownOf({ name: pin.name, changed: Number(changed) });
        return { peer: { deviceId, name: pin.name, standing } satisfies PeerStanding, looksOther };
      })(),
  };
}

/** The name under which a device's messages are shown; null where each message speaks for itself. */
const shownOf = (pin: Pick<PinRow, 'name' | 'changed'> | undefined): string | null =>
  pin && pin.changed === 0 ? pin.name : null;

/** What a head does not hold: before, between and after its spans, which may come from anyone and in any order. */
function lacking(head: Head | undefined): Span[] {
  const gaps: Span[] = [];
  let next = (head?.seq ?? 0) + 1;
  for (const { first, last } of (head?.beyond ?? []).toSorted((left, right) => left.first - right.first)) {
    if (last < next) continue;
    if (first > next) gaps.push({ first: next, last: first - 1 });
    next = last + 1;
  }
  return [...gaps, { first: next, last: Number.MAX_SAFE_INTEGER }];
}

/** The first heads that one message between peers can hold, with a little left for what stands around them. */
function headsThatFit(heads: readonly Head[]): Head[] {
  let chars = 500;
  const end = heads.findIndex((head, index) => {
    chars += JSON.stringify(head).length + 1;
    return index >= LIMITS.headsMax || chars > LIMITS.linkMessageMaxChars;
  });
  return heads.slice(0, end < 0 ? heads.length : end);
}

/** A run of seqs without a gap. */
type Span = { first: number; last: number };
type PinRow = { name_key: string; name: string; verified: number; changed: number };

export type HistoryStore = ReturnType<typeof createHistoryStore>;
