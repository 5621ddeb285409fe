import { KeptOfCall, WrittenPart } from '@parley/shared/bridge';
import { type Outcome, outcomeOf, type RecordingId, Refusal, type RoomId, refuse } from '@parley/shared/protocol';
import { errorFields, type Log } from '../log.ts';
import { LOST } from './lost.ts';

/** The bytes of recordings and pictures of calls, on their way to the core. Never rejects. */
export interface RecordingContent {
  /** Appends the part with this number; it is on the disk when this resolves. */
  append(recordingId: RecordingId, index: number, bytes: Uint8Array<ArrayBuffer>): Promise<Outcome<WrittenPart>>;
  /** Keeps a picture of a call in that room. */
  keepPicture(roomId: RoomId, png: Blob): Promise<Outcome<KeptOfCall>>;
}

/** A disk that takes longer for a part is as good as gone. */
const TIMEOUT_MS = 60_000;

/** The same over the page's own origin, as the content of files. */
export function fetchedRecordings(
  fetch: (url: string, init: RequestInit) => Promise<Response>,
  log: Log,
): RecordingContent {
  const put = async (url: string, body: BodyInit): Promise<unknown> => {
    const headers = { 'content-type': 'application/octet-stream' };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return (await fetch(url, { method: 'PUT', credentials: 'same-origin', headers, signal, body })).json();
  };
  const ask = async <T>(url: string, body: BodyInit, take: (answer: unknown) => Outcome<T> | undefined) => {
    try {
      const answer = await put(url, body);
      const refused = Refusal.safeParse(answer);
      if (refused.success) return refuse(refused.data.code, { message: refused.data.message });
      return take(answer) ?? LOST;
    } catch (error) {
      log.warn('a recording could not reach the core', errorFields(error));
      return LOST;
    }
  };
  return {
    append: (recordingId, index, bytes) =>
      ask<WrittenPart>(`/recordings/${recordingId}/parts/${index}`, bytes, (answer) => {
        const parsed = outcomeOf(WrittenPart).safeParse(answer);
        return parsed.success && parsed.data.ok ? parsed.data : undefined;
      }),
    keepPicture: (roomId, png) =>
      // As bytes: a blob brings a type of its own.
      ask<KeptOfCall>(`/recordings/pictures/${roomId}`, png.slice(0, png.size, ''), (answer) => {
        const parsed = outcomeOf(KeptOfCall).safeParse(answer);
        return parsed.success && parsed.data.ok ? parsed.data : undefined;
      }),
  };
}
