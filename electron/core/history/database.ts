import type Database from 'better-sqlite3';

/** A connection that may write. The only writer of a profile's history. */
export type WritableDb = Database.Database;
export type Statement = Database.Statement<unknown[], unknown>;

/** The statements of one connection, each prepared once. */
export interface Queries {
  one<T>(text: string, ...args: unknown[]): T | undefined;
  all<T>(text: string, ...args: unknown[]): T[];
  /** Answers how many rows it changed. */
  run(text: string, ...args: unknown[]): number;
  /** Does all of it or nothing. */
  transaction<T>(work: () => T): T;
}

export function createQueries(db: WritableDb): Queries {
  const prepared = new Map<string, Statement>();
  const statement = (text: string) => {
    let found = prepared.get(text);
    if (!found) {
      found = db.prepare<unknown[], unknown>(text);
      prepared.set(text, found);
    }
    return found;
  };
  return {
    // The columns are named in statements.ts, so the casts only say what SQLite was asked for.
    one: <T>(text: string, ...args: unknown[]) => statement(text).get(...args) as T | undefined,
    all: <T>(text: string, ...args: unknown[]) => statement(text).all(...args) as T[],
    run: (text, ...args) => statement(text).run(...args).changes,
    // Begun as a writer: one that begins as a reader is refused at once where another program writes, whatever it waits.
    transaction: (work) => db.transaction(work).immediate(),
  };
}
