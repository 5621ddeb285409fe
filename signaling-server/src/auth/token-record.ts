import { z } from 'zod';

/**
 * One person's right to use a server: what the admin made, how often it was exchanged since, and whether it still counts.
 * Holds no secret.
 */
export const TokenRecord = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{12}$/),
  /** Who it is for, in the admin's words. */
  name: z.string().min(1).max(100),
  createdAt: z.number(),
  /** Milliseconds since 1970; null: never. */
  endsAt: z.number().nullable(),
  /** Number of the refresh token that counts now. The tokens themselves are kept nowhere. */
  generation: z.number().int().positive(),
  rotatedAt: z.number(),
  lastUsedAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
  why: z.enum(['admin', 'reused']).nullable(),
});
export type TokenRecord = z.infer<typeof TokenRecord>;

/** Whether it lets anybody in at that time. */
export const countsAt = (record: TokenRecord, now: number): boolean =>
  record.revokedAt === null && (record.endsAt === null || now < record.endsAt);

/** Where records are kept. `update` is atomic over all processes that share the store. */
export interface TokenStore {
  read(id: string): Promise<TokenRecord | undefined>;
  list(): Promise<TokenRecord[]>;
  /** Adds a record. */
  add(record: TokenRecord): Promise<void>;
  /** Lets go of what it holds open. */
  close(): void;
  /** Changes a record; undefined from `change` leaves it. Answers what is stored then; undefined if there is none. */
  update(id: string, change: (record: TokenRecord) => TokenRecord | undefined): Promise<TokenRecord | undefined>;
}
