import { Entry } from '@parley/shared/model';
import { entrySignatureBytes } from '@parley/shared/sealing';
import { createVerifier } from '../../identity/ed25519.ts';
import { digestOf } from '../entry-log.ts';
import { DROPPED, entryOf, type MessageRow } from '../message-rows.ts';
import type { FoundRow } from './read-rows.ts';

/** Tells whether a row that was found by its look is one: an entry is signed by its author; of others it cannot be told. */
export function createGenuine(): (found: FoundRow) => boolean | null {
  const verify = createVerifier();
  return ({ shape, row }) => {
    if (shape.table !== 'messages') return null;
    const columns = Object.fromEntries(shape.columns.map(({ name }, index) => [name, row.values[index]]));
    // Messages of the versions before entries are in no log and have no signature.
    // Nor have those that were dropped.
    if (columns.seq === 0 || columns.held === DROPPED) return null;
    // Whatever stands in the columns is looked at by the schema.
    const entry = Entry.safeParse(entryOf(columns as MessageRow));
    if (!entry.success) return false;
    const { body, kind, digest } = entry.data;
    const isWhole = (body === null && kind !== 'delete') || digestOf(body) === digest;
    return isWhole && verify(entry.data.author, entry.data.sig, entrySignatureBytes(entry.data));
  };
}
