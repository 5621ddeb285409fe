import { join } from 'node:path';
import type { RoomId } from '@parley/shared/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { author, openTestStore, type TestStore, temporaryFolder } from '../testing/test-kit.ts';

let folder: ReturnType<typeof temporaryFolder>;
let ben: TestStore;
beforeEach(() => {
  folder = temporaryFolder();
  ben = openTestStore(join(folder.path, 'ben.db'));
});
afterEach(() => {
  ben.close();
  folder.remove();
});

const ana = author('Ana');
const DAY_MS = 86_400_000;

/** A new room with messages that were sent at these times, in this order, with so many clocks from one to the next. */
function roomOf(times: readonly number[], step = 1): RoomId {
  const roomId = ben.addRoom();
  for (let at = 0; at < times.length; at += 100) {
    const entries = times.slice(at, at + 100).map((sentAt, index) => {
      const seq = at + index + 1;
      return ana.write(roomId, { seq, clock: seq * step, sentAt, text: `at ${sentAt}` });
    });
    ben.store.record(roomId, entries);
  }
  return roomId;
}
const textAt = (roomId: RoomId, atMs: number): string | null => {
  const found = ben.store.firstSince(roomId, atMs);
  return found && (ben.store.around(roomId, found, 1).items[0]?.text ?? 'not there');
};

describe('the first message of a day', () => {
  it('is the first that was sent then or later, and none where all are older', () => {
    const roomId = roomOf(
      Array.from({ length: 300 }, (_, at) => at * 1_000),
      7,
    );
    expect([0, 1, 1_000, 150_500, 299_000].map((atMs) => textAt(roomId, atMs))).toEqual([
      'at 0',
      'at 1000',
      'at 1000',
      'at 151000',
      'at 299000',
    ]);
    expect(textAt(roomId, 299_001)).toBe(null);
    expect(textAt(ben.addRoom(), 0)).toBe(null);
  });

  it('is found wherever the clocks and times of messages rise together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 60 }),
        (unsorted, step, atMs) => {
          const times = unsorted.toSorted((left, right) => left - right);
          const expected = times.find((time) => time >= atMs);
          expect(textAt(roomOf(times, step), atMs)).toBe(expected === undefined ? null : `at ${expected}`);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is found though a few messages bear wrong times', () => {
    const times = Array.from({ length: 400 }, (_, at) => at * DAY_MS);
    for (const wrong of [37, 150, 199, 200, 201, 333]) times[wrong] = wrong % 2 === 0 ? 900 * DAY_MS : 0;
    const roomId = roomOf(times);
    expect(textAt(roomId, 120 * DAY_MS)).toBe(`at ${120 * DAY_MS}`);
    expect(textAt(roomId, 260 * DAY_MS)).toBe(`at ${260 * DAY_MS}`);
  });
});
