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

/**
 * The text with a plus before each parameter. SQLite as better-sqlite3 builds it (with STAT4) takes into account a value that is bound to a
 * bare parameter, and therefore parses a statement over several tables anew for each new value: some 10 µs for two tables, 60 for eight.
 * Of an expression it does not ask the value. Only for statements without a parameter sign in their literals.
 */
export const planOnce = (text: string): string => text.replace(/\?|@\w+/g, '+$&');

/** Hears how long each statement took (ms) and how many rows it read or changed. */
export interface StatementWatch {
  /** Monotonic, in ms. */
  now(): number;
  ran(text: string, durationMs: number, rows: number): void;
}

export function createQueries(db: WritableDb, watch?: StatementWatch): Queries {
  const prepared = new Map<string, Statement>();
  const statement = (text: string) => {
    let found = prepared.get(text);
    if (!found) {
      found = db.prepare<unknown[], unknown>(planOnce(text));
      prepared.set(text, found);
    }
    return found;
  };
  const timed = <T>(text: string, work: (statement: Statement) => T, rowsOf: (result: T) => number): T => {
    if (!watch) return work(statement(text));
    const startedAt = watch.now();
    const result = work(statement(text));
    watch.ran(text, watch.now() - startedAt, rowsOf(result));
    return result;
  };
  return {
    // The columns are named in statements.ts, so the casts only say what SQLite was asked for.
    one: <T>(text: string, ...args: unknown[]) =>
      timed(
        text,
        (found) => found.get(...args) as T | undefined,
        (row) => (row === undefined ? 0 : 1),
      ),
    all: <T>(text: string, ...args: unknown[]) =>
      timed(
        text,
        (found) => found.all(...args) as T[],
        (rows) => rows.length,
      ),
    run: (text, ...args) =>
      timed(
        text,
        (found) => found.run(...args).changes,
        (changes) => changes,
      ),
    // Begun as a writer: one that begins as a reader is refused at once where another program writes, whatever it waits.
    transaction: (work) => db.transaction(work).immediate(),
  };
}
