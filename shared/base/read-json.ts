import type { z } from 'zod';

/** Parses JSON by a schema. Answers undefined for no text, for text that is no JSON, and for a value that does not fit. */
export function readJson<T>(schema: z.ZodType<T>, text: string | null | undefined): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}
