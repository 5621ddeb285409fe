import type { Entry } from '@parley/shared/model';
import { createAuthors } from './authors.ts';
import { toBlob } from './blobs.ts';
import type { Queries } from './database.ts';
import { columnsOf, KIND_NUMBERS } from './message-rows.ts';
import { sql } from './statements.ts';

/** What this device knows of an entry that it writes. */
type Known = {
  mine: boolean;
  state: number;
  held: boolean;
  /** As in `MessageRow`. */
  shown: number;
  /** When it was recorded here, in ms. */
  now: number;
  /** When its body goes, in ms of this device's clock. */
  dueAt?: number | null;
};

/** Writes entries as rows. The entry log makes the changes beside the own row of an entry. */
export function createMessageWriter(queries: Queries) {
  const authors = createAuthors(queries);
  return {
    /** Answers the number of the new row. Throws what SQLite throws where the entry is here already. */
    insert(entry: Entry, known: Known): number {
      const { roomId, of, body } = entry;
      const author = authors.of(roomId, entry.author);
      const { text, salt, body: stored } = columnsOf(entry.kind, body);
      return queries.insert(sql.insertEntry, {
        id: toBlob(entry.id),
        author,
        name: authors.nameOf(author, entry.authorName),
        seq: entry.seq,
        clock: entry.clock,
        sentAt: entry.sentAt,
        text,
        sig: toBlob(entry.sig),
        mine: Number(known.mine),
        state: known.state,
        kind: KIND_NUMBERS[entry.kind],
        ofAuthor: of ? authors.of(roomId, of.author) : null,
        ofId: of ? toBlob(of.id) : null,
        // With its body here a digest can be computed; that of a deletion always can.
        digest: body === null && entry.kind !== 'delete' ? toBlob(entry.digest) : null,
        salt: salt === null ? null : toBlob(salt),
        body: stored,
        shown: known.shown,
        held: Number(known.held),
        expires: entry.expires ?? null,
        dueAt: known.dueAt ?? null,
        recordedAt: known.now,
      });
    },
  };
}
