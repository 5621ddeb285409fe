import type { Recordings } from '../recordings/recordings.ts';
import type { HandlersOf } from '../router.ts';

/** Recordings of calls, and pictures of them. */
export function recordingHandlers(recordings: Recordings): HandlersOf<'recordings'> {
  return {
    'recordings.begin': ({ roomId }, page) => recordings.begin(roomId, page),
    'recordings.note': async ({ recordingId, stays }) => {
      await recordings.note(recordingId, stays);
      return {};
    },
    'recordings.finish': ({ recordingId }) => recordings.finish(recordingId),
    'recordings.show': async ({ recordingId }) => {
      await recordings.show(recordingId);
      return {};
    },
  };
}
