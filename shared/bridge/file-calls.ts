import { z } from 'zod';
import { DeviceId, FileId, RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { FileItem, FileOffer, fitsVoice } from '../model/index.ts';
import { BlockHashes } from '../protocol/files.ts';

const Nothing = z.object({}).strict();
const OfFile = z.object({ fileId: FileId }).strict();
const Items = z.object({ items: z.array(FileItem) });
/** `have` has one bit for each block, the first in the lowest bit of the first byte, base64url; null while the hashes are not known. */
const Progress = z.object({ item: FileItem, have: z.string().max(200).nullable() });

/** Files that are offered, sent and received. The blocks themselves go another way: see `FileContent`. */
export const fileCalls = {
  'files.list': { input: z.object({ roomId: RoomId }).strict(), output: Items },
  /**
   * Offers a file of this computer. A voice message is `recorded` instead, its blocks are written as those of an accepted file, and it is
   * `shared` once its entry is composed.
   */
  'files.offer': {
    input: FileOffer.pick({ name: true, folders: true, sizeBytes: true, root: true, salt: true, voice: true })
      .extend({ roomId: RoomId, hashes: BlockHashes })
      .strict()
      .refine(fitsVoice),
    output: FileItem,
  },
  /** Takes note of the offers of a device; answers what is new or offered again. */
  'files.learn': {
    input: z
      .object({ roomId: RoomId, author: DeviceId, offers: z.array(FileOffer).max(LIMITS.fileOffersMax) })
      .strict(),
    output: Items,
  },
  /** The person wants a file, or goes on after a pause. Refuses with `file-too-many` or `disk-full`. */
  'files.accept': { input: OfFile, output: FileItem },
  /** Tells which blocks are here; reads what arrived at an earlier time. */
  'files.progress': { input: OfFile, output: Progress },
  /** Takes the hashes of the blocks; refuses with `file-block-wrong` what does not fit the offer. */
  'files.set-hashes': { input: OfFile.extend({ hashes: BlockHashes }), output: Progress },
  'files.hashes': { input: OfFile, output: z.object({ hashes: BlockHashes.nullable() }) },
  'files.pause': { input: OfFile, output: FileItem },
  /** The person does not want a file, or no longer; what arrived of it is deleted. */
  'files.decline': { input: OfFile, output: FileItem },
  /** Takes an own offer back. */
  'files.withdraw': { input: OfFile, output: FileItem },
  /** The author took an offer back. */
  'files.withdrawn': { input: OfFile.extend({ author: DeviceId }), output: Items },
  /** Offers an own file anew, also to those who said no. */
  'files.offer-again': { input: OfFile, output: FileItem },
  /** Removes everything about a file whose message was deleted. A file that was received stays where it is. */
  'files.forget': { input: OfFile, output: Nothing },
  /** Opens a received file with the system's program, after a question where it may be harmful. */
  'files.open': { input: OfFile, output: Nothing },
  'files.show': { input: OfFile, output: Nothing },
} as const;

export const fileEvents = {
  /** Files that are new or whose state changed; not said for each block. */
  'files.changed': Items,
} as const;
