import { z } from 'zod';
import { Author } from './chat-message.ts';

/** How far one of one's own messages came with another device of its room. Times are those at which this device heard of it, in ms. */
export const Receiver = Author.extend({
  /** `waiting`: nothing was heard of it yet. */
  state: z.enum(['waiting', 'delivered', 'read']),
  /** Null where it is not known: not yet, or heard before times were kept. */
  deliveredAt: z.number().int().nullable(),
  readAt: z.number().int().nullable(),
});
export type Receiver = z.infer<typeof Receiver>;
