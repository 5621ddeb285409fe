import { z } from 'zod';
import { MessageId } from '../base/ids.ts';
import { Author } from './chat-message.ts';

/** Somebody changed how long the messages of a room may be there. It stands at its place in the room's order and is no message. */
export const TimerChange = Author.extend({
  id: MessageId,
  clock: z.number().int().nonnegative(),
  sentAt: z.number().int().nonnegative(),
  /** Null: without end. */
  lifetimeMs: z.number().int().positive().nullable(),
});
export type TimerChange = z.infer<typeof TimerChange>;
