import { blockCountOf, type FileOffer } from '@parley/shared/model';
import { fromBase64Url, ParleyError, toBase64Url } from '@parley/shared/protocol';
import { fileRootOf } from '@parley/shared/sealing';
import { HASH_BYTES, sha256Of } from './part-file.ts';

type Content = Pick<FileOffer, 'sizeBytes' | 'root'>;

const sha256Now = (bytes: Uint8Array): Uint8Array => sha256Of(bytes);

/** Reads the hashes of a file's blocks, base64url; refuses with `file-block-wrong` those that do not fit its offer. */
export async function checkedHashes({ sizeBytes, root }: Content, text: string): Promise<Uint8Array> {
  const hashes = fromBase64Url(text);
  if (hashes?.length !== blockCountOf(sizeBytes) * HASH_BYTES) throw new ParleyError('file-block-wrong');
  if ((await fileRootOf(sizeBytes, hashes, sha256Now)) !== root) throw new ParleyError('file-block-wrong');
  return hashes;
}

/** Whether an offer is that of an empty file: there is nothing to wait for. */
export const isOfNothing = async ({ sizeBytes, root }: Content): Promise<boolean> =>
  sizeBytes === 0 && root === (await fileRootOf(0, new Uint8Array(), sha256Now));

/** One bit for each block, the first in the lowest bit of the first byte, base64url. */
export function bitsOf(have: Uint8Array): string {
  const bits = new Uint8Array(Math.ceil(have.length / 8));
  have.forEach((is, index) => {
    if (is === 1) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return toBase64Url(bits);
}
