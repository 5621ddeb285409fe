import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { RoomId } from '../base/ids.ts';

/** The typed fields of a hello; the core builds the signed bytes itself (security: no signing of free bytes). */
export const HelloFields = z
  .object({
    roomId: RoomId,
    epoch: z
      .number()
      .int()
      .min(0)
      .max(2 ** 32 - 1),
    sess: base64UrlOf(16),
    eph: base64UrlOf(32),
    fp: base64UrlOf(32),
    ts: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
    caps: z.number().int().min(0).max(65_535),
    prev: base64UrlOf(16),
  })
  .strict();
export type HelloFields = z.infer<typeof HelloFields>;

/** The two sides of a pair by the order of their sessions; `lo` makes the WebRTC offers. */
export const PairRole = z.enum(['lo', 'hi']);
export type PairRole = z.infer<typeof PairRole>;
