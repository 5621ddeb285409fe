import type { Overview } from '../store/admin-store.ts';
import { formatCount, formatMib, formatMs, formatRate } from '../words.ts';

export type Sample = Overview['samples'][number];
export type Measure = Exclude<keyof Sample, 'at'>;
export type Tone = 'first' | 'second' | 'bad';

export type Series = { measure: Measure; name: string; tone: Tone };
export type ChartKind = {
  title: string;
  series: readonly [Series, ...Series[]];
  format: (value: number) => string;
  /** The finest step of the axis that its format can tell apart. */
  step: number;
  /** Above this the server calls itself degraded; read from its own answer. */
  limit?: (overview: Overview) => number | undefined;
};

const perSecond = (value: number) => `${formatRate(value)}/s`;

export const CHARTS: readonly ChartKind[] = [
  {
    title: 'Connections and participants',
    series: [
      { measure: 'connections', name: 'Connections', tone: 'first' },
      { measure: 'participants', name: 'Participants', tone: 'second' },
    ],
    format: formatCount,
    step: 1,
  },
  {
    title: 'Rooms and streams',
    series: [
      { measure: 'rooms', name: 'Rooms', tone: 'first' },
      { measure: 'streams', name: 'Streams', tone: 'second' },
    ],
    format: formatCount,
    step: 1,
  },
  {
    title: 'Messages relayed',
    series: [{ measure: 'relayed_per_s', name: 'Relayed', tone: 'first' }],
    format: perSecond,
    step: 0.1,
  },
  {
    title: 'Requests and errors',
    series: [
      { measure: 'requests_per_s', name: 'HTTP requests', tone: 'first' },
      { measure: 'errors_per_s', name: 'Errors', tone: 'bad' },
    ],
    format: perSecond,
    step: 0.1,
  },
  {
    title: 'Event loop delay',
    series: [{ measure: 'event_loop_delay_ms', name: 'Delay (99th percentile)', tone: 'first' }],
    format: formatMs,
    step: 1,
    limit: ({ health }) => health.checks.event_loop?.threshold,
  },
  {
    title: 'Memory',
    series: [{ measure: 'memory_mib', name: 'Resident memory', tone: 'first' }],
    format: formatMib,
    step: 1,
  },
];
