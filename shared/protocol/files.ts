import { z } from 'zod';
import { type Bytes, fromBase64Url, toBase64Url, u32 } from '../base/bytes.ts';
import { FileId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { FileOffer } from '../model/file.ts';

const BLOCKS_MAX = Math.ceil(LIMITS.fileMaxBytes / LIMITS.fileBlockBytes);
const BlockIndex = z
  .number()
  .int()
  .nonnegative()
  .max(BLOCKS_MAX - 1);

/** SHA-256 of each block of a file, in order: 32 bytes each, all in one base64url text. */
export const BlockHashes = z
  .string()
  .max(Math.ceil((BLOCKS_MAX * 32 * 4) / 3))
  .regex(/^[A-Za-z0-9_-]*$/);

/** A voice message is offered by its entry alone: it is loaded by itself, and nobody has to take what no message shows. */
const LinkedOffer = FileOffer.omit({ voice: true });

/** The messages about files between two linked participants on the files channel: one JSON text per message. */
export const FileMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('offers'), offers: z.array(LinkedOffer).max(LIMITS.fileOffersMax) }),
  z.object({ type: z.literal('withdraw'), fileId: FileId }),
  z.object({ type: z.literal('held'), fileIds: z.array(FileId).max(LIMITS.filesHeldMax) }),
  z.object({ type: z.literal('ask-hashes'), fileId: FileId }),
  z.object({ type: z.literal('hashes'), fileId: FileId, hashes: BlockHashes }),
  z.object({
    type: z.literal('want'),
    fileId: FileId,
    index: BlockIndex,
    offset: z
      .number()
      .int()
      .nonnegative()
      .max(LIMITS.fileBlockBytes - 1),
  }),
  z.object({ type: z.literal('stop'), fileId: FileId }),
  z.object({ type: z.literal('cannot'), fileId: FileId }),
  z.object({ type: z.literal('got'), bytes: z.number().int().nonnegative() }),
  z.object({
    type: z.literal('progress'),
    fileId: FileId,
    bytes: z.number().int().nonnegative().max(LIMITS.fileMaxBytes),
    state: z.enum(['receiving', 'paused', 'received', 'declined']),
  }),
]);
export type FileMessage = z.infer<typeof FileMessage>;
export type FileMessageOf<T extends FileMessage['type']> = Extract<FileMessage, { type: T }>;

/** A part of a block, as it travels in one binary message. */
export type BlockPart = { fileId: FileId; index: number; offset: number; bytes: Uint8Array };

const ID_BYTES = 16;
const HEADER_BYTES = ID_BYTES + 4 + 4;

/** How many bytes of a block fit into one frame. */
export const BLOCK_PART_MAX_BYTES = LIMITS.fileFrameMaxBytes - HEADER_BYTES;

/** fileId (16 bytes) | index u32 | offset u32 | bytes of the block from there on. */
export function writeBlockPart({ fileId, index, offset, bytes }: BlockPart): Bytes {
  const frame = new Uint8Array(HEADER_BYTES + bytes.length);
  frame.set(fromBase64Url(fileId) ?? new Uint8Array(ID_BYTES));
  frame.set(u32(index), ID_BYTES);
  frame.set(u32(offset), ID_BYTES + 4);
  frame.set(bytes, HEADER_BYTES);
  return frame;
}

/** Reads a frame; undefined for what is none. The bytes are a view into it. */
export function readBlockPart(frame: ArrayBuffer): BlockPart | undefined {
  if (frame.byteLength <= HEADER_BYTES || frame.byteLength > LIMITS.fileFrameMaxBytes) return undefined;
  const numbers = new DataView(frame);
  return {
    // 16 bytes always make an id.
    fileId: toBase64Url(new Uint8Array(frame, 0, ID_BYTES)) as FileId,
    index: numbers.getUint32(ID_BYTES),
    offset: numbers.getUint32(ID_BYTES + 4),
    bytes: new Uint8Array(frame, HEADER_BYTES),
  };
}
