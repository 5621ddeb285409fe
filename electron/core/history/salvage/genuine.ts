import { Entry } from '@parley/shared/model';
import { entrySignatureBytes } from '@parley/shared/sealing';
import { createVerifier } from '../../identity/ed25519.ts';
import type { WritableDb } from '../database.ts';
import { digestOf } from '../digest.ts';
import { DROPPED, entryOf, type MessageRow, readRow, type Stored } from '../message-rows.ts';
import type { FoundRow } from './read-rows.ts';

type Columns = Record<string, unknown>;
/** The columns of an entry with the names behind its numbers; null where one is not known. */
type NamesOf = (columns: Columns) => Columns | null;

/**
 * Tells whether a row that was found by its look is one: an entry is signed by its author; of others it cannot be told.
 * `target` has the rooms, authors and names that were found.
 */
export function createGenuine(target: WritableDb): (found: FoundRow) => boolean | null {
  const { verify } = createVerifier();
  const namesOf = lookUp(target);
  return ({ shape, row }) => {
    if (shape.table !== 'messages') return null;
    const columns = Object.fromEntries(shape.columns.map(({ name }, index) => [name, row.values[index]]));
    // Messages of the versions before entries are in no log and have no signature.
    // Nor have those that were dropped.
    if (columns.seq === 0 || columns.held === DROPPED) return null;
    // Whatever stands in the columns is looked at by the schema.
    const named = namesOf(columns);
    if (!named) return null;
    const entry = Entry.safeParse(entryOf(named as MessageRow));
    if (!entry.success) return false;
    const { body, kind, digest } = entry.data;
    const isWhole = (body === null && kind !== 'delete') || digestOf(body) === digest;
    return isWhole && verify(entry.data.author, entry.data.sig, entrySignatureBytes(entry.data));
  };
}

function lookUp(target: WritableDb): NamesOf {
  if (target.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'authors'").get() === undefined)
    return (columns) => columns;
  const author = target.prepare<[unknown], Columns>(
    'SELECT r.room_id, a.device AS author FROM authors a JOIN rooms r ON r.number = a.room WHERE a.number = ?',
  );
  const device = target.prepare<[unknown], string>('SELECT device FROM authors WHERE number = ?').pluck();
  const name = target.prepare<[unknown], string>('SELECT name FROM names WHERE number = ?').pluck();
  return (columns) => {
    const found = author.get(columns.author);
    const author_name = name.get(columns.name);
    const of_author = columns.of_author === null ? null : device.get(columns.of_author);
    if (!found || author_name === undefined || of_author === undefined) return null;
    return { ...readRow({ ...columns, ...found, author_name, of_author } as Stored<MessageRow>) };
  };
}
