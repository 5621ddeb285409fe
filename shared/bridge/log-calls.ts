import { z } from 'zod';

const Nothing = z.object({}).strict();
/** A state, a code, the name of an error: no room for names, texts, ids, links or addresses. */
const Word = z.string().regex(/^[A-Za-z][A-Za-z-]{0,47}$/);
const FieldName = z.string().regex(/^[a-z][A-Za-z]{0,31}$/);

/** One entry of the page's log. `message` is fixed text of the program; whatever varies stands in `fields`. */
export const PageLogEntry = z
  .object({
    /** Milliseconds since 1970, by the page's clock. */
    at: z.number(),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    area: Word,
    message: z.string().min(1).max(120),
    fields: z.record(FieldName, z.union([Word, z.number(), z.boolean()])),
  })
  .strict();
export type PageLogEntry = z.infer<typeof PageLogEntry>;

export const logCalls = {
  /** Adds entries of the page to the core's log; at most 100 at once. */
  'log.write': { input: z.object({ entries: z.array(PageLogEntry).min(1).max(100) }).strict(), output: Nothing },
} as const;
