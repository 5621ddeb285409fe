import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4_096;

/**
 * Strong random bytes, drawn 4 KiB at a time: asking the system for each few of them is dear. The caller gets a
 * copy, and its place in the pool is wiped.
 */
export function createRandomPool(): (sizeBytes: number) => Uint8Array {
  // No Buffer: its own `fill` and `subarray` take several times as long as those of the language.
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return (sizeBytes) => {
    if (used + sizeBytes > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const drawn = pool.slice(used, used + sizeBytes);
    pool.fill(0, used, used + sizeBytes);
    used += sizeBytes;
    return drawn;
  };
}
