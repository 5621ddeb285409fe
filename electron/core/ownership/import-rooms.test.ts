import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOM_EXPORT_FORMAT, ROOM_EXPORT_VERSION } from '@parley/shared/model';
import { ParleyError, RoomId, refuse } from '@parley/shared/protocol';
import { expect, it } from 'vitest';
import { author, randomId, temporaryFolder } from '../testing/test-kit.ts';
import { type ImportParts, importRooms } from './import-rooms.ts';

it('an import says why it ended where the disk took only the first entries of a batch (H8)', async () => {
  const folder = temporaryFolder();
  const roomId = RoomId.parse(randomId(16));
  const entries = [1, 2].map((seq) => author('Ana').write(roomId, { seq }));
  const path = join(folder.path, 'room.json');
  const exported = { format: ROOM_EXPORT_FORMAT, version: ROOM_EXPORT_VERSION, room: { roomId, name: null }, entries };
  writeFileSync(path, JSON.stringify(exported));
  const order: string[] = [];
  // A history on a disk that is full after the first entry.
  const history = {
    room: async () => null,
    addRoom: async () => {},
    page: async () => ({ items: entries }),
    markSeen: async () => void order.push('seen'),
    record: async (_: RoomId, batch: readonly unknown[]) => {
      order.push(`${batch.length} recorded`);
      return { stored: [], fresh: [], changed: [], gained: 1, refused: 0, forged: 0, failed: refuse('disk-full') };
    },
  } as unknown as ImportParts['history'];
  const importing = importRooms({ history } as ImportParts, [path], {
    step: () => {},
    grow: () => {},
    signal: new AbortController().signal,
  });
  await expect(importing).rejects.toMatchObject(new ParleyError('disk-full'));
  expect(order).toEqual(['2 recorded', 'seen']);
  folder.remove();
});
