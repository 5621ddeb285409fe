import type { TransferItem } from '@parley/shared/model';

/** Characters of one part before it is sealed: with base64url it fits into a message of a link. */
const PART_CHARS = 24_000;

/** Puts items into as few parts as they fit into, in their order. */
export function partsOf(items: readonly TransferItem[]): string[] {
  const parts: string[] = [];
  let part: string[] = [];
  let chars = 2;
  for (const item of items) {
    const text = JSON.stringify(item);
    if (part.length > 0 && (chars + text.length + 1 > PART_CHARS || part.length >= 1_000)) {
      parts.push(`[${part.join(',')}]`);
      part = [];
      chars = 2;
    }
    part.push(text);
    chars += text.length + 1;
  }
  return [...parts, `[${part.join(',')}]`];
}
