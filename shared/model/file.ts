import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { ErrorCode } from '../base/errors.ts';
import { DeviceId, FileId, RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { Voice } from './voice.ts';

/** A name as its sender has it. It may be anything: each receiver makes a harmless name of its own from it. */
const OfferedName = z.string().min(1).max(LIMITS.fileNameMaxChars);

/** What an author tells of a file: enough to decide about it, and the hash that its content is checked against. */
export const FileOffer = z.object({
  fileId: FileId,
  /** Random; makes two offers of the same content two files. */
  salt: base64UrlOf(16),
  name: OfferedName,
  /** The folders around it, the outermost first; empty for a file that was chosen by itself. */
  folders: z.array(OfferedName).max(LIMITS.fileFoldersMax).default([]),
  sizeBytes: z.number().int().nonnegative().max(LIMITS.fileMaxBytes),
  /** Over the size and the hashes of all blocks. */
  root: base64UrlOf(32),
  offeredAt: z.number().int().nonnegative(),
  /** 1, and one more each time it is offered again. */
  round: z.number().int().min(1).max(1_000_000).default(1),
  /** Only there where the file is a voice message. */
  voice: Voice.optional(),
});
export type FileOffer = z.infer<typeof FileOffer>;

/**
 * The state of a file on this device.
 *
 * mine: shared → withdrawn → shared;  a voice message: recorded → shared;  others': offered → receiving ⇄ paused → received;
 * offered | receiving | paused → declined → offered (offered again)
 */
export const FileState = z.enum([
  'recorded',
  'shared',
  'withdrawn',
  'offered',
  'receiving',
  'paused',
  'received',
  'declined',
]);
export type FileState = z.infer<typeof FileState>;

/** `program` is whatever could run, whatever its name says. */
export const FileKind = z.enum(['picture', 'sound', 'video', 'document', 'text', 'archive', 'program', 'other']);
export type FileKind = z.infer<typeof FileKind>;

/** Opening it needs a second yes unless the risk is `none`: a known harmless kind whose bytes agree with its name. */
export const FileRisk = z.enum(['none', 'unknown', 'dangerous']);
export type FileRisk = z.infer<typeof FileRisk>;

/** A file as this device knows it. */
export const FileItem = FileOffer.extend({
  roomId: RoomId,
  author: DeviceId,
  mine: z.boolean(),
  state: FileState,
  /** The harmless name that it has here. */
  shownName: z.string(),
  kind: FileKind,
  risk: FileRisk,
  /** Bytes in blocks that were checked and are on this disk. */
  haveBytes: z.number().int().nonnegative(),
  /** Whether it was received, or recorded, and is on this disk, so that it can be given to others also after a restart. */
  held: z.boolean(),
  /** Why it stands still, when it does. */
  trouble: ErrorCode.nullable(),
});
export type FileItem = z.infer<typeof FileItem>;

/** How many blocks a file of that size has. */
export const blockCountOf = (sizeBytes: number): number => Math.ceil(sizeBytes / LIMITS.fileBlockBytes);

/** The size of one block of a file; 0 for a block that it does not have. */
export const blockSizeOf = (sizeBytes: number, index: number): number =>
  Math.max(0, Math.min(LIMITS.fileBlockBytes, sizeBytes - index * LIMITS.fileBlockBytes));
