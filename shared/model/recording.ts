import { z } from 'zod';
import { RecordingId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';

const AtMs = z.number().int().min(0).max(LIMITS.callLengthMaxMs);

/** Somebody who was in a call while it was recorded and was told so; `toMs` is null while they are. In ms from the recording's start. */
export const RecordedStay = z
  .object({
    // A code point takes one or two units.
    name: z
      .string()
      .min(1)
      .max(2 * LIMITS.displayNameMax),
    fromMs: AtMs,
    toMs: AtMs.nullable(),
  })
  .strict();
export type RecordedStay = z.infer<typeof RecordedStay>;

export const RecordedStays = z.array(RecordedStay).max(LIMITS.recordedStaysMax);

/** The core's note of a recording that is not finished: enough to finish it after a crash. */
export const RecordingNote = z.object({
  recordingId: RecordingId,
  /** The room as it is called here, and the person who records. */
  room: z.string(),
  by: z.string(),
  /** In ms since 1970. */
  startedAt: z.number().int().nonnegative(),
  /** The file that it is written to, and the name that it gets when it is finished. */
  part: z.string(),
  name: z.string(),
  stays: RecordedStays,
});
export type RecordingNote = z.infer<typeof RecordingNote>;
