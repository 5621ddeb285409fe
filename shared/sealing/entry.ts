import type { Entry, EntryBody } from '../model/entry.ts';
import { type Bytes, concatBytes, fromBase64Url, u32, u64 } from './agreements.ts';
import { counted, label } from './primitives.ts';

const raw = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array();

/** The bytes whose SHA-256 is an entry's digest: "parley/1 body" | salt | the fields of its kind. A deletion has no body. */
export function entryBodyBytes(body: Entry['body']): Bytes {
  if (body === null) return label('body');
  return concatBytes(label('body'), raw(body.salt), ...bodyFields(body));
}

function bodyFields(body: EntryBody): Bytes[] {
  if ('emoji' in body) return [new Uint8Array([Number(body.on)]), counted(body.emoji)];
  if ('lifetimeMs' in body) return [u64(body.lifetimeMs ?? 0)];
  if ('text' in body) return [counted(body.text)];
  if ('lengthMs' in body) return [u64(body.lengthMs)];
  if ('name' in body && !('root' in body)) return [counted(body.name)];
  if (!('root' in body)) return [];
  const { name, folders, sizeBytes, root, voice } = body;
  const fields = [counted(name), u32(folders.length), ...folders.map(counted), u64(sizeBytes), raw(root)];
  return voice ? [...fields, u64(voice.durationMs), new Uint8Array(voice.levels)] : fields;
}

/**
 * The bytes an author signs: "parley/1 entry" | roomId | id | author | seq u64 | clock u64 | sentAt u64 | name | kind | of | digest |
 * expires u64, name and kind with their length as u32 before them; `of` is the author and the id of a message, or nothing, and
 * `expires` is only there where the entry has it.
 */
export function entrySignatureBytes(entry: Omit<Entry, 'sig' | 'body'>): Bytes {
  return concatBytes(
    label('entry'),
    raw(entry.roomId),
    raw(entry.id),
    raw(entry.author),
    u64(entry.seq),
    u64(entry.clock),
    u64(entry.sentAt),
    counted(entry.authorName),
    counted(entry.kind),
    new Uint8Array([Number(entry.of !== null)]),
    ...(entry.of ? [raw(entry.of.author), raw(entry.of.id)] : []),
    raw(entry.digest),
    ...(entry.expires === undefined ? [] : [u64(entry.expires)]),
  );
}
