import { type HistoryGap, type HistoryItem, type MessageKey, messageKey, type RoomChange } from '@parley/shared/model';
import { DeviceId, MessageId, RoomId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { groupMessages } from './grouping.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const idOf = (n: number) => MessageId.parse(`${String(n).padStart(21, 'm')}A`);
const device = (letter: string) => DeviceId.parse(`${letter.repeat(42)}A`);
const keyOf = (n: number, who: string) => messageKey({ author: device(who), id: idOf(n) });

function item(n: number, who: string, sentAt: number, more: Partial<HistoryItem> = {}): HistoryItem {
  return {
    id: idOf(n),
    roomId: RoomId.parse(`${'r'.repeat(21)}A`),
    author: device(who),
    authorName: who,
    name: who,
    confirmed: true,
    seq: n,
    clock: n,
    sentAt,
    text: `message ${n}`,
    content: { kind: 'text' },
    edited: false,
    deleted: false,
    quote: null,
    reactions: [],
    mine: who === 'M',
    state: 'read',
    deliveredTo: 1,
    readBy: 1,
    ...more,
  };
}
const dayKey = (atMs: number) => String(Math.floor(atMs / DAY_MS));
const whole = { newFrom: null, isStart: true, isEnd: true, gaps: [], changes: [], dayKey };
/** `day | ana 1 2 | new | ben 3` */
const drawn = (items: HistoryItem[], newFrom: MessageKey | null = null, isStart = true) =>
  groupMessages(items, { ...whole, newFrom, isStart })
    .map(({ item: { name, confirmed, seq }, startsDay, isNew, startsGroup, endsGroup }) =>
      [
        startsDay ? 'day | ' : '',
        isNew ? 'new | ' : '',
        startsGroup ? `${name}${confirmed ? '' : '?'}` : '',
        ` ${seq}`,
        endsGroup ? ' | ' : '',
      ].join(''),
    )
    .join('')
    .replace(/ \| $/, '');

describe('groupMessages', () => {
  it('keeps together what one author wrote shortly after another', () => {
    expect(
      drawn([item(1, 'A', 0), item(2, 'A', MINUTE_MS), item(3, 'B', MINUTE_MS), item(4, 'A', 2 * MINUTE_MS)]),
    ).toBe('day | A 1 2 | B 3 | A 4');
  });

  it('keeps together what one person wrote on two computers (H9)', () => {
    expect(drawn([item(1, 'A', 0), item(2, 'B', 1, { name: 'A', person: device('A') }), item(3, 'A', 2)])).toBe(
      'day | A 1 2 3',
    );
  });

  it('starts anew after five minutes of silence', () => {
    expect(drawn([item(1, 'A', 0), item(2, 'A', 5 * MINUTE_MS), item(3, 'A', 10 * MINUTE_MS + 1)])).toBe(
      'day | A 1 2 | A 3',
    );
  });

  it('starts anew on another day, however short the silence', () => {
    expect(drawn([item(1, 'A', DAY_MS - 1), item(2, 'A', DAY_MS)])).toBe('day | A 1 | day | A 2');
  });

  it('starts anew when the author goes by another name', () => {
    expect(drawn([item(1, 'A', 0), item(2, 'A', 1, { name: 'Anna' })])).toBe('day | A 1 | Anna 2');
    expect(drawn([item(1, 'A', 0), item(2, 'A', 1, { confirmed: false })])).toBe('day | A 1 | A? 2');
  });

  it('puts the mark above the first message that was not seen, also inside a group', () => {
    const items = [item(1, 'A', 0), item(2, 'A', 1), item(3, 'A', 2)];
    expect(drawn(items, keyOf(2, 'A'))).toBe('day | A 1 | new | A 2 3');
    expect(drawn(items, keyOf(1, 'A'))).toBe('day | new | A 1 2 3');
    expect(drawn(items, keyOf(9, 'A'))).toBe('day | A 1 2 3');
  });

  it('names no day above the first of them while older ones may be of the same day', () => {
    expect(drawn([item(1, 'A', 0), item(2, 'A', DAY_MS)], null, false)).toBe('A 1 | day | A 2');
  });

  it('tells two messages with one id apart', () => {
    const items = [item(1, 'A', 0), item(2, 'B', 1, { id: idOf(1) }), item(3, 'A', 2)];
    expect(drawn(items, keyOf(1, 'B'))).toBe('day | A 1 | new | B 2 | A 3');
    expect(new Set(groupMessages(items, whole).map(({ key }) => key)).size).toBe(3);
  });

  it('keeps the key of each message when older ones come above it', () => {
    const items = Array.from({ length: 40 }, (_, n) => item(n + 1, 'ABM'[n % 3] ?? 'A', n * DAY_MS * 0.4));
    const keys = groupMessages(items, { ...whole, newFrom: keyOf(7, 'A') }).map(({ key }) => key);
    const newer = groupMessages(items.slice(20), { ...whole, isStart: false }).map(({ key }) => key);
    expect(keys.slice(20)).toEqual(newer);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('has nothing to show of nothing', () => {
    expect(groupMessages([], whole)).toEqual([]);
  });
});

describe('gaps', () => {
  const gap = (first: number, clock: number, side: HistoryGap['side'] = 'after'): HistoryGap => ({
    author: device('B'),
    name: 'Ben',
    confirmed: true,
    mine: false,
    first,
    last: first,
    place: { clock, author: device('B'), id: idOf(clock) },
    side,
  });
  const items = [item(2, 'A', 0), item(4, 'A', 1), item(6, 'A', 2)];
  /** `[1] 2 4 [3] 6` */
  const withGaps = (gaps: HistoryGap[], more: { isStart?: boolean; isEnd?: boolean } = {}) =>
    groupMessages(items, { ...whole, gaps, ...more })
      .flatMap((row) => [row.gaps, row.item, row.gapsBelow])
      .flatMap((part) => ('seq' in part ? [`${part.seq}`] : part.map(({ first }) => `[${first}]`)))
      .join(' ');

  it('stand behind the entry before them, also where that is none that is shown', () => {
    expect(withGaps([gap(1, 2), gap(2, 3), gap(3, 5)])).toBe('2 [1] [2] 4 [3] 6');
    expect(withGaps([gap(1, 9)])).toBe('2 4 6 [1]');
    expect(withGaps([{ ...gap(1, 2), place: { clock: 2, author: device('A'), id: idOf(2) } }])).toBe('2 [1] 4 6');
  });

  it('stand before the entry behind them where nothing of their author is older', () => {
    expect(withGaps([gap(1, 1, 'before')])).toBe('[1] 2 4 6');
    expect(withGaps([{ ...gap(1, 4, 'before'), place: { clock: 4, author: device('A'), id: idOf(4) } }])).toBe(
      '2 [1] 4 6',
    );
  });

  it('are left to the messages that are not loaded where they lie beyond those that are', () => {
    expect(withGaps([gap(1, 1), gap(2, 9)], { isStart: false, isEnd: false })).toBe('2 4 6');
    expect(withGaps([gap(1, 1), gap(2, 9)], { isStart: true, isEnd: true })).toBe('[1] 2 4 6 [2]');
  });

  it('part a group, so that the author is named on both sides', () => {
    const rows = groupMessages(items, { ...whole, gaps: [gap(1, 5)] });
    expect(rows.map(({ startsGroup }) => startsGroup)).toEqual([true, false, true]);
  });
});

describe('changes of the room', () => {
  const timer = (clock: number, sentAt = clock, lifetimeMs: number | null = clock): RoomChange => ({
    author: device('B'),
    authorName: 'Ben',
    name: 'Ben',
    confirmed: true,
    mine: false,
    id: idOf(clock),
    clock,
    sentAt,
    kind: 'timer',
    lifetimeMs,
  });
  const items = [item(2, 'A', 0), item(4, 'A', 1), item(6, 'A', DAY_MS)];
  /** `(1) 2 4 (5) day 6` */
  const withChanges = (changes: RoomChange[], more: { isStart?: boolean; isEnd?: boolean } = {}) =>
    groupMessages(items, { ...whole, changes, ...more })
      .flatMap((row) => [
        ...row.changesBefore.map(({ clock }) => `(${clock})`),
        ...(row.startsDay ? ['day'] : []),
        ...row.changes.map(({ clock }) => `(${clock})`),
        `${row.item.seq}`,
        ...row.changesBelow.map(({ clock }) => `(${clock})`),
      ])
      .join(' ');

  it('stand at their place in the order of the room, under their own day', () => {
    expect(withChanges([timer(1), timer(3), timer(5, DAY_MS), timer(7)])).toBe('day (1) 2 (3) 4 day (5) 6 (7)');
    expect(withChanges([timer(5, 2), timer(5, DAY_MS)])).toBe('day 2 4 (5) day (5) 6');
  });

  it('are left to the messages that are not loaded where they lie beyond those that are', () => {
    expect(withChanges([timer(1), timer(9)], { isStart: false, isEnd: false })).toBe('2 4 day 6');
  });

  it('part a group, so that the author is named on both sides', () => {
    const rows = groupMessages(items.slice(0, 2), { ...whole, changes: [timer(3)] });
    expect(rows.map(({ startsGroup }) => startsGroup)).toEqual([true, true]);
  });
});
