import Database from 'better-sqlite3';
import type { WritableDb } from '../../electron/core/history/database.ts';

type Run = 'run' | 'get' | 'all';
type Step = 'BEGIN' | 'BEGIN IMMEDIATE' | 'COMMIT' | { text: string; plucked: boolean; run: Run; args: unknown[] };

/** A connection that notes each statement that is run on it, with what was bound to it. */
export function notingStatements(db: WritableDb): { db: WritableDb; steps: Step[] } {
  const steps: Step[] = [];
  const prepare = (text: string) => {
    const statement = db.prepare<unknown[], unknown>(text);
    const noted =
      (run: Run, plucked: boolean) =>
      (...args: unknown[]) => {
        steps.push({ text, plucked, run, args });
        return statement[run](...args);
      };
    const over = (plucked: boolean): object => ({
      run: noted('run', plucked),
      get: noted('get', plucked),
      all: noted('all', plucked),
      pluck: () => {
        statement.pluck();
        return over(true);
      },
    });
    return over(false);
  };
  const transaction = (work: () => unknown) => {
    const noted = (begin: 'BEGIN' | 'BEGIN IMMEDIATE', how: 'deferred' | 'immediate') => () => {
      if (db.inTransaction) throw new Error('a transaction within another one cannot be replayed');
      steps.push(begin);
      const result = db.transaction(work)[how]();
      steps.push('COMMIT');
      return result;
    };
    return { immediate: noted('BEGIN IMMEDIATE', 'immediate'), deferred: noted('BEGIN', 'deferred') };
  };
  const noting = new Proxy(db, {
    get: (target, name) => {
      if (name === 'prepare') return prepare;
      if (name === 'transaction') return transaction;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { db: noting, steps };
}

/** Runs the statements on a connection of their own, each prepared before. Answers the milliseconds that they took. */
export function runRaw(file: string, steps: readonly Step[]): number {
  const db = new Database(file);
  try {
    for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'secure_delete = ON', 'foreign_keys = ON'])
      db.pragma(pragma);
    db.pragma('temp_store = MEMORY');
    const prepared = new Map<string, Database.Statement<unknown[], unknown>>();
    const work = steps.map((step) => {
      if (typeof step === 'string') return { statement: db.prepare(step), run: 'run' as const, args: [] };
      const key = `${step.plucked} ${step.text}`;
      const statement = prepared.get(key) ?? db.prepare<unknown[], unknown>(step.text);
      if (step.plucked) statement.pluck();
      prepared.set(key, statement);
      return { statement, run: step.run, args: step.args };
    });
    const startedAt = performance.now();
    for (const { statement, run, args } of work) statement[run](...args);
    return performance.now() - startedAt;
  } finally {
    db.close();
  }
}
