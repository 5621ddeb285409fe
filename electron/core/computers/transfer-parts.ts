import type { TransferItem } from '@parley/shared/model';
import { LIMITS } from '@parley/shared/protocol';

/** AES-GCM adds so many bytes. */
const TAG_BYTES = 16;
/** Bytes of one part before it is sealed: sealed, in base64url with 4 characters for 3 bytes, it is as long as a part may be. */
const PART_MAX_BYTES = Math.floor((LIMITS.transferPartMaxChars * 3) / 4) - TAG_BYTES;
/** Items of one part, as `TransferItems` takes them. */
const PART_MAX_ITEMS = 1_000;

/** Puts items into as few parts as they fit into, in their order. */
export function partsOf(items: readonly TransferItem[]): string[] {
  const parts: string[] = [];
  let part: string[] = [];
  let bytes = 2;
  for (const item of items) {
    const text = JSON.stringify(item);
    // With the comma before it.
    const more = Buffer.byteLength(text, 'utf8') + 1;
    if (part.length > 0 && (bytes + more > PART_MAX_BYTES || part.length >= PART_MAX_ITEMS)) {
      parts.push(`[${part.join(',')}]`);
      part = [];
      bytes = 2;
    }
    part.push(text);
    bytes += more;
  }
  return [...parts, `[${part.join(',')}]`];
}
