import { z } from 'zod';
import { DeviceId, FileId, RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { Entry } from './entry.ts';
import { RoomName } from './room-name.ts';

const Milliseconds = z.number().int().nonnegative().max(8_640_000_000_000_000);

/** What a file of an export has in its `format`, and the newest `version` that this Parley writes and reads. */
export const ROOM_EXPORT_FORMAT = 'parley-room';
export const ROOM_EXPORT_VERSION = 1;

/** The room of an export. Its key is not in it: a file that people show around must let nobody into a room. */
export const ExportedRoom = z.object({
  roomId: RoomId,
  /** Signed by nobody here: the entry that gave the name is among `entries`. */
  name: RoomName.nullable(),
});

/** A file that was offered in the room. */
export const ExportedFile = z.object({
  fileId: FileId,
  author: DeviceId,
  name: z.string(),
  sizeBytes: z.number().int().nonnegative().max(LIMITS.fileMaxBytes),
  offeredAt: Milliseconds,
  /** Where its copy lies beside this file, with slashes; null where the content was not on the disk. */
  path: z.string().nullable(),
});

/**
 * One room in one JSON file, as `Settings → Storage → Export` writes it. `format`, `version` and `room` stand before `entries`, so
 * that a reader knows what it has before the long part comes.
 */
export const RoomExport = z.object({
  format: z.literal(ROOM_EXPORT_FORMAT),
  version: z.literal(ROOM_EXPORT_VERSION),
  exportedAt: Milliseconds,
  room: ExportedRoom,
  files: z.array(ExportedFile),
  /** Every entry of the room, by author and seq, with its author's signature: anyone can check it. */
  entries: z.array(Entry),
});
export type RoomExport = z.infer<typeof RoomExport>;
