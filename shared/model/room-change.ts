import { z } from 'zod';
import { MessageId } from '../base/ids.ts';
import { Author } from './chat-message.ts';
import { timerWords } from './lifetime-words.ts';
import { RoomName } from './room-name.ts';

const Change = Author.extend({
  id: MessageId,
  clock: z.number().int().nonnegative(),
  sentAt: z.number().int().nonnegative(),
});

/** Somebody changed something of a room for everybody in it. It stands at its place in the room's order and is no message. */
export const RoomChange = z.discriminatedUnion('kind', [
  /** How long messages may be there; null: without end. */
  Change.extend({ kind: z.literal('timer'), lifetimeMs: z.number().int().positive().nullable() }),
  /** `first`: no earlier name is here. */
  Change.extend({ kind: z.literal('name'), roomName: RoomName, first: z.boolean() }),
]);
export type RoomChange = z.infer<typeof RoomChange>;

/** What somebody did who changed a room, as it follows that person's name: the words, and behind them the name that was given. */
export const changeWords = (change: RoomChange): { words: string; given?: string } =>
  change.kind === 'timer'
    ? { words: timerWords(change.lifetimeMs) }
    : { words: change.first ? 'named the room' : 'renamed the room to', given: change.roomName };
