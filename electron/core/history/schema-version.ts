import type { WritableDb } from './database.ts';

/** The statements that make a database's tables and indexes. */
export const schemaOf = (db: WritableDb): string[] =>
  db.prepare<[], string>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql').pluck().all();

/**
 * The version whose schema this is, whatever number the file bears; null where it is none of them. `made` gives an empty history of
 * a version.
 */
export function versionOfSchema(
  schema: readonly string[],
  newest: number,
  made: (version: number) => WritableDb,
): number | null {
  for (let version = newest; version > 0; version--) {
    const db = made(version);
    const same = schemaOf(db).join('\n') === schema.toSorted().join('\n');
    db.close();
    if (same) return version;
  }
  return null;
}

/** Whether the messages lie as `statements.ts` reads them, and not as in an earlier version. */
export const hasTodaysTables = (db: WritableDb): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'authors'").get() !== undefined;
