import type { LinkReading } from '../mesh/link-reading.ts';

/** A reading, and when it was taken, by the monotonic clock of this page in ms. */
export type ReadingAt = { atMs: number; reading: LinkReading };

/** The readings of each link in the own call, by `sess`, the oldest first. */
export type LinkRecords = Readonly<Record<string, readonly ReadingAt[]>>;

/** Readings of one link that are kept: five minutes at one every two seconds. */
export const READINGS_KEPT = 150;

/** Adds a reading and drops the oldest beyond the bound, and all of links that are not among `present`. */
export function withReading(
  records: LinkRecords,
  sess: string,
  added: ReadingAt,
  present: ReadonlySet<string>,
): LinkRecords {
  const kept = Object.entries(records).filter(([each]) => present.has(each));
  return { ...Object.fromEntries(kept), [sess]: [...(records[sess] ?? []), added].slice(-READINGS_KEPT) };
}
