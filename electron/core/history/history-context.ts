import { type Author, type HistoryItem, type MessageRef, personIn, type Reaction } from '@parley/shared/model';
import { type DeviceId, LIMITS, type MessageId, ParleyError, type RoomId } from '@parley/shared/protocol';
import type { SigningKey } from '../identity/ed25519.ts';
import { createAuthors } from './authors.ts';
import { toBlob } from './blobs.ts';
import { type Blocks, createBlocks } from './blocks.ts';
import { createCalls } from './calls.ts';
import type { Queries, WritableDb } from './database.ts';
import {
  asAuthor,
  type ItemRow,
  itemOf,
  KIND_NUMBERS,
  lifetimeOf,
  type MessageRow,
  reactionOf,
  readRow,
  type Stored,
} from './message-rows.ts';
import { createPeople, type People } from './people.ts';
import type { RoomRow } from './room-rows.ts';
import { sql } from './statements.ts';

/** The things that the parts of the history share: the connection, this device's key, the clock and the most frequent questions. */
export type HistoryContext = Queries & {
  db: WritableDb;
  key: SigningKey;
  now: () => number;
  /** The clock by which messages disappear, in ms (`lifetimes.ts`). */
  lifetime: () => number;
  /** This device. */
  own: DeviceId;
  /** Which devices are computers of one person. */
  people: People;
  /** Which devices are blocked. */
  blocks: Blocks;
  /** Throws `room-unknown`. */
  needRoom(roomId: RoomId): RoomRow;
  /** The numbers of authors and of their names. */
  authors: ReturnType<typeof createAuthors>;
  /** What is known of calls here. */
  calls: ReturnType<typeof createCalls>;
  /** What statements of messages and of items find. */
  messages(text: string, ...args: unknown[]): MessageRow[];
  items(text: string, ...args: unknown[]): ItemRow[];
  entryRow(ref: MessageRef): MessageRow | undefined;
  rowOf(ref: MessageRef): ItemRow | undefined;
  ownRow(id: MessageId): ItemRow | undefined;
  /** How long messages of the room that are written now may be there, in ms; null: without end. */
  timerOf(roomId: string): number | null;
  /** The message of a row as it is shown, with the reactions to it. */
  itemOf(row: ItemRow): HistoryItem;
};

export function createHistoryContext(
  queries: Queries,
  { db, key, now, lifetime, own }: Pick<HistoryContext, 'db' | 'key' | 'now' | 'lifetime' | 'own'>,
): HistoryContext {
  const people = createPeople(queries, own);
  const blocks = createBlocks(queries, people);
  const messages: HistoryContext['messages'] = (text, ...args) =>
    queries.all<Stored<MessageRow>>(text, ...args).map((row) => readRow<MessageRow>(row));
  const items: HistoryContext['items'] = (text, ...args) =>
    queries.all<Stored<ItemRow>>(text, ...args).map((row) => readRow<ItemRow>(row));
  const rowOf = ({ author, id }: MessageRef) => items(sql.message, author, toBlob(id))[0];
  const reactionsTo = ({ author, id, room_id }: ItemRow): Reaction[] => {
    type Row = Pick<ItemRow, 'author' | 'author_name' | 'mine' | 'body' | 'clock' | 'pinned_name' | 'pinned_changed'>;
    const reactions = new Map<string, Map<string, Row>>();
    for (const row of queries.all<Row>(sql.reactionsTo, room_id, author, toBlob(id))) {
      if (blocks.isBlocked(row.author)) continue;
      const { emoji, on } = reactionOf(row.body ?? '');
      const chosenBy = reactions.get(emoji) ?? new Map<string, Row>();
      reactions.set(emoji, chosenBy);
      // The last word of each author counts.
      if (on) chosenBy.set(row.author, row);
      else chosenBy.delete(row.author);
    }
    return (
      [...reactions]
        .map(([emoji, chosenBy]) => ({
          emoji,
          rows: [...chosenBy.values()].sort((left, right) => left.clock - right.clock),
        }))
        .filter(({ rows }) => rows.length > 0)
        .map(({ emoji, rows }) => ({
          emoji,
          mine: rows.some(({ mine }) => mine === 1),
          people: onePerPerson(rows.map((row) => asAuthor(people.named(row), people.personOf(row.author)))),
          at: rows[0]?.clock ?? 0,
        }))
        // Where there are too many, nobody's reactions hide one's own or those of many.
        .sort((left, right) => Number(right.mine) - Number(left.mine) || right.people.length - left.people.length)
        .slice(0, LIMITS.reactionsMax)
        .sort((left, right) => left.at - right.at)
        .map(({ emoji, mine, people }) => ({ emoji, mine, people }))
    );
  };
  const calls = createCalls(queries, people);
  return {
    ...queries,
    db,
    key,
    now,
    lifetime,
    own,
    people,
    blocks,
    needRoom(roomId) {
      const room = queries.one<RoomRow>(sql.room, roomId);
      if (!room) throw new ParleyError('room-unknown');
      return room;
    },
    authors: createAuthors(queries),
    calls,
    messages,
    items,
    entryRow: ({ author, id }) => messages(sql.entry, author, toBlob(id))[0],
    rowOf,
    ownRow: (id) => rowOf({ author: own, id }),
    timerOf: (roomId) => lifetimeOf(queries.one<{ body: string }>(sql.timer, roomId)?.body ?? null),
    itemOf(row) {
      const named = people.named(row);
      const quoted = row.of_author !== null && people.isOwn(row.of_author) ? { ...named, quoted_mine: 1 } : named;
      const item = itemOf(
        quoted,
        row.reacted === 1 && row.deleted === 0 ? reactionsTo(row) : [],
        row.kind === KIND_NUMBERS.call ? calls.of(row) : null,
      );
      const person = people.personOf(row.author);
      return {
        ...item,
        ...(person === row.author ? {} : { person }),
        ...(named.mine === row.mine ? {} : { elsewhere: true }),
      };
    },
  };
}

/** Somebody who chose the same on two computers chose it once. */
function onePerPerson(authors: readonly Author[]): Author[] {
  const persons = new Map(authors.toReversed().map((author) => [author.mine ? 'self' : personIn(author), author]));
  return authors.filter((author) => persons.get(author.mine ? 'self' : personIn(author)) === author);
}
