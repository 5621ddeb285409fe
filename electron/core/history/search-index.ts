import { foldText } from '@parley/shared/model';
import { createQueries, type Queries, type WritableDb } from './database.ts';
import { isWord, partsOf, wordsOf } from './search-words.ts';
import { sql } from './statements.ts';

/** What the index knows of a message. `text` is what a person can read of it now; `sentAt` is in ms. */
export type Indexed = { number: number; roomId: string; author: string; sentAt: number; text: string };

/** Above this many messages the index is written anew after a room was taken out, which is quicker than mending each page. */
const MANY = 2_000;
const PAGE = 500;
/** How many rooms one expression names. */
const ROOMS_AT_ONCE = 400;

/** Entries for what messages are filtered by. No word holds a space, so these are never taken for words. */
export const roomEntry = (roomId: string): string => `room ${roomId}`;
export const authorEntry = (author: string): string => `author ${author}`;
/** A month of UTC, such as `month 024285`: counted from the year 0, so that months sort as they follow each other. */
export function monthEntry(ms: number): string {
  const date = new Date(ms);
  return `month ${String(date.getUTCFullYear() * 12 + date.getUTCMonth()).padStart(7, '0')}`;
}

/** How an entry is called in `message_words`: its id, in letters and digits that every tokenizer leaves as they are. */
export const tokenOf = (id: number): string => id.toString(36);

const entriesOf = ({ roomId, author, sentAt, text }: Indexed): Set<string> =>
  wordsOf(foldText(text)).add(roomEntry(roomId)).add(authorEntry(author)).add(monthEntry(sentAt));

/**
 * The search index: `words` names each entry once, `word_parts` finds words by a part of them, `message_words` says which
 * messages hold an entry. It is kept by these calls, inside of the transaction that changes the message, not by triggers:
 * SQLite cannot fold texts by itself. Nothing of a removed text stays in any of the three.
 */
export function createSearchIndex({ one, all, run, insert, numberOf, forgetNumber }: Queries) {
  const readId = (word: string): number | undefined => one<{ id: number }>(sql.wordId, word)?.id;
  const idOf = (word: string): number | undefined => numberOf('word', word, () => readId(word));
  const idFor = (word: string): number => numberOf('word', word, () => readId(word) ?? newId(word));

  function newId(word: string): number {
    const id = insert(sql.addWord, word);
    if (isWord(word)) run(sql.addWordParts, id, partsOf(word).join(' '));
    return id;
  }

  function forget(id: number, word: string): void {
    if (one(sql.anyMessageWith, tokenOf(id)) !== undefined) return;
    if (isWord(word)) run(sql.removeWordParts, id, partsOf(word).join(' '));
    run(sql.removeWord, id);
    forgetNumber('word', word);
  }

  /** Takes a message out and adds to `left` the entries that it had. */
  function takeOut(message: Indexed, left: Map<string, number>): void {
    const tokens: string[] = [];
    for (const entry of entriesOf(message)) {
      const id = left.get(entry) ?? idOf(entry);
      if (id === undefined) continue;
      left.set(entry, id);
      tokens.push(tokenOf(id));
    }
    run(sql.removeMessageWords, message.number, tokens.join(' '));
  }

  return {
    /** Makes a message findable. It must not be in the index yet. */
    add(message: Indexed): void {
      const tokens: string[] = [];
      for (const entry of entriesOf(message)) tokens.push(tokenOf(idFor(entry)));
      run(sql.addMessageWords, message.number, tokens.join(' '));
    },

    /** Takes a message out, given exactly as it was added. */
    remove(message: Indexed): void {
      const left = new Map<string, number>();
      takeOut(message, left);
      for (const [entry, id] of left) forget(id, entry);
    },

    /** Takes all messages of a room out, before they are deleted. */
    removeRoom(roomId: string): void {
      const left = new Map<string, number>();
      const many = (one<{ entry_count: number }>(sql.roomCount, roomId)?.entry_count ?? 0) > MANY;
      // FTS5 takes only whole numbers, and a plain number is bound as a real one.
      if (many) for (const each of [sql.messageWordsOption, sql.wordPartsOption]) run(each, 'secure-delete', 0n);
      for (let above = 0; ; ) {
        const page = all<Indexed>(sql.indexedOfRoom, above, roomId, PAGE);
        for (const message of page) takeOut(message, left);
        above = page.at(-1)?.number ?? above;
        if (page.length < PAGE) break;
      }
      for (const [entry, id] of left) forget(id, entry);
      if (many) {
        for (const each of [sql.messageWordsOption, sql.wordPartsOption]) {
          run(each, 'optimize', null);
          run(each, 'secure-delete', 1n);
        }
      }
    },

    /** How many messages of a range of numbers it holds: each has one entry for its room. */
    count(from: number, to: number): number {
      const ids = all<{ id: number }>(sql.wordIdsBetween, 'room ', 'room ~').map(({ id }) => tokenOf(id));
      let count = 0;
      for (let at = 0; at < ids.length; at += ROOMS_AT_ONCE) {
        const rooms = ids.slice(at, at + ROOMS_AT_ONCE).map((token) => `"${token}"`);
        count += one<{ count: number }>(sql.countIndexedBetween, rooms.join(' OR '), from, to)?.count ?? 0;
      }
      return count;
    },

    /** Whether an entry of the message, another one for each number, leads to it. */
    finds(message: Indexed): boolean {
      const entries = [...entriesOf(message)];
      const id = idOf(entries[message.number % entries.length] ?? '');
      return id !== undefined && one(sql.messageHas, tokenOf(id), message.number) !== undefined;
    },
  };
}

/** Makes the tables of the index, in the place of any that are there, and fills them from the messages. */
export function makeSearchIndex(db: WritableDb): void {
  db.exec(`
    DROP TABLE IF EXISTS words;
    DROP TABLE IF EXISTS word_parts;
    DROP TABLE IF EXISTS message_words;
    CREATE TABLE words (
      id   INTEGER PRIMARY KEY,
      word TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE VIRTUAL TABLE word_parts USING fts5 (
      parts, content = '', columnsize = 0, detail = none, prefix = '1 2', tokenize = 'ascii'
    );
    CREATE VIRTUAL TABLE message_words USING fts5 (words, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
    -- What is deleted goes from the index too, not only from what it finds.
    INSERT INTO word_parts (word_parts, rank) VALUES ('secure-delete', 1);
    INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', 1);
  `);
  fillSearchIndex(db, sql.indexedAbove);
}

/** Fills an empty index. `messagesAbove` reads messages above a number, so many at once. */
export function fillSearchIndex(db: WritableDb, messagesAbove: string): void {
  const queries = createQueries(db);
  const index = createSearchIndex(queries);
  for (let above = Number.MIN_SAFE_INTEGER; ; ) {
    const page = queries.all<Indexed>(messagesAbove, above, PAGE);
    for (const message of page) index.add(message);
    above = page.at(-1)?.number ?? above;
    if (page.length < PAGE) break;
  }
  queries.run(sql.messageWordsOption, 'optimize', null);
  queries.run(sql.wordPartsOption, 'optimize', null);
}

export type SearchIndex = ReturnType<typeof createSearchIndex>;
