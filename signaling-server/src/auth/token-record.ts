import { z } from 'zod';

/**
 * One person's right to use a server: what the admin made, how often it was exchanged since, and whether it still counts.
 * Holds no secret.
 */
export const TokenRecord = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{12}$/),
  /** The person it is for, in the admin's words. */
  name: z.string().min(1).max(100),
  createdAt: z.number(),
  /** Milliseconds since 1970; null: never. */
  endsAt: z.number().nullable(),
  /** Number of the refresh token that counts now. The tokens themselves are kept nowhere. */
  generation: z.number().int().positive(),
  /** The newest generation whose access token let somebody in: its holder has the refresh token of it as well. */
  usedGeneration: z.number().int().nonnegative().default(0),
  rotatedAt: z.number(),
  lastUsedAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
  why: z.enum(['admin', 'reused']).nullable(),
});
export type TokenRecord = z.infer<typeof TokenRecord>;

/** Why a right lets nobody in any more: it had an end, or was taken back. */
export type RightEnd = 'access-expired' | 'access-revoked';

/** How a right has ended by then (milliseconds since 1970); undefined while it lets somebody in. A record that is gone has expired. */
export function endAt(record: TokenRecord | undefined, now: number): RightEnd | undefined {
  if (!record) return 'access-expired';
  if (record.revokedAt !== null) return 'access-revoked';
  return record.endsAt !== null && now >= record.endsAt ? 'access-expired' : undefined;
}

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
