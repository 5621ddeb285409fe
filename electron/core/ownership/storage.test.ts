import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileItem } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backUpIfOld } from '../history/backup.ts';
import { openTestStore, type TestStore, temporaryFolder } from '../testing/test-kit.ts';
import { freeStorage, type StorageParts, storageOverview } from './storage.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let ben: TestStore;
let listed: Map<RoomId, Partial<FileItem>[]>;
let parts: StorageParts;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
  ben = openTestStore(file);
  listed = new Map();
  parts = {
    historyFile: file,
    // The store answers at once; the worker answers the same later.
    history: new Proxy({} as StorageParts['history'], {
      get:
        (_, name) =>
        async (...args: unknown[]) =>
          Reflect.apply(Reflect.get(ben.store, name), undefined, args),
    }),
    files: { list: (roomId) => (listed.get(roomId) ?? []) as FileItem[] },
  };
});
afterEach(() => {
  ben.close();
  folder.remove();
});

const write = (roomId: RoomId, count: number, text: string) => {
  for (let each = 0; each < count; each++) ben.compose(roomId, `${text} ${each}`);
};

describe('what is on the disk (H8)', () => {
  it('lists rooms with their messages and files, the largest first', async () => {
    const [small, large, filled] = [ben.addRoom(), ben.addRoom(), ben.addRoom()];
    write(small, 2, 'short');
    write(large, 40, 'a long story '.repeat(40));
    listed.set(filled, [
      { mine: false, state: 'received', sizeBytes: 50_000_000, haveBytes: 50_000_000 },
      { mine: false, state: 'paused', sizeBytes: 9_000_000, haveBytes: 1_000_000 },
      { mine: false, state: 'offered', sizeBytes: 9_000_000, haveBytes: 0 },
      { mine: true, state: 'shared', sizeBytes: 9_000_000, haveBytes: 9_000_000 },
    ]);
    const { rooms, historyBytes } = await storageOverview(parts);
    expect(rooms.map(({ roomId }) => roomId)).toEqual([filled, large, small]);
    expect(rooms[0]).toMatchObject({ messages: 0, historyBytes: 0, files: 2, fileBytes: 51_000_000 });
    expect(rooms[1]).toMatchObject({ messages: 40, files: 0, fileBytes: 0 });
    expect(rooms[1]?.historyBytes).toBeGreaterThan(20 * (rooms[2]?.historyBytes ?? 0));
    expect((rooms[1]?.historyBytes ?? 0) + (rooms[2]?.historyBytes ?? 0)).toBeLessThanOrEqual(historyBytes + 1);
  });

  it('tells of copies and of damaged files', async () => {
    ben.addRoom();
    await backUpIfOld(ben.db, file, ben.clock.now());
    writeFileSync(`${file}.damaged-17`, 'x'.repeat(1_000));
    writeFileSync(`${file}.damaged-17-wal`, 'x'.repeat(500));
    const { snapshots, damagedBytes, freeableBytes } = await storageOverview(parts);
    expect(snapshots).toHaveLength(1);
    expect(snapshots[0]?.bytes).toBeGreaterThan(1_000);
    expect(damagedBytes).toBe(1_500);
    expect(freeableBytes).toBeGreaterThanOrEqual(1_500);
  });

  it('gives back empty pages and damaged files, and nothing else', async () => {
    const [kept, gone] = [ben.addRoom(), ben.addRoom()];
    write(kept, 3, 'kept');
    write(gone, 300, 'a long story '.repeat(60));
    ben.store.deleteRoom(gone);
    writeFileSync(`${file}.damaged-17`, 'x'.repeat(1_000));
    const before = await storageOverview(parts);
    expect(before.freeableBytes).toBeGreaterThan(100_000);
    const freed = await freeStorage(parts);
    const after = await storageOverview(parts);
    expect(freed).toBeGreaterThan(100_000);
    expect(after.historyBytes).toBeLessThan(before.historyBytes);
    expect(after).toMatchObject({ damagedBytes: 0, freeableBytes: 0 });
    expect(after.rooms).toMatchObject([{ roomId: kept, messages: 3 }]);
    expect(ben.store.page(kept, undefined, 10).items).toHaveLength(3);
    expect(ben.store.search('kept', {}, 10).items).toHaveLength(3);
  });
});
