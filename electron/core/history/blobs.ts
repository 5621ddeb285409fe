/** Ids, signatures, digests and salts: base64url outside of the history, bytes on the disk. */
export const toBlob = (text: string): Uint8Array => Buffer.from(text, 'base64url');

export const fromBlob = (blob: Uint8Array): string =>
  (Buffer.isBuffer(blob) ? blob : Buffer.from(blob)).toString('base64url');
