import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/test-kit.ts';
import { addOldRoom, bringTo, makeOldHistory, rowsOf } from './testing/test-old-history.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe('from version 13 to 14', () => {
  it('keeps the name that each room has, and forgets when it was given', () => {
    const file = join(folder.path, 'history.db');
    makeOldHistory(file, 13, (db) => {
      addOldRoom(db, 'named');
      addOldRoom(db, 'nameless');
      db.exec("UPDATE rooms SET name = NULL WHERE room_id = 'nameless'");
      db.exec("UPDATE rooms SET renamed_at = 5, draft = 'half a', unread = 3 WHERE room_id = 'named'");
    });
    const db = bringTo(file, 14);
    const rooms = rowsOf(db, 'rooms');
    expect(rooms).toMatchObject([
      { room_id: 'named', name: 'Planning', draft: 'half a', unread: 3 },
      { room_id: 'nameless', name: null },
    ]);
    expect(rooms.filter((room) => 'renamed_at' in (room as object))).toEqual([]);
    db.close();
  });
});
