import { randomBytes } from 'node:crypto';

const text = (words: string): Buffer => Buffer.from(words, 'latin1');

/** A recording of that size as a browser's recorder writes it, as far as the app looks: the heads, then clusters of any bytes. */
export function recordingOf(sizeBytes: number, track = 'A_OPUS'): Uint8Array {
  const head = Buffer.concat([
    text('\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm\x42\x87\x81\x04'),
    text(`\x18\x53\x80\x67\x16\x54\xae\x6b\xbf\xae\xbd\xd7\x81\x01\x86\x86${track}`),
    text('\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff'),
  ]);
  return new Uint8Array(Buffer.concat([head, randomBytes(sizeBytes - head.length)]));
}
