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

describe('from version 3 to 4', () => {
  it('compares the names that people see, and says anew who took one', () => {
    makeOldHistory(file, 3, (db) => {
      const pin = db.prepare('INSERT INTO pins VALUES (?, ?, ?, ?, ?, ?, 9)');
      pin.run('alice', 'alice', 'Alice', 0, 0, 1);
      // Another username, the same name to look at: it went unnoticed.
      pin.run('mallory', 'zz9', 'ALICE', 0, 0, 2);
      pin.run('fox', 'someone', '🦊', 0, 0, 3);
      // Another name to look at, the same username: it was a false alarm.
      pin.run('bear', 'someone', '🐻', 0, 1, 4);
      // Somebody took a name once and was noticed: that stays, whoever else has the name.
      pin.run('eve', 'carol', 'Carol', 0, 1, 5);
      // Compared by people, so it is who they think it is.
      pin.run('second', 'alice-2', 'Alice', 1, 0, 6);
      pin.run('lima', 'ana-lima', 'Ana Lima', 0, 0, 7);
      pin.run('space', 'ana-l', 'Ana\u00A0 Lima', 0, 0, 8);
    });
    const db = bringTo(file, 4);
    const row = (
      device_id: string,
      name_key: string,
      name: string,
      verified: number,
      changed: number,
      met: number,
    ) => ({
      device_id,
      name_key,
      name,
      verified,
      changed,
      first_met_at: met,
      last_met_at: 9,
    });
    expect(rowsOf(db, 'pins')).toEqual([
      row('alice', 'alice', 'Alice', 0, 0, 1),
      row('mallory', 'alice', 'ALICE', 0, 1, 2),
      row('fox', '🦊', '🦊', 0, 0, 3),
      row('bear', '🐻', '🐻', 0, 0, 4),
      row('eve', 'carol', 'Carol', 0, 1, 5),
      row('second', 'alice', 'Alice', 1, 0, 6),
      row('lima', 'ana lima', 'Ana Lima', 0, 0, 7),
      row('space', 'ana lima', 'Ana\u00A0 Lima', 0, 1, 8),
    ]);
    expect(db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'pins_by_name'").pluck().get()).toContain('name_key');
    db.close();
  });
});
