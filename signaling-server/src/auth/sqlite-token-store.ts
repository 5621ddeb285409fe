import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { TokenRecord, type TokenStore } from './token-record.ts';

/** Another program, such as `token create` or a backup, may hold the file for a moment. */
const RETRY_MS = 20;
const RETRIES = 50;
/** SQLite's code for that. */
const BUSY = 5;

/** Primary result codes of SQLite that an admin can do something about. */
const REASONS: Readonly<Record<number, string>> = {
  [BUSY]: 'another program holds it',
  8: 'it is read-only for this user',
  10: 'the disk failed',
  13: 'the disk is full',
  14: 'it cannot be opened; does it belong to another user?',
  26: 'it is no file of Parley’s tokens',
};

/** Thrown when rights cannot be read or changed; nothing was changed then. The sentence is for the admin. */
export class TokenFileError extends Error {}

/** SQLite's primary result code; undefined for a failure that is none of SQLite's. */
const resultCodeOf = (failure: unknown): number | undefined =>
  failure instanceof Error && 'errcode' in failure && typeof failure.errcode === 'number'
    ? failure.errcode & 0xff
    : undefined;

const asFileError = (path: string, failure: unknown): unknown => {
  if (!(failure instanceof Error)) return failure;
  const code = resultCodeOf(failure);
  if (code !== undefined)
    return new TokenFileError(`${path}: ${REASONS[code] ?? failure.message}; nothing was changed.`);
  return 'syscall' in failure ? new TokenFileError(`${failure.message}; nothing was changed.`) : failure;
};

/**
 * Rights in one SQLite file, which the server and the command line change in transactions. SQLite rolls back what a full disk
 * or a killed process interrupted, and makes its journal with owner and mode of the file. Every method rejects with a
 * TokenFileError when the file cannot be used at the moment; the next call tries again.
 */
export class SqliteTokenStore implements TokenStore {
  readonly #path: string;
  #db: DatabaseSync | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  read(id: string): Promise<TokenRecord | undefined> {
    return this.#use((db) => readRecord(db, id));
  }

  async list(): Promise<TokenRecord[]> {
    const found = await this.#use((db) => db.prepare('SELECT record FROM tokens ORDER BY rowid').all());
    return (found ?? []).flatMap(({ record }) => recordOf(record) ?? []);
  }

  async add(record: TokenRecord): Promise<void> {
    await this.#make();
    await this.#use((db) => writeRecord(db, record));
  }

  update(id: string, change: (record: TokenRecord) => TokenRecord | undefined): Promise<TokenRecord | undefined> {
    return this.#use((db) => {
      db.exec('BEGIN IMMEDIATE');
      try {
        const before = readRecord(db, id);
        const after = before && change(before);
        if (after) writeRecord(db, after);
        db.exec('COMMIT');
        return after ?? before;
      } catch (failure) {
        // SQLite has rolled some failures back by itself, and then refuses this.
        if (db.isTransaction) db.exec('ROLLBACK');
        throw failure;
      }
    });
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  /**
   * Undefined where there is no file: reading makes none. Tries again for a second while another program holds the file, and
   * lets the event loop turn meanwhile.
   */
  async #use<T>(task: (db: DatabaseSync) => T): Promise<T | undefined> {
    for (let retries = 0; ; retries++) {
      try {
        if (!this.#db) {
          if (!existsSync(this.#path)) return undefined;
          this.#db = await openFile(this.#path);
        }
        return task(this.#db);
      } catch (failure) {
        if (resultCodeOf(failure) !== BUSY || retries >= RETRIES) throw asFileError(this.#path, failure);
        await wait(RETRY_MS);
      }
    }
  }

  /** Makes folder and file, readable by this user alone. */
  async #make(): Promise<void> {
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      closeSync(openSync(this.#path, 'a', 0o600));
    } catch (failure) {
      throw asFileError(this.#path, failure);
    }
  }
}

async function openFile(path: string): Promise<DatabaseSync> {
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(path);
  try {
    db.exec('CREATE TABLE IF NOT EXISTS tokens (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT');
    return db;
  } catch (failure) {
    db.close();
    throw failure;
  }
}

const readRecord = (db: DatabaseSync, id: string): TokenRecord | undefined =>
  recordOf(db.prepare('SELECT record FROM tokens WHERE id = ?').get(id)?.record);

const writeRecord = (db: DatabaseSync, record: TokenRecord): unknown =>
  db
    .prepare('INSERT INTO tokens VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record')
    .run(record.id, JSON.stringify(record));

function recordOf(text: unknown): TokenRecord | undefined {
  return typeof text === 'string' ? TokenRecord.safeParse(JSON.parse(text)).data : undefined;
}
