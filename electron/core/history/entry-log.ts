import { Entry, type MessageRef } from '@parley/shared/model';
import { LIMITS, type RoomId } from '@parley/shared/protocol';
import { toBlob } from './blobs.ts';
import { digestOf } from './digest.ts';
import type { HistoryContext } from './history-context.ts';
import { dueAt } from './lifetimes.ts';
import {
  columnsOf,
  DROPPED,
  digestIn,
  entryOf,
  HIDDEN,
  isShownRow,
  KIND_NUMBERS,
  type MessageRow,
  STATE_NUMBERS,
  standsAlone,
} from './message-rows.ts';
import { createMessageWriter } from './message-writer.ts';
import { createSearchIndex } from './search-index.ts';
import type { Spans } from './spans.ts';
import { sql } from './statements.ts';

/**
 * Writes entries and lets each take effect on the message that it is about, in whatever order they come. The last edit (by the room's order)
 * is what is shown; a deletion is final. The words that were replaced are erased: their entry stays, provable by its digest.
 * Everything here runs inside a transaction.
 */
export function createEntryLog(context: HistoryContext, spans: Spans) {
  const { one, run, now, lifetime, authors, blocks, calls, messages, entryRow } = context;
  const writer = createMessageWriter(context);
  const index = createSearchIndex(context);
  const indexed = (row: MessageRow) => ({
    number: row.number,
    roomId: row.room_id,
    author: row.author,
    sentAt: row.sent_at,
    text: row.text,
  });

  const isUnread = (mine: boolean, state: number): boolean => !mine && state < STATE_NUMBERS.read;

  /** Changes what is shown of a message, and by what it is found. */
  const setText = (row: MessageRow, change: Pick<MessageRow, 'text' | 'edited' | 'deleted'>): void => {
    const { number } = row;
    index.remove(indexed(row));
    run(sql.setText, { number, text: change.text, edited: change.edited, deleted: change.deleted });
    index.add({ ...indexed(row), text: change.text });
  };

  /** Notes that an entry is whole, or rightly erased, which it was not before. */
  const hold = (row: MessageRow): void => {
    if (row.held !== 0) return;
    run(sql.hold, row.number);
    spans.toggle(row.room_id, row);
    if (isShownRow(row)) show(row);
  };
  const show = (row: Pick<MessageRow, 'number' | 'room_id' | 'author' | 'clock' | 'mine' | 'state'>): void => {
    const isHidden = blocks.isBlocked(row.author);
    run(sql.show, isHidden ? HIDDEN : 1, row.number);
    if (isHidden) return;
    run(sql.roomGrew, {
      roomId: row.room_id,
      clock: row.clock,
      at: now(),
      shown: 1,
      entries: 0,
      unread: isUnread(row.mine === 1, row.state) ? 1 : 0,
    });
  };
  const erase = (row: MessageRow): void => {
    if (row.salt !== null) run(sql.eraseBody, { number: row.number, digest: toBlob(digestIn(row)) });
    hold(row);
  };

  /**
   * Whether an entry that is not shown would be one too many of its clock. Its author may have sent it without its body, which is not
   * counted, and now sends the body or a change of it.
   */
  const isTooMany = (row: MessageRow): boolean =>
    row.shown === 0 &&
    isShownRow(row) &&
    (one<{ count: number }>(sql.countAtClock, { roomId: row.room_id, clock: row.clock, author: row.author })?.count ??
      0) >= LIMITS.messagesPerSeqMax;

  /** Whether its time is over: it was there, and comes back with no edit. */
  const isOver = (row: MessageRow): boolean => row.expires !== null && row.due_at === null;

  /** Erases the body of an entry whose time is over. Its message is not shown any more; the entry stays provable. */
  const expire = (row: MessageRow): void => {
    if (isOver(row)) return;
    index.remove(indexed(row));
    run(sql.expire, { number: row.number, digest: toBlob(digestIn(row)) });
    index.add({ ...indexed(row), text: '' });
    if (row.kind === KIND_NUMBERS.call) calls.forget(row);
    if (row.held === 0) spans.toggle(row.room_id, row);
    if (row.shown === 1) hide(row);
  };
  const hide = (row: MessageRow): void => {
    const unread = isUnread(row.mine === 1, row.state) ? -1 : 0;
    run(sql.roomGrew, { roomId: row.room_id, clock: row.clock, at: 0, shown: -1, entries: 0, unread });
  };

  /** Leaves of an entry that is held nothing but its place and its id. */
  const drop = (ref: MessageRef): MessageRow[] => {
    const row = entryRow(ref);
    if (row?.held !== 1) return [];
    index.remove(indexed(row));
    run(sql.drop, row.number);
    run(sql.dropDeliveries, row.number);
    index.add({ ...indexed(row), text: '' });
    if (row.kind === KIND_NUMBERS.call) calls.forget(row);
    if (row.shown === 1) hide(row);
    return [row];
  };
  /** Whether somebody else has an entry. An own one that came back from somebody counts no receipts. */
  const isElsewhere = ({ mine, state }: MessageRow): boolean =>
    mine === 0 || state === STATE_NUMBERS.delivered || state === STATE_NUMBERS.read;
  const refOf = (row: Pick<MessageRow, 'author' | 'id'>) => row as unknown as MessageRef;

  /** Brings a message to what all entries about it that are here say. */
  const settle = (roomId: RoomId, ref: MessageRef): void => {
    const number = authors.find(roomId, ref.author);
    if (!one(sql.anyChange, { number, id: toBlob(ref.id) })) return;
    const about = (kind: number) => messages(sql.entriesAbout, { number, id: toBlob(ref.id), kind });
    const edits = about(KIND_NUMBERS.edit);
    const deletions = about(KIND_NUMBERS.delete);
    const lostEdit = one(sql.droppedEdit, { number, id: toBlob(ref.id) }) !== undefined;
    const target = entryRow(ref);
    if (target && isOver(target)) {
      for (const edit of edits) erase(edit);
      return;
    }
    // Entries about a message that was dropped go with it; so does a message of which an edit was.
    if (target?.held === DROPPED) {
      for (const row of [...edits, ...deletions]) {
        erase(row);
        drop(refOf(row));
      }
      return;
    }
    if (target?.kind === KIND_NUMBERS.text && target.room_id === roomId && lostEdit) {
      erase(target);
      drop(ref);
      return;
    }
    const isDeleted = deletions.length > 0;
    // An edit goes when its message goes. If it would go before it, or stay after it, it has no effect: whoever comes later could not tell
    // what was shown. Before the message is here neither kind replaces the other.
    const isVoid = (edit: MessageRow): boolean =>
      isDeleted || (target?.room_id === roomId && (edit.expires === null) !== (target.expires === null));
    // Newest first: the first with its words is what is shown.
    const lasting = edits.findIndex(({ salt, expires }) => salt !== null && expires === null);
    const passing = edits.findIndex(({ salt, expires }) => salt !== null && expires !== null);
    const current = edits.find((edit) => edit.salt !== null && !isVoid(edit));
    for (const [at, edit] of edits.entries()) {
      const newest = edit.expires === null ? lasting : passing;
      if (isVoid(edit) || (newest >= 0 && at > newest)) erase(edit);
    }
    if (!target || !isShownRow(target) || target.room_id !== roomId || isTooMany(target)) return;
    // New words of somebody who is blocked wait; what they take back is gone at once.
    if (!isDeleted && blocks.isBlocked(ref.author)) return;
    if (isDeleted) {
      if (target.deleted === 0) setText(target, { text: '', edited: 0, deleted: 1 });
      if (target.kind === KIND_NUMBERS.call) calls.forgetTimeline(target);
      erase(target);
    } else if (current && target.kind === KIND_NUMBERS.text) {
      const text = current.body ?? '';
      if (target.text !== text || target.edited === 0) setText(target, { text, edited: 1, deleted: 0 });
      erase(target);
    }
  };

  /** The message that an entry changes or is. */
  const subjectOf = (entry: Pick<Entry, 'kind' | 'of' | 'author' | 'id'>): MessageRef =>
    !standsAlone(entry.kind) && entry.of ? entry.of : { author: entry.author, id: entry.id };

  /** Calls a room what the last name that is here says, whichever came last. */
  const nameRoom = (roomId: RoomId): void => {
    const newest = one<{ name: string }>(sql.newestName, roomId);
    if (newest) run(sql.setRoomName, newest.name, roomId);
  };

  const takeEffect = (entry: Entry): void => {
    if (entry.kind === 'name') nameRoom(entry.roomId);
    else if (entry.kind === 'reaction' || entry.kind === 'hangup') {
      const target = entryRow(entry.of);
      if (target?.held === DROPPED && target.room_id === entry.roomId) drop(entry);
      else if (entry.kind === 'reaction') run(sql.setReacted, entry.roomId, entry.of.author, toBlob(entry.of.id));
    } else settle(entry.roomId, subjectOf(entry));
  };

  return {
    subjectOf,
    settle,

    /** Erases an entry whose time is over, and with the words of an edit the message that shows them. Answers the messages that go. */
    expire(row: MessageRow): MessageRow[] {
      const of = row.kind === KIND_NUMBERS.edit ? entryOf(row).of : null;
      const target = of ? entryRow(of) : undefined;
      const gone =
        target?.room_id === row.room_id && target.expires !== null && !isOver(target) ? [row, target] : [row];
      for (const each of gone) expire(each);
      return gone.filter(({ shown }) => shown === 1);
    },

    /**
     * Drops an entry that is older than its room keeps any. A text takes along what is about it, an edit or a deletion the text. Answers
     * what was dropped.
     */
    drop(row: MessageRow): MessageRow[] {
      const isChange = row.kind === KIND_NUMBERS.edit || row.kind === KIND_NUMBERS.delete;
      const of = isChange ? entryOf(row).of : null;
      const target = of ? entryRow(of) : row;
      const dropped = drop(refOf(row));
      if (target?.kind !== KIND_NUMBERS.text || target.room_id !== row.room_id) return dropped;
      if (!isElsewhere(target) && target.seq > 0) return dropped;
      dropped.push(...drop(refOf(target)));
      for (const each of messages(sql.entriesOn, target.room_id, target.author, toBlob(target.id))) {
        dropped.push(...drop(refOf(each)));
      }
      return dropped;
    },

    /** Writes an entry that is not here yet. Answers whether it is held: with its body, or rightly without it. */
    insert(entry: Entry, mine: boolean, reached: number): boolean {
      const due = dueAt(entry, lifetime());
      const isOverAlready = entry.body === null && due !== null && due <= lifetime();
      const held = entry.body !== null || entry.kind === 'delete' || isOverAlready;
      const standsHere = held && standsAlone(entry.kind) && !isOverAlready;
      const isHidden = standsHere && blocks.isBlocked(entry.author);
      const shown = standsHere && !isHidden;
      const { text } = columnsOf(entry.kind, entry.body);
      const { roomId, author, sentAt } = entry;
      // A call that was not missed is nothing new.
      const isOld =
        entry.kind === 'call' &&
        !mine &&
        !calls.isMissed({ id: entry.id, room_id: roomId, author, mine: 0, sent_at: sentAt });
      const state = isOld ? STATE_NUMBERS.read : reached;
      const number = writer.insert(entry, {
        ...{ mine, state, held, now: now() },
        shown: isHidden ? HIDDEN : Number(shown),
        dueAt: isOverAlready ? null : due,
      });
      index.add({ number, roomId, author, sentAt, text });
      run(sql.roomGrew, {
        roomId: entry.roomId,
        clock: entry.clock,
        at: shown ? (mine ? entry.sentAt : now()) : 0,
        shown: shown ? 1 : 0,
        entries: 1,
        unread: shown && isUnread(mine, state) ? 1 : 0,
      });
      spans.add(entry, held);
      run(sql.lowerFloor, entry.seq - 1, authors.find(roomId, author), entry.seq);
      if (standsAlone(entry.kind)) run(sql.noteReacted, roomId, author, toBlob(entry.id));
      takeEffect(entry);
      // What is about it may have come before it, and erase what it lacks.
      return held || (entryRow(entry)?.held ?? 0) > 0;
    },

    /** Takes out a text that is in no log, to be written anew. */
    remove(row: MessageRow): void {
      index.remove(indexed(row));
      run(sql.deleteMessage, row.number);
      const unread = row.mine === 0 && row.state < 3 && row.shown === 1 ? 1 : 0;
      run(sql.roomGrew, {
        roomId: row.room_id,
        clock: 0,
        at: 0,
        shown: row.shown === 1 ? -1 : 0,
        entries: -1,
        unread: -unread,
      });
    },

    /** Gives an entry that came without its body the body. False where that is not missing, not the right one or one too many. */
    fill(row: MessageRow, entry: Entry): boolean {
      if (row.held !== 0 || entry.body === null || digestOf(entry.body) !== digestIn(row)) return false;
      if (isTooMany(row)) return false;
      // The signature of the entry that is here was checked; of the one that brings the body only the body counts.
      const whole = { ...entryOf(row), body: entry.body } as Entry;
      if (!Entry.safeParse(whole).success) return false;
      const columns = columnsOf(whole.kind, whole.body);
      index.remove(indexed(row));
      run(sql.fillBody, {
        number: row.number,
        text: columns.text,
        salt: columns.salt === null ? null : toBlob(columns.salt),
        body: columns.body,
        dueAt: dueAt(whole, lifetime()),
      });
      index.add({ ...indexed(row), text: columns.text });
      hold(row);
      takeEffect(whole);
      return true;
    },
  };
}
