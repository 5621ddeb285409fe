import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ParleyError } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, temporaryFolder } from '../testing/test-kit.ts';
import { type Migration, migrations } from './migrations/index.ts';
import { openHistory } from './open-history.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
});
afterEach(() => folder.remove());

const now = () => 1_700_000_000_000;
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'nothing was thrown';
  } catch (error) {
    return error instanceof ParleyError ? error.code : String(error);
  }
};

/** A next version, as a later release would bring it. */
const addColumn: Migration = (db) => void db.exec('ALTER TABLE rooms ADD COLUMN colour TEXT');

describe('opening the history', () => {
  it('sets every pragma that keeps commits and their order, on the first open and on each later one', () => {
    for (const _ of ['first', 'second', 'third']) {
      const { db } = openHistory(file, now);
      const pragmas = Object.fromEntries(
        ['journal_mode', 'synchronous', 'foreign_keys', 'trusted_schema', 'busy_timeout'].map((name) => [
          name,
          db.pragma(name, { simple: true }),
        ]),
      );
      expect(pragmas).toEqual({
        journal_mode: 'wal',
        synchronous: 2,
        foreign_keys: 1,
        trusted_schema: 0,
        busy_timeout: 5000,
      });
      db.exec('CREATE TABLE IF NOT EXISTS probe (value INTEGER); INSERT INTO probe VALUES (1)');
      expect(db.pragma('synchronous', { simple: true })).toBe(2);
      db.close();
    }
  });

  it.runIf(process.platform !== 'win32')('keeps the file and its log from other users', () => {
    const { db } = openHistory(file, now);
    const modes = readdirSync(folder.path).map((name) => [name, statSync(join(folder.path, name)).mode & 0o777]);
    db.close();
    expect(modes.length).toBeGreaterThan(1);
    for (const [, mode] of modes) expect(mode).toBe(0o600);
  });

  it('makes exactly this schema', () => {
    const { db } = openHistory(file, now);
    const tables = db
      .prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .all()
      .map(({ name }) => name)
      .filter((name) => !/^(message_words|word_parts)_/.test(name));
    const columns = Object.fromEntries(
      tables.map((table) => [
        table,
        db
          .prepare<[string], { name: string; type: string; notnull: number; pk: number }>(
            'SELECT name, type, "notnull", pk FROM pragma_table_info(?)',
          )
          .all(table)
          .map(({ name, type, notnull, pk }) => `${name} ${type}${notnull ? ' !' : ''}${pk ? ` key${pk}` : ''}`.trim()),
      ]),
    );
    const strict = db.prepare('SELECT name FROM pragma_table_list WHERE strict = 1 ORDER BY name').pluck().all();
    const indexes = db
      .prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
      .pluck()
      .all();
    const version = db.pragma('user_version', { simple: true });
    db.close();
    expect({ version, columns, strict, indexes }).toMatchSnapshot();
  });

  it('finds nothing wrong with a history that is empty, or empty again', () => {
    const first = openTestStore(file);
    first.close();
    const second = openTestStore(file);
    expect(second.recovered).toBeNull();
    const roomId = second.addRoom();
    second.compose(roomId, 'Gone soon');
    second.store.deleteRoom(roomId);
    second.close();
    const third = openTestStore(file);
    expect(third.recovered).toBeNull();
    third.close();
    expect(openHistory(file, now, { checkedAtOnceMax: 0 })).toMatchObject({ checked: false, recovered: null });
  });

  it('keeps what was stored and makes a whole backup when it brings a file to a newer version', () => {
    const before = openTestStore(file);
    const roomId = before.addRoom();
    const { id } = before.compose(roomId, 'Kept over the change');
    before.close();

    const { db, recovered } = openHistory(file, now, { migrations: [...migrations, addColumn] });
    expect(recovered).toBeNull();
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length + 1);
    expect(db.prepare('SELECT colour, (SELECT id FROM messages) AS id FROM rooms').get()).toEqual({
      colour: null,
      id: Buffer.from(id, 'base64url'),
    });
    db.close();

    const backup = openTestStore(join(folder.path, `history.db.backup-v${migrations.length}`));
    expect(backup.store.page(roomId, undefined, 10).items.map((item) => item.id)).toEqual([id]);
    backup.close();
  });

  it('leaves everything as it was when a migration fails half-way', () => {
    const before = openTestStore(file);
    const roomId = before.addRoom();
    before.compose(roomId, 'Still here');
    before.close();
    const broken: Migration = (db) => {
      addColumn(db);
      throw new Error('half-way');
    };
    expect(() => openHistory(file, now, { migrations: [...migrations, broken] })).toThrow();
    const after = openTestStore(file);
    expect(after.recovered).toBeNull();
    expect(
      after.db
        .prepare('SELECT * FROM rooms')
        .columns()
        .map((column) => column.name),
    ).not.toContain('colour');
    expect(after.store.page(roomId, undefined, 10).returned_count).toBe(1);
    after.close();
  });

  it('refuses a file of a newer Parley and does not change a byte of it', () => {
    const { db } = openHistory(file, now, { migrations: [...migrations, addColumn] });
    // Left as a killed process leaves it: with what was written still in the log beside the file.
    db.exec('CREATE TABLE later (value TEXT); PRAGMA wal_autocheckpoint = 0');
    db.exec("INSERT INTO later VALUES ('not for us')");
    const copy = join(folder.path, 'copy.db');
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, copy + suffix);
    db.close();
    const bytes = () => ['', '-wal'].map((suffix) => readFileSync(copy + suffix).toString('base64'));
    const before = bytes();
    expect(codeOf(() => openHistory(copy, now))).toBe('history-from-future');
    expect(bytes()).toEqual(before);
  });

  it('sets a file of garbage aside unchanged and starts a new history', () => {
    const garbage = Buffer.from('This was a database once. '.repeat(1_000));
    writeFileSync(file, garbage);
    const { db, recovered } = openHistory(file, now);
    expect(recovered).toEqual({ how: 'empty', setAsideAs: `history.db.damaged-${now()}` });
    expect(db.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(0);
    db.close();
    expect(readFileSync(join(folder.path, `history.db.damaged-${now()}`))).toEqual(garbage);
  });

  it('finds a page that was overwritten inside the file, and takes the newest whole backup', () => {
    const first = openTestStore(file);
    const roomId = first.addRoom();
    for (let i = 0; i < 200; i++) first.compose(roomId, `Message ${i} of many, long enough to fill some pages`);
    first.db.prepare('VACUUM INTO ?').run(`${file}.backup-v1`);
    first.close();
    writeFileSync(`${file}.backup-v2`, 'A backup that is no good');
    const bytes = readFileSync(file);
    for (let page = 4; page < 40; page++) bytes.fill(0xff, page * 4096, page * 4096 + 900);
    writeFileSync(file, bytes);

    const second = openTestStore(file, { seed: first.seed });
    expect(second.recovered).toMatchObject({ how: 'copied', complete: false, fromBackup: true });
    expect(second.store.page(roomId, undefined, 10).total_count).toBe(200);
    second.close();
    expect(existsSync(`${file}.backup-v1`)).toBe(true);
  });

  it('goes on counting where the damaged file was, so that no seq is used for two messages', () => {
    const first = openTestStore(file);
    const roomId = first.addRoom();
    first.db.prepare('VACUUM INTO ?').run(`${file}.backup-v1`);
    for (let i = 0; i < 300; i++) first.compose(roomId, `Only in the damaged file ${i}`);
    const page = Number(first.db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'pins'").pluck().get());
    first.close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, (page - 1) * 4096, page * 4096);
    writeFileSync(file, bytes);

    const second = openTestStore(file, { seed: first.seed });
    expect(second.recovered).toMatchObject({ how: 'copied', complete: false, fromBackup: true });
    expect(second.store.page(roomId, undefined, 1).total_count).toBe(300);
    expect(second.compose(roomId, 'After the damage')).toMatchObject({ seq: 301, clock: 301 });
    second.close();
  });
});
