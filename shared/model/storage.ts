import { z } from 'zod';
import { RoomId } from '../base/ids.ts';

const Bytes = z.number().int().nonnegative();

/** What a room takes on this disk. */
export const RoomStorage = z.object({
  roomId: RoomId,
  /** Messages that are shown. */
  messages: z.number().int().nonnegative(),
  /** Its share of the history file: about, by the length of its texts and the number of its entries. */
  historyBytes: Bytes,
  /** Files on this disk: received ones, and the arrived parts of others. Files that this person offered are not copied. */
  files: z.number().int().nonnegative(),
  fileBytes: Bytes,
});
export type RoomStorage = z.infer<typeof RoomStorage>;

/** What Parley keeps on this disk. */
export const StorageOverview = z.object({
  /** The largest first. */
  rooms: z.array(RoomStorage),
  /** The history with its log. */
  historyBytes: Bytes,
  /** Copies of the history that the app makes by itself, the newest first. */
  snapshots: z.array(z.object({ madeAt: z.number().int().nonnegative(), bytes: Bytes })),
  /** Damaged files that were set aside after a repair. */
  damagedBytes: Bytes,
  /** Bytes of the history file and of damaged files that `storage.free` gives back. */
  freeableBytes: Bytes,
});
export type StorageOverview = z.infer<typeof StorageOverview>;
