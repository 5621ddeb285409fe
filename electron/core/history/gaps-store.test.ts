import { join } from 'node:path';
import { profileFromName } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { author, openTestStore, type TestStore, temporaryFolder } from '../testing/test-kit.ts';

let folder: ReturnType<typeof temporaryFolder>;
let ben: TestStore;
let roomId: RoomId;
beforeEach(() => {
  folder = temporaryFolder();
  ben = openTestStore(join(folder.path, 'ben.db'));
  roomId = ben.addRoom();
});
afterEach(() => {
  ben.close();
  folder.remove();
});

const ana = author('Ana');
const eve = author('Eve');
const record = (from: ReturnType<typeof author>, seqs: readonly number[], ofRoom = roomId) => {
  const entries = seqs.map((seq) => from.write(ofRoom, { seq, clock: seq * 10 }));
  ben.store.record(ofRoom, entries);
  return entries;
};
const gaps = () => ben.store.gaps(roomId);
const ranges = () => gaps().map(({ first, last }) => [first, last]);

describe('the gaps of a room', () => {
  it('are none while every author’s entries are here from the first to the last', () => {
    expect(gaps()).toEqual([]);
    record(ana, [1, 2, 3]);
    record(eve, [1]);
    expect(gaps()).toEqual([]);
  });

  it('stand after the entry before them, with the name of their author, and go when the entries come', () => {
    const [, second] = record(ana, [1, 2, 6]);
    expect(gaps()).toEqual([
      {
        author: ana.deviceId,
        name: 'Ana',
        confirmed: false,
        mine: false,
        first: 3,
        last: 5,
        place: { clock: 20, author: ana.deviceId, id: second?.id },
        side: 'after',
      },
    ]);
    ben.store.meet(ana.deviceId, profileFromName('Ana of the choir'));
    expect(gaps()[0]).toMatchObject({ name: 'Ana of the choir', confirmed: true });
    record(ana, [4]);
    expect(ranges()).toEqual([
      [3, 3],
      [5, 5],
    ]);
    record(ana, [3, 5]);
    expect(gaps()).toEqual([]);
  });

  it('stand before the first entry that is here where none is before them', () => {
    const [fourth] = record(ana, [4]);
    expect(gaps()).toMatchObject([{ first: 1, last: 3, place: { id: fourth?.id }, side: 'before' }]);
  });

  it('are in the order of the room, whoever wrote, and only of this room', () => {
    record(ana, [1, 3]);
    record(eve, [2, 4]);
    record(ana, [1, 9], ben.addRoom());
    expect(gaps().map(({ name, first, side }) => [name, first, side])).toEqual([
      ['Ana', 2, 'after'],
      ['Eve', 1, 'before'],
      ['Eve', 3, 'after'],
    ]);
  });

  it('stand after the last of several entries that share a number', () => {
    const [left, right] = [ana.write(roomId, { seq: 1, clock: 1 }), ana.write(roomId, { seq: 1, clock: 2 })];
    ben.store.record(roomId, [left, right, ana.write(roomId, { seq: 3, clock: 9 })]);
    expect(gaps()).toMatchObject([{ first: 2, last: 2, place: { id: right.id } }]);
  });
});
