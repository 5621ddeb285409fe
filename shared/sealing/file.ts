import { type Bytes, concatBytes, fromBase64Url, toBase64Url, u64 } from './agreements.ts';
import { label, type Sha256, sha256 } from './primitives.ts';

/** The content of a file as its id stands for it: base64url each. */
export type FileFacts = { author: string; salt: string; root: string };

const bytesOf = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array();

/**
 * The hash that stands for a file's content, base64url:
 * SHA-256("parley/1 file" | size u64 | SHA-256 of each block of 1 MiB, in order).
 */
export async function fileRootOf(sizeBytes: number, blockHashes: Uint8Array, hash: Sha256 = sha256): Promise<string> {
  return toBase64Url(await hash(concatBytes(label('file'), u64(sizeBytes), blockHashes)));
}

/**
 * The id of a file, base64url: the first 16 bytes of SHA-256("parley/1 file-id" | author | salt | root). Anyone can check it, so
 * that an id cannot be taken by another author or for another content.
 */
export async function fileIdOf({ author, salt, root }: FileFacts, hash: Sha256 = sha256): Promise<string> {
  const digest = await hash(concatBytes(label('file-id'), bytesOf(author), bytesOf(salt), bytesOf(root)));
  return toBase64Url(digest.slice(0, 16));
}
