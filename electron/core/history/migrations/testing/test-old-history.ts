import type { WritableDb } from '../../database.ts';
import { openHistory } from '../../open-history.ts';
import { type MigrationProgress, migrations } from '../index.ts';

// Shared by the tests of migrations. Nothing here is part of the app.

const now = () => 1_700_000_000_000;

/** A history as the given version wrote it, with `fill` already in it. */
export function makeOldHistory(file: string, version: number, fill: (db: WritableDb) => void): void {
  const { db } = openHistory(file, now, { migrations: migrations.slice(0, version) });
  db.transaction(() => fill(db))();
  db.close();
}

/** The same file brought to a later version; the caller closes it. */
export const bringTo = (file: string, version: number, migrated?: MigrationProgress): WritableDb =>
  openHistory(file, now, { migrations: migrations.slice(0, version), migrated }).db;

/** Every row of a table, in its own order. */
export const rowsOf = (db: WritableDb, table: string): unknown[] => db.prepare(`SELECT * FROM ${table}`).all();

export function addOldRoom(db: WritableDb, roomId: string): void {
  db.prepare(
    `INSERT INTO rooms (room_id, name, renamed_at, host, secret, owner_pub, needs_passphrase, created_at, last_active_at)
     VALUES (?, 'Planning', 0, NULL, x'00', 'owner', 0, 1, 2)`,
  ).run(roomId);
}

export type OldMessage = { number: number; id: string; roomId: string; author: string; seq: number; text?: string };

export function addOldMessage(db: WritableDb, { number, id, roomId, author, seq, text = 'Hello' }: OldMessage): void {
  db.prepare(
    `INSERT INTO messages (number, id, room_id, author, author_name, seq, clock, sent_at, text, sig, mine, state,
                           delivered_to, read_by, recorded_at)
     VALUES (?, ?, ?, ?, 'Ana', ?, ?, 5, ?, 'sig', 0, 2, 1, 1, 6)`,
  ).run(number, id, roomId, author, seq, number, text);
}
