import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/test-kit.ts';
import { bringTo, makeOldHistory, rowsOf } from './testing/test-old-history.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe('from version 18 to 19', () => {
  it('keeps what is there, and has a place for how calls went that goes with their room', () => {
    const file = join(folder.path, 'history.db');
    makeOldHistory(file, 18, (db) => {
      for (const roomId of ['one', 'two']) {
        db.prepare(
          `INSERT INTO rooms (room_id, secret, owner_pub, needs_passphrase, created_at, last_active_at)
           VALUES (?, x'00', 'owner', 0, 1, 2)`,
        ).run(roomId);
      }
    });
    const db = bringTo(file, 19);
    expect(rowsOf(db, 'rooms')).toHaveLength(2);
    expect(rowsOf(db, 'call_timelines')).toEqual([]);
    db.exec("INSERT INTO call_timelines VALUES (1, x'01', '{}'), (2, x'01', '{}')");
    db.exec("DELETE FROM rooms WHERE room_id = 'one'");
    expect(rowsOf(db, 'call_timelines')).toEqual([{ room: 2, call: Buffer.from([1]), timeline: '{}' }]);
    db.close();
  });
});
