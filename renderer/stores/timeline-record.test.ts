import { CallTimeline } from '@parley/shared/model';
import { DeviceId, LIMITS } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { type PersonNow, TimelineRecord, type Way } from './timeline-record.ts';

const deviceOf = (at: number) => DeviceId.parse(String.fromCharCode(65 + (at % 26)).repeat(42) + (at < 26 ? 'A' : 'E'));
const good: Way = { level: 'good', cause: null };
const poor: Way = { level: 'poor', cause: 'their-uplink' };
const away: Way = { level: 'away', cause: null };
const ben = (way: Way | null): PersonNow => ({ deviceId: deviceOf(1), name: 'Ben', way });
const spansOf = (record: TimelineRecord, atMs: number) =>
  record.until(atMs).people.map(({ spans }) => spans.map(({ fromMs, toMs, level }) => [fromMs, toMs, level]));

describe('the timeline of a call (C7)', () => {
  it('has a span for each state, one for equal times, and none where nothing was measured', () => {
    const record = new TimelineRecord(null);
    record.now([ben(null)], 0);
    record.now([ben(good)], 2_000);
    record.now([ben(good)], 4_000);
    record.now([ben(poor)], 6_000.4);
    record.now([ben(away)], 9_000);
    record.now([ben(null)], 10_000);
    record.now([ben(good)], 12_000);
    expect(spansOf(record, 20_000)).toEqual([
      [
        [2_000, 6_000, 'good'],
        [6_000, 9_000, 'poor'],
        [9_000, 10_000, 'away'],
        [12_000, 20_000, 'good'],
      ],
    ]);
  });

  it('stops for somebody who leaves and goes on in their row when they come back, under the name that they have then', () => {
    const record = new TimelineRecord(null);
    record.now([ben(good)], 0);
    record.now([], 5_000);
    record.now([{ ...ben(good), name: 'Benedikt' }], 8_000);
    expect(record.until(9_000).people).toMatchObject([{ name: 'Benedikt' }]);
    expect(spansOf(record, 9_000)).toEqual([
      [
        [0, 5_000, 'good'],
        [8_000, 9_000, 'good'],
      ],
    ]);
  });

  it('leaves out a state that was over in the same moment', () => {
    const record = new TimelineRecord(null);
    record.now([ben(good)], 0);
    record.now([ben(poor)], 3_000);
    record.now([ben(good)], 3_000);
    expect(spansOf(record, 4_000)).toEqual([[[0, 4_000, 'good']]]);
  });

  it('goes on after what was kept, also where the start of the call is known otherwise', () => {
    const first = new TimelineRecord(null);
    first.now([ben(good)], 0);
    const second = new TimelineRecord(first.until(5_000));
    second.now([ben(poor)], 4_000);
    expect(spansOf(second, 9_000)).toEqual([
      [
        [0, 5_000, 'good'],
        [5_000, 9_000, 'poor'],
      ],
    ]);
    expect(second.until(7_000).lengthMs).toBe(9_000);
  });

  it('holds no more than is kept: the oldest details of the person with the most go, and the newest stay', () => {
    const record = new TimelineRecord(null);
    const cem: PersonNow = { deviceId: deviceOf(2), name: 'Cem', way: good };
    const turns = 3 * LIMITS.callTimelineSpansMax;
    // Good for three seconds, poor for one.
    for (let at = 0; at < turns; at++)
      record.now([ben(at % 2 ? poor : good), cem], at % 2 ? at * 2_000 + 1_000 : at * 2_000);
    const endMs = turns * 2_000;
    const timeline = record.until(endMs);
    expect(CallTimeline.safeParse(timeline).success).toBe(true);
    const [benSpans = [], cemSpans = []] = timeline.people.map(({ spans }) => spans);
    expect(benSpans.length + cemSpans.length).toBeLessThanOrEqual(LIMITS.callTimelineSpansMax);
    expect(benSpans.length).toBeGreaterThan(LIMITS.callTimelineSpansMax - 5);
    expect(cemSpans).toEqual([{ fromMs: 0, toMs: endMs, ...good }]);
    expect(benSpans[0]).toMatchObject({ fromMs: 0, level: 'good' });
    expect(benSpans.slice(-2)).toMatchObject([{ level: 'good' }, { level: 'poor' }]);
  });

  it('holds no more people than are kept, and no longer than a call may be', () => {
    const record = new TimelineRecord(null);
    const many = Array.from({ length: LIMITS.callTimelinePeopleMax + 5 }, (_, at) => ({
      deviceId: deviceOf(at),
      name: `Guest ${at}`,
      way: good,
    }));
    record.now(many, 0);
    const timeline = record.until(LIMITS.callLengthMaxMs * 2);
    expect(timeline.people).toHaveLength(LIMITS.callTimelinePeopleMax);
    expect(CallTimeline.safeParse(timeline).success).toBe(true);
  });
});
