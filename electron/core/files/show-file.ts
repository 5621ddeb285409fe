import { basename } from 'node:path';
import { ParleyError } from '@parley/shared/protocol';
import type { Shell } from '../ports.ts';
import { HEAD_BYTES, lookAt } from './file-kinds.ts';
import type { FileRecord } from './file-records.ts';
import { fileOf, readFrom } from './held-file.ts';

/** A picture that a page may show. */
export type ReceivedPicture = { type: string; bytes: Uint8Array };
/** A larger picture is not shown in the chat. */
const PICTURE_MAX_BYTES = 33_554_432;

/** Opens a received file with the system's program. A kind that may be harmful is asked about by the host. */
export async function openFile(known: FileRecord | undefined, shell: Pick<Shell, 'openFile'>): Promise<void> {
  const { record, path } = await fileOf(known);
  const head = await readFrom(record, 0, Math.min(HEAD_BYTES, record.sizeBytes));
  const name = basename(path);
  const { risk } = lookAt(name, head);
  const opened = await shell.openFile(path, risk === 'none' ? null : { name, risk });
  if (opened !== 'opened') throw new ParleyError(opened === 'refused' ? 'cancelled' : 'file-not-open');
}

/** Shows a received file in its folder. */
export async function showFile(known: FileRecord | undefined, shell: Pick<Shell, 'showFile'>): Promise<void> {
  const { path } = await fileOf(known);
  if (!(await shell.showFile(path))) throw new ParleyError('file-not-open');
}

/** A received file that is a picture by its bytes; refuses with `not-allowed` for everything else. */
export async function pictureOf(known: FileRecord | undefined): Promise<ReceivedPicture> {
  const { record, path } = await fileOf(known);
  if (record.sizeBytes > PICTURE_MAX_BYTES) throw new ParleyError('not-allowed');
  const bytes = await readFrom(record, 0, record.sizeBytes);
  const type = lookAt(basename(path), bytes.subarray(0, HEAD_BYTES)).pictureType;
  if (type === null) throw new ParleyError('not-allowed');
  return { type, bytes };
}
