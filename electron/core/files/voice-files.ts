import { existsSync, lstatSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { FileOffer } from '@parley/shared/model';
import { type DeviceId, LIMITS } from '@parley/shared/protocol';
import { HEAD_BYTES, isVoice } from './file-kinds.ts';
import type { FileRecord, FileRecords } from './file-records.ts';
import { readAt } from './held-file.ts';

/** The name of a voice message where it becomes a file: in an export. */
export const VOICE_FILE_NAME = 'Voice message.webm';

/** Whether a voice message is loaded without being asked for: it is small, and its author has not filled much of this disk. */
export function loadsItself(offer: FileOffer, author: DeviceId, records: FileRecords): boolean {
  if (!offer.voice || offer.sizeBytes > LIMITS.voiceLoadedMaxBytes) return false;
  const held = records.all.filter(({ voice, author: by, state }) => voice && by === author && state !== 'offered');
  return held.reduce((sum, { sizeBytes }) => sum + sizeBytes, offer.sizeBytes) <= LIMITS.voicesOfAuthorMaxBytes;
}

/** Moves a whole voice message to where the profile keeps it; false where it is no recording. */
export async function keepVoice({ fileId }: FileRecord, records: FileRecords): Promise<boolean> {
  const part = records.partOf(fileId);
  const handle = await open(part, 'r');
  try {
    const head = new Uint8Array(HEAD_BYTES);
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
    if (!isVoice(head.subarray(0, bytesRead))) return false;
  } finally {
    await handle.close();
  }
  await rename(part, records.voiceOf(fileId));
  return true;
}

/** Reads a block of a voice message that the profile keeps; refuses with `file-missing` or `file-changed`. */
export const readVoice = (
  { fileId, sizeBytes }: FileRecord,
  records: FileRecords,
  at: number,
  bytes: number,
): Promise<Uint8Array> => readAt({ path: records.voiceOf(fileId), sizeBytes, modifiedMs: null }, at, bytes);

/**
 * Looks at the recordings that were not sent when the app ended: those that are whole are kept for their author, of the others nothing can be
 * heard any more.
 */
export function takeStock(records: FileRecords): void {
  for (const record of records.all) {
    if (record.state !== 'recorded' || record.held) continue;
    const path = records.voiceOf(record.fileId);
    if (existsSync(path) && lstatSync(path).size === record.sizeBytes) records.put({ ...record, held: true });
    else records.remove(record.fileId);
  }
}
