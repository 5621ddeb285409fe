import { z } from 'zod';
import { LIMITS } from '../base/limits.ts';
import { fitsCodePoints, isVisible } from './profile.ts';

/** V3: 2–100 characters after trimming, no control characters. */
export const RoomName = z
  .string({ error: 'room-name-invalid' })
  .max(LIMITS.roomNameMax * 8, { error: 'room-name-invalid' })
  .normalize('NFC')
  .trim()
  .refine(
    (name) =>
      fitsCodePoints(name, LIMITS.roomNameMax, LIMITS.roomNameMin) &&
      isVisible(name) &&
      !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u.test(name),
    { error: 'room-name-invalid' },
  )
  .describe('2 to 100 characters, NFC, no control or bidi characters');
export type RoomName = z.infer<typeof RoomName>;

/** V3: the form in which the names of listed rooms are compared. */
export const roomNameKey = (name: string): string => name.normalize('NFKC').toUpperCase().toLowerCase().trim();
