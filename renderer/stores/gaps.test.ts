import type { Bridge, BridgeCall } from '@parley/shared/bridge';
import type { HistoryGap } from '@parley/shared/model';
import { accept, DeviceId, MessageId, RoomId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { createAppStore } from './app-store.ts';
import { createGaps, GAPS_SETTLE_MS } from './gaps.ts';

const roomId = RoomId.parse(`${'r'.repeat(21)}A`);
const author = DeviceId.parse(`${'A'.repeat(42)}A`);
const gapOf = (first: number, name = 'Ana'): HistoryGap => ({
  author,
  name,
  confirmed: true,
  mine: false,
  first,
  last: first,
  place: { clock: 1, author, id: MessageId.parse(`${'m'.repeat(21)}A`) },
  side: 'after',
});

function open() {
  const store = createAppStore();
  const clock = fakeClock();
  let answer: HistoryGap[] = [];
  const asked: (() => void)[] = [];
  const bridge: Bridge = {
    call: (_name: BridgeCall) =>
      new Promise((resolve) => {
        const gaps = answer;
        asked.push(() => resolve(accept({ gaps }) as never));
      }),
    on: () => () => {},
  };
  return {
    gaps: createGaps(store, bridge, clock),
    clock,
    asked,
    missing: (gaps: HistoryGap[]) => {
      answer = gaps;
    },
    shown: () => store.getState().gaps[roomId]?.map(({ first, name }) => `${name} ${first}`) ?? [],
  };
}
const turns = () => new Promise((resolve) => setImmediate(resolve));

describe('the gaps of a room on the screen', () => {
  it('are those of the history, and go when they are filled', async () => {
    const { gaps, clock, asked, missing, shown } = open();
    missing([gapOf(2)]);
    const loaded = gaps.load(roomId);
    asked[0]?.();
    await loaded;
    expect(shown()).toEqual(['Ana 2']);
    missing([]);
    gaps.touched(roomId);
    clock.advance(GAPS_SETTLE_MS);
    asked[1]?.();
    await turns();
    expect(shown()).toEqual([]);
  });

  it('are read once for many entries, when no more come', () => {
    const { gaps, clock, asked } = open();
    for (let step = 0; step < 10; step++) {
      gaps.touched(roomId);
      clock.advance(GAPS_SETTLE_MS - 1);
    }
    expect(asked).toHaveLength(0);
    clock.advance(1);
    expect(asked).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('are those that were asked for last, in whatever order the answers come', async () => {
    const { gaps, asked, missing, shown } = open();
    missing([gapOf(2)]);
    const first = gaps.load(roomId);
    missing([gapOf(3)]);
    const second = gaps.load(roomId);
    asked[1]?.();
    asked[0]?.();
    await Promise.all([first, second]);
    expect(shown()).toEqual(['Ana 3']);
  });

  it('bear the new name of their author, and are forgotten with their room', async () => {
    const { gaps, clock, asked, missing, shown } = open();
    missing([gapOf(2)]);
    const loaded = gaps.load(roomId);
    asked[0]?.();
    await loaded;
    missing([gapOf(2, 'Anna')]);
    gaps.named({ deviceId: author });
    asked[1]?.();
    await turns();
    expect(shown()).toEqual(['Anna 2']);
    gaps.touched(roomId);
    gaps.forget(roomId);
    clock.advance(GAPS_SETTLE_MS);
    expect([shown(), asked.length]).toEqual([[], 2]);
  });
});
