import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/test-kit.ts';
import { bringTo, makeOldHistory, rowsOf } from './testing/test-old-history.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
});
afterEach(() => folder.remove());

describe('from version 4 to 5', () => {
  it('knows the servers of the rooms that are there, and takes no room for a listed one', () => {
    makeOldHistory(file, 4, (db) => {
      const add = db.prepare(
        `INSERT INTO rooms (room_id, name, renamed_at, host, secret, owner_pub, needs_passphrase, created_at, last_active_at)
         VALUES (?, NULL, 0, ?, x'00', 'owner', 0, ?, 9)`,
      );
      add.run('own', null, 1);
      add.run('first', 'one.example', 5);
      add.run('second', 'two.example:8443', 3);
      add.run('third', 'one.example', 4);
    });
    const db = bringTo(file, 5);
    const server = (host: string, added_at: number) => ({
      host,
      name: null,
      kind: null,
      credential: null,
      lost: null,
      added_at,
    });
    expect(rowsOf(db, 'servers')).toEqual([server('one.example', 4), server('two.example:8443', 3)]);
    expect(db.prepare('SELECT listed FROM rooms').all()).toEqual(Array.from({ length: 4 }, () => ({ listed: 0 })));
    db.close();
  });
});
