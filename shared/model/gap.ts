import { z } from 'zod';
import { DeviceId, MessageId } from '../base/ids.ts';
import { MessagePlace } from './chat-message.ts';

/**
 * Entries of one author that are not on this device, though later ones of the same author are. How many of them are messages is
 * unknown: they may also be edits, deletions or reactions.
 */
export const HistoryGap = z.object({
  author: DeviceId,
  /** The author's name, as on messages. */
  name: z.string(),
  confirmed: z.boolean(),
  mine: z.boolean(),
  /** The first and the last missing seq. */
  first: z.number().int().positive(),
  last: z.number().int().positive(),
  /** The author's entry before the gap, or where there is none the one behind it. */
  place: MessagePlace.extend({ id: MessageId }),
  side: z.enum(['after', 'before']),
});
export type HistoryGap = z.infer<typeof HistoryGap>;
