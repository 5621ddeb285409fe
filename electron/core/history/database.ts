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
  /**
   * Inserts one row and answers its number. For this no statement here says RETURNING: within a transaction SQLite opens a savepoint for
   * each of those, and FTS5 writes what it collected for its tables at every savepoint, which costs more than the row itself.
   */
  insert(text: string, ...args: unknown[]): number;
  /**
   * The number of a row of that kind under a key of its own, which `read` finds or makes. What was read in a transaction is kept until it is
   * forgotten, a transaction fails, or another program writes.
   */
  numberOf<T extends number | undefined>(kind: string, key: string, read: () => T): T | number;
  /** The row with that number is not there any more. */
  forgetNumber(kind: string, key: string): void;
  /** Any row may be gone. */
  forgetNumbers(): void;
  /** Does all of it or nothing. */
  transaction<T>(work: () => T): T;
}

/**
 * The text with a plus before each parameter. SQLite as better-sqlite3 builds it (with STAT4) takes into account a value that is bound to a
 * bare parameter, and therefore parses a statement over several tables anew for each new value: some 10 µs for two tables, 60 for eight.
 * Of an expression it does not ask the value. Only for statements without a parameter sign in their literals.
 */
export const planOnce = (text: string): string => text.replace(/\?|@\w+/g, '+$&');

/** How many numbers of rows of one kind are kept. */
const NUMBERS_MAX = 20_000;
/** What is longer comes seldom, and fills the memory. */
const KEY_MAX = 128;

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
  const numbers = new Map<string, Map<string, number>>();
  /** Whether one of the transactions below runs: to ask the connection, which knows of all others too, costs more than to find a number. */
  let isWithin = false;
  /** Changes when another connection has written. */
  const version = db.prepare<[], number>('SELECT data_version FROM pragma_data_version').pluck();
  let seenVersion: number | undefined;
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
    insert: (text, ...args) =>
      timed(
        text,
        (found) => {
          const { changes, lastInsertRowid } = found.run(...args);
          if (changes !== 1) throw new Error('a row was not inserted');
          return Number(lastInsertRowid);
        },
        () => 1,
      ),
    numberOf: (kind, key, read) => {
      if ((!isWithin && !db.inTransaction) || key.length > KEY_MAX) return read();
      let ofKind = numbers.get(kind);
      const known = ofKind?.get(key);
      if (known !== undefined) return known;
      const found = read();
      if (found === undefined) return found;
      if (!ofKind || ofKind.size >= NUMBERS_MAX) {
        ofKind = new Map();
        numbers.set(kind, ofKind);
      }
      ofKind.set(key, found);
      return found;
    },
    forgetNumber: (kind, key) => void numbers.get(kind)?.delete(key),
    forgetNumbers: () => numbers.clear(),
    transaction: (work) => {
      const before = isWithin;
      const checked = () => {
        const now = version.get();
        if (now !== seenVersion) numbers.clear();
        seenVersion = now;
        isWithin = true;
        return work();
      };
      try {
        // Begun as a writer: one that begins as a reader is refused at once where another program writes, whatever it waits.
        return db.transaction(checked).immediate();
      } catch (thrown) {
        // What it inserted was rolled back.
        numbers.clear();
        throw thrown;
      } finally {
        isWithin = before;
      }
    },
  };
}
