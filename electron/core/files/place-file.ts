import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type FileId, ParleyError } from '@parley/shared/protocol';
import type { Log } from '../ports.ts';
import type { Downloads } from './downloads.ts';
import { HEAD_BYTES, lookAt } from './file-kinds.ts';
import type { FileRecords } from './file-records.ts';
import { isEmpty, readFrom } from './held-file.ts';
import type { KnownFiles } from './known-files.ts';
import { keepVoice } from './voice-files.ts';

export type FilePlaces = { records: FileRecords; known: KnownFiles; downloads: Downloads; log: Log };

/**
 * Moves a complete file to the downloads folder, or keeps it in the profile as a voice message. Refuses with `voice-invalid` where that is
 * none, and with what the disk refuses.
 */
export const placeFile = (fileId: FileId, places: FilePlaces): Promise<void> =>
  places.known.taken(fileId).voice ? keep(fileId, places) : moveIn(fileId, places);

async function keep(fileId: FileId, { records, known }: FilePlaces): Promise<void> {
  const record = known.taken(fileId);
  const { mine, sizeBytes } = record;
  if (await keepVoice(record, records)) {
    known.change(fileId, { held: true, haveBytes: sizeBytes, trouble: null, ...(mine ? {} : { state: 'received' }) });
    return;
  }
  // Nobody can hear it, so it is given to nobody.
  if (mine) records.remove(fileId);
  else known.change(fileId, { state: 'declined', haveBytes: 0, trouble: 'voice-invalid' });
  records.removePart(fileId);
  throw new ParleyError('voice-invalid');
}

async function moveIn(fileId: FileId, { records, known, downloads, log }: FilePlaces): Promise<void> {
  const { name, folders, target } = known.other(fileId);
  const kept = target !== null && (await isEmpty(target)) ? target : null;
  const path = kept ?? (await downloads.reserve(name, folders));
  // Noted first: after a crash the reserved place is used and not a second one.
  if (path !== target) known.change(fileId, { target: path });
  await downloads.moveIn(records.partOf(fileId), path);
  const { mtimeMs } = await lstat(path);
  const record = { ...known.other(fileId), path, modifiedMs: Math.round(mtimeMs) };
  const head = await readFrom(record, 0, Math.min(HEAD_BYTES, record.sizeBytes));
  const { kind, risk } = lookAt(basename(path), head);
  const received = { state: 'received', held: true, trouble: null, shownName: basename(path) } as const;
  known.put({ ...record, ...received, kind, risk, target: null });
  log.info('a file was received', { bytes: record.sizeBytes, kind, risk });
}
