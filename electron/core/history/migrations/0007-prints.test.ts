import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/test-kit.ts';
import { up } from './0007-prints.ts';
import { migrations } from './index.ts';
import { addOldMessage, addOldRoom, bringTo, makeOldHistory } from './testing/test-old-history.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe('prints for spans', () => {
  it('are those of the messages that are there', () => {
    const file = join(folder.path, 'history.db');
    const version = migrations.indexOf(up);
    const ids = Array.from({ length: 4 }, () => randomBytes(16));
    makeOldHistory(file, version, (db) => {
      addOldRoom(db, 'one');
      for (const [index, seq] of [1, 2, 3, 7].entries()) {
        const id = ids[index]?.toString('base64url') ?? '';
        addOldMessage(db, { number: index + 1, id, roomId: 'one', author: 'ana', seq });
      }
      db.exec("INSERT INTO spans VALUES ('one', 'ana', 1, 3), ('one', 'ana', 7, 7)");
    });
    const db = bringTo(file, version + 1);
    const xor = (...all: (Buffer | undefined)[]) =>
      all.reduce<Buffer>(
        (left, right) => Buffer.from(left.map((byte, i) => byte ^ (right?.[i] ?? 0))),
        Buffer.alloc(16),
      );
    const prints = db.prepare<unknown[], { print: Buffer }>('SELECT print FROM spans ORDER BY first').all();
    expect(prints.map(({ print }) => print)).toEqual([xor(...ids.slice(0, 3)), xor(ids[3])]);
    db.close();
  });
});
