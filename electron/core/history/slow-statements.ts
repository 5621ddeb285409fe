import { planOnce, type StatementWatch, type WritableDb } from './database.ts';
import { sql } from './statements.ts';

/** A statement that took long: its name in `statements.ts` and SQLite's plan for it, and no value or text that it was given or found. */
export type SlowStatement = { name: string; durationMs: number; rows: number; plan: string };

/** A statement that stays slow is told of once in this time. */
export const TOLD_EVERY_MS = 60_000;
const OTHER = 'other';

/** How SQLite runs a statement, one line a step: tables, indexes and the columns by which they are searched. */
export function planOf(db: WritableDb, text: string): string[] {
  const explain = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${planOnce(text)}`);
  const names = [...text.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]);
  // Nothing is run, so any values do.
  const rows =
    names.length > 0
      ? explain.all(Object.fromEntries(names))
      : explain.all(...Array.from(text.matchAll(/\?/g), () => null));
  return rows.map(({ detail }) => detail);
}

/** Tells of statements that took longer than `limitMs`. `now` is monotonic, in ms. */
export function createStatementWatch(options: {
  db: WritableDb;
  limitMs: number;
  now(): number;
  say(slow: SlowStatement): void;
}): StatementWatch {
  const { db, limitMs, now, say } = options;
  const toldAt = new Map<string, number>();
  return {
    now,
    ran(text, durationMs, rows) {
      if (durationMs <= limitMs || now() - (toldAt.get(text) ?? Number.NEGATIVE_INFINITY) < TOLD_EVERY_MS) return;
      toldAt.set(text, now());
      const name = Object.entries(sql).find(([, known]) => known === text)?.[0] ?? OTHER;
      say({ name, durationMs: Math.round(durationMs), rows, plan: readPlan(db, text) });
    },
  };
}

/** Telling of a statement is no reason for a call to fail. */
function readPlan(db: WritableDb, text: string): string {
  try {
    return planOf(db, text).join('; ');
  } catch {
    return '';
  }
}
