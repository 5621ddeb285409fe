import { lstatSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { FileItem } from '@parley/shared/model';
import { LIMITS, ParleyError } from '@parley/shared/protocol';
import { HEAD_BYTES, isVoice } from './file-kinds.ts';
import type { FileRecord, FileRecords } from './file-records.ts';
import { readAt } from './held-file.ts';

/** The name of a voice message where it becomes a file: in an export. */
export const VOICE_FILE_NAME = 'Voice message.webm';

/**
 * Whether a voice message is loaded without being asked for: it is small, and neither its author, nor its room, nor all rooms together have
 * filled much of this disk. Anybody can write as many authors as they like.
 */
export function loadsItself({ fileId, voice, sizeBytes, author, roomId }: FileItem, records: FileRecords): boolean {
  if (!voice || sizeBytes > LIMITS.voiceLoadedMaxBytes) return false;
  const others = records.all.filter((each) => each.voice && !each.mine && each.fileId !== fileId);
  const taken = others.filter(({ state }) => state !== 'offered');
  const fits = (some: readonly FileItem[], most: number): boolean =>
    some.reduce((sum, each) => sum + each.sizeBytes, sizeBytes) <= most;
  // Those that turned out to be no sound count against their author alone: nothing of them is here.
  const here = taken.filter(({ state }) => state !== 'declined');
  return (
    fits(
      taken.filter((each) => each.author === author),
      LIMITS.voicesOfAuthorMaxBytes,
    ) &&
    fits(
      here.filter((each) => each.roomId === roomId),
      LIMITS.voicesOfRoomMaxBytes,
    ) &&
    fits(here, LIMITS.voicesMaxBytes)
  );
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

/** Whether reading a voice message failed because it is not there, or not as it was. Anything else may pass. */
export function isLost(thrown: unknown): boolean {
  if (!(thrown instanceof ParleyError)) return false;
  const { cause } = thrown;
  return thrown.code === 'file-changed' || (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT');
}

/**
 * Looks at the voice messages that are not noted as being here. Those that are whole are here all the same: the app ended before that was noted.
 * Of a recording that was not sent and is not whole nothing can be heard any more. The disk may take nothing: notes are for this run alone.
 */
export function takeStock(records: FileRecords): void {
  for (const record of records.all) {
    const { fileId, voice, held, mine, state, sizeBytes } = record;
    if (!voice || held || state === 'declined') continue;
    try {
      if (lstatSync(records.voiceOf(fileId), { throwIfNoEntry: false })?.size === sizeBytes) {
        const others = mine ? {} : ({ state: 'received' } as const);
        records.note({ ...record, held: true, haveBytes: sizeBytes, trouble: null, ...others });
        records.removePart(fileId);
      } else if (state === 'recorded') records.remove(fileId);
    } catch {
      // It is looked at again at the next start.
    }
  }
}
