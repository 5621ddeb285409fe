import { VOICE_NAME, type Voice } from '@parley/shared/model';
import { accept, type FileId, LIMITS, MessageId, type RoomId, toBase64Url } from '@parley/shared/protocol';
import { fileRootOf } from '@parley/shared/sealing';
import type { Core } from '../../core.ts';
import { ask, randomId } from '../../testing/test-kit.ts';
import { sha256Of } from '../part-file.ts';
import { recordingOf } from './recordings.ts';

export const SAMPLE_VOICE: Voice = {
  durationMs: 61_000,
  levels: Array.from({ length: LIMITS.voiceLevels }, (_, at) => at % 32),
};

/** Records a voice message of one block as a page does; sends it unless `isSent` says otherwise. */
export async function sayByVoice(
  core: Core,
  roomId: RoomId,
  isSent = true,
): Promise<{ fileId: FileId; bytes: Uint8Array }> {
  const bytes = recordingOf(5_000);
  const hashes = new Uint8Array(sha256Of(bytes));
  const facts = {
    name: VOICE_NAME,
    folders: [],
    sizeBytes: bytes.length,
    root: await fileRootOf(bytes.length, hashes),
  };
  const offer = { ...facts, salt: randomId(16), voice: SAMPLE_VOICE };
  const { fileId } = await ask(core, 'files.offer', { ...offer, roomId, hashes: toBase64Url(hashes) });
  const written = await core.content.answer('PUT', `/files/${fileId}/blocks/0`, async () => accept(bytes));
  if (written.status !== 200) throw new Error(`the recording was refused: ${String(written.body)}`);
  const content = { ...offer, kind: 'file', fileId, of: null } as const;
  if (isSent) await ask(core, 'history.compose', { id: MessageId.parse(fileId), roomId, content });
  return { fileId, bytes };
}
