import type { Bridge } from '@parley/shared/bridge';
import type { FileItem } from '@parley/shared/model';
import { accept, DeviceId, FileId, RoomId } from '@parley/shared/protocol';
import { expect, it } from 'vitest';
import { createAppStore } from './app-store.ts';
import { createKeptFiles } from './kept-files.ts';

const idOf = (letter: string) => `${letter.repeat(21)}A`;
const roomId = RoomId.parse(idOf('r'));
const itemOf = (letter: string, more: Partial<FileItem> = {}): FileItem => ({
  ...{ fileId: FileId.parse(idOf(letter)), salt: idOf('s'), name: 'a.png', folders: [], sizeBytes: 3 },
  ...{ root: `${'r'.repeat(42)}A`, offeredAt: 1, round: 1, roomId, author: DeviceId.parse(`${'A'.repeat(42)}A`) },
  ...{ mine: false, shownName: 'a.png', kind: 'picture', risk: 'none', trouble: null },
  ...{ state: 'received', haveBytes: 3, held: true },
  ...more,
});

function start(items: FileItem[]) {
  const store = createAppStore();
  let hear: (payload: { items: FileItem[] }) => void = () => {};
  const asked: unknown[] = [];
  const kept = createKeptFiles(store, {
    call: async (...question: unknown[]) => {
      asked.push(question);
      return accept({ items });
    },
    on: (_: string, listener: typeof hear) => {
      hear = listener;
      return () => {
        hear = () => {};
      };
    },
  } as unknown as Bridge);
  const shown = () => store.getState().files[roomId]?.map(({ fileId, atHand, picture }) => [fileId, atHand, picture]);
  return { kept, asked, shown, change: (...changed: FileItem[]) => hear({ items: changed }) };
}

it('shows the files of a room without a session, those that are here as at hand, and what becomes of them', async () => {
  const { kept, asked, shown, change } = start([
    itemOf('a'),
    itemOf('b', { state: 'offered', held: false, offeredAt: 2 }),
  ]);
  await kept.open(roomId);
  await kept.open(roomId);
  expect(asked).toEqual([['files.list', { roomId }]]);
  expect(shown()).toEqual([
    [idOf('a'), true, `/files/${idOf('a')}/picture`],
    [idOf('b'), false, null],
  ]);
  change(itemOf('b', { kind: 'document', offeredAt: 2 }), itemOf('c', { roomId: RoomId.parse(idOf('q')) }));
  expect(shown()).toEqual([
    [idOf('a'), true, `/files/${idOf('a')}/picture`],
    [idOf('b'), true, null],
  ]);
});

it('leaves them to the session that the room has once its key is here', async () => {
  const { kept, shown, change } = start([]);
  await kept.open(roomId);
  kept.leave(roomId);
  change(itemOf('a'));
  expect(shown()).toBe(undefined);
});

it('gives nobody a picture that may be something else', async () => {
  const { kept, shown } = start([itemOf('a', { risk: 'unknown' })]);
  await kept.open(roomId);
  expect(shown()).toEqual([[idOf('a'), true, null]]);
});
