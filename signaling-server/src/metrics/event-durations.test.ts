import { Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { EventDurations } from './event-durations.ts';

const BOUNDS = [0.001, 0.01, 0.1];

it('tells the durations of events exactly as a histogram of prom-client does (S6)', async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const durations = new EventDurations(BOUNDS);
  ours.registerMetric(durations as unknown as Histogram);
  const histogram = new Histogram({
    name: 'parley_event_duration_seconds',
    help: 'Time to handle events of clients',
    labelNames: ['event', 'outcome'],
    buckets: BOUNDS,
    registers: [theirs],
  });
  const seen: [string, string, number][] = [
    ['room:join', 'ok', 0.0005],
    ['room:join', 'ok', 0.001],
    ['room:join', 'ok', 0.25],
    ['room:join', 'room-full', 0.02],
    ['signal:send', 'ok', 0],
  ];
  for (const [event, outcome, seconds] of seen) {
    durations.observe(event, outcome, seconds);
    histogram.observe({ event, outcome }, seconds);
  }
  expect((await ours.metrics()).split('\n')).toEqual((await theirs.metrics()).split('\n'));
  expect(await ours.metrics()).toContain(
    'parley_event_duration_seconds_bucket{le="0.001",event="room:join",outcome="ok"} 2',
  );
});
