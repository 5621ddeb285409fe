import type { Queries } from './database.ts';
import { sql } from './statements.ts';

/** The numbers under which a device in a room, and a name of it, stand in the tables of messages. */
export function createAuthors({ one, insert, numberOf }: Pick<Queries, 'one' | 'insert' | 'numberOf'>) {
  const numberIn = (text: string, ...args: unknown[]) => one<{ number: number }>(text, ...args)?.number;
  const authorKey = (roomId: string, device: string): string => `${roomId} ${device}`;
  const authors = {
    /** Undefined for a device of which nothing is here. */
    find: (roomId: string, device: string): number | undefined =>
      numberOf('author', authorKey(roomId, device), () => numberIn(sql.authorNumber, roomId, device)),
    /** Gives a number to a device that has none. */
    of: (roomId: string, device: string): number =>
      numberOf(
        'author',
        authorKey(roomId, device),
        () => numberIn(sql.authorNumber, roomId, device) ?? insert(sql.addAuthor, { roomId, device }),
      ),
    nameOf: (author: number, name: string): number =>
      numberOf(
        'name',
        `${author} ${name}`,
        () => numberIn(sql.nameNumber, author, name) ?? insert(sql.addName, author, name),
      ),
  };
  return authors;
}
