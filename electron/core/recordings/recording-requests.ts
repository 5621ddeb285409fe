import { LIMITS, type Outcome, ParleyError, RecordingId, RoomId, refusalOf, refuse } from '@parley/shared/protocol';
import { contentJson, type FileAnswer, type FileContent, statusOf } from '../files/file-requests.ts';
import type { Log } from '../ports.ts';
import type { Recordings } from './recordings.ts';

const PATH = /^\/recordings\/(?:([A-Za-z0-9_-]{22})\/parts\/(\d{1,8})|pictures\/([A-Za-z0-9_-]{22}))$/;

/**
 * PUT /recordings/<id>/parts/<index> appends to a recording, PUT /recordings/pictures/<room> keeps a picture of a call.
 */
export function recordingContent(recordings: Recordings, log: Log): FileContent {
  const put = async (path: string, body: () => Promise<Outcome<Uint8Array>>): Promise<FileAnswer> => {
    const [, id, index, room] = PATH.exec(path) ?? [];
    const recordingId = RecordingId.safeParse(id);
    const roomId = RoomId.safeParse(room);
    if (!recordingId.success && !roomId.success) return contentJson(404, refuse('recording-unknown'));
    const bytes = await body();
    if (!bytes.ok) return contentJson(statusOf(bytes.code), bytes);
    const value = recordingId.success
      ? await recordings.write(recordingId.data, Number(index), bytes.value)
      : roomId.success && (await recordings.keepPicture(roomId.data, bytes.value));
    return contentJson(200, { ok: true, value });
  };
  return {
    bodyMaxBytes: (path) => (path.includes('/pictures/') ? LIMITS.callPictureMaxBytes : LIMITS.fileBlockBytes),
    isFor: (path) => path.startsWith('/recordings/'),
    async answer(method, path, body) {
      if (method !== 'PUT') return contentJson(405, refuse('bad-request'));
      try {
        return await put(path, body);
      } catch (error) {
        if (!(error instanceof ParleyError)) {
          log.error('a recording failed', { error: error instanceof Error ? error.name : 'unknown' });
        }
        const refusal = refusalOf(error);
        return contentJson(statusOf(refusal.code), refusal);
      }
    },
  };
}
