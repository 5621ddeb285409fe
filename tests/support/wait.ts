/** How long to wait, and how often to look. */
export type WaitOptions = { timeoutMs?: number; everyMs?: number };

/** Resolves after `delayMs`. For the pause between two looks at a condition, never in place of one. */
export const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

/**
 * Looks until `probe` answers something other than undefined, null or false, and returns that.
 * A probe that throws counts as 'not yet'. Throws after `timeoutMs` (30 s) with `what` and the last reason.
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  { timeoutMs = 30_000, everyMs = 100 }: WaitOptions = {},
): Promise<Exclude<Awaited<T>, undefined | null | false>> {
  const endsAt = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const seen: unknown = await probe();
      if (seen !== undefined && seen !== null && seen !== false) {
        return seen as Exclude<Awaited<T>, undefined | null | false>; // just checked
      }
      last = seen;
    } catch (error) {
      // A browser that was closed does not come back.
      if (error instanceof Error && error.message.includes('has been closed')) throw error;
      last = error;
    }
    if (performance.now() >= endsAt) {
      const reason = last instanceof Error ? last.message : String(last);
      throw new Error(`waited ${timeoutMs} ms for ${what}; last seen: ${reason}`);
    }
    await pause(everyMs);
  }
}
