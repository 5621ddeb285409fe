import { z } from 'zod';
import { RecordingId, RoomId } from '../base/ids.ts';
import { RecordedStays } from '../model/recording.ts';

const Nothing = z.object({}).strict();
const OfRecording = z.object({ recordingId: RecordingId }).strict();

/** A recording or a picture that lies on the disk, by the name of its file. */
export const KeptOfCall = OfRecording.extend({ name: z.string(), sizeBytes: z.number().int().nonnegative() });
export type KeptOfCall = z.infer<typeof KeptOfCall>;

/** The answer to a written part: how large the file is by now. */
export const WrittenPart = z.object({ sizeBytes: z.number().int().nonnegative() });
export type WrittenPart = z.infer<typeof WrittenPart>;

/** Recordings of calls, and pictures of them. Their bytes go another way: see `RecordingContent`. */
export const recordingCalls = {
  /** Begins a recording; refuses with `recording-running`, `room-unknown`, `disk-full` or `disk-read-only`. */
  'recordings.begin': {
    input: z.object({ roomId: RoomId }).strict(),
    output: OfRecording.extend({ name: z.string() }),
  },
  /** Replaces the notes of who was in the call and was told that it is recorded; they are on the disk when this answers. */
  'recordings.note': { input: OfRecording.extend({ stays: RecordedStays }), output: Nothing },
  /** Ends a recording: its file gets its length, an index to jump by and the notes, and its final name. */
  'recordings.finish': { input: OfRecording, output: KeptOfCall },
  /** Shows a finished recording or a picture in its folder. */
  'recordings.show': { input: OfRecording, output: Nothing },
} as const;
