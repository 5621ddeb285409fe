import type { Queries } from './database.ts';
import { sql } from './statements.ts';

/** The numbers under which a device in a room, and a name of it, stand in the tables of messages. */
export function createAuthors({ one }: Pick<Queries, 'one'>) {
  const numberIn = (text: string, ...args: unknown[]) => one<{ number: number }>(text, ...args)?.number;
  const need = (number: number | undefined): number => {
    if (number === undefined) throw new Error('a row got no number');
    return number;
  };
  const authors = {
    /** Undefined for a device of which nothing is here. */
    find: (roomId: string, device: string): number | undefined => numberIn(sql.authorNumber, roomId, device),
    /** Gives a number to a device that has none. */
    of: (roomId: string, device: string): number =>
      authors.find(roomId, device) ?? need(numberIn(sql.addAuthor, device, roomId)),
    nameOf: (author: number, name: string): number =>
      numberIn(sql.nameNumber, author, name) ?? need(numberIn(sql.addName, author, name)),
  };
  return authors;
}
