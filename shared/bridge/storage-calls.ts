import { z } from 'zod';
import { StorageOverview } from '../model/index.ts';

const Nothing = z.object({}).strict();

/** What the app keeps on this disk. */
export const storageCalls = {
  'storage.overview': { input: Nothing, output: StorageOverview },
  /** Rewrites the history without its empty pages and deletes damaged files that were set aside. Answers how much that gave back. */
  'storage.free': { input: Nothing, output: z.object({ freedBytes: z.number().int().nonnegative() }) },
} as const;
