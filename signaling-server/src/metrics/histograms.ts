import { Histogram } from 'prom-client';
import { EventDurations } from './event-durations.ts';

/** One place of a histogram: how often a value was at most `le`, in seconds; the last `le` is infinite. */
export type Bucket = { le: number; count: number };

export type Histograms = {
  /** HTTP requests by method, route and status. */
  http: Histogram<'method' | 'route' | 'status'>;
  /** Events of clients by event and outcome: `ok` or the code of the refusal. */
  events: EventDurations;
  /** Commands to Redis by command and outcome. */
  redis: Histogram<'command' | 'outcome'>;
};

/** The durations that the server measures. Labels have few, fixed values: never a path, a room or an address. */
export function createHistograms(): Histograms {
  return {
    http: new Histogram({
      name: 'parley_http_request_duration_seconds',
      help: 'Time to answer HTTP requests',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [],
    }),
    events: new EventDurations([0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1]),
    redis: new Histogram({
      name: 'parley_redis_command_duration_seconds',
      help: 'Time until Redis answered a command',
      labelNames: ['command', 'outcome'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      registers: [],
    }),
  };
}

/**
 * The value below which this share (0 to 1) of all values lies, in seconds, as Prometheus's histogram_quantile estimates it: evenly
 * spread within a bucket; the greatest finite bound for what lies beyond it. 0 where there are no values.
 */
export function quantile(buckets: readonly Bucket[], share: number): number {
  const total = buckets.at(-1)?.count ?? 0;
  const rank = share * total;
  let below: Bucket = { le: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank && bucket.count > below.count) {
      if (!Number.isFinite(bucket.le)) return below.le;
      return below.le + (bucket.le - below.le) * ((rank - below.count) / (bucket.count - below.count));
    }
    below = bucket;
  }
  return 0;
}

/** One number of a histogram, as prom-client tells it. Buckets have one label more than its types say. */
type HistogramValue = {
  value: number;
  metricName?: string;
  labels: Partial<Record<string, string | number>>;
};

/** The HTTP requests of all routes together: how many, how many failed, and their durations in milliseconds. */
export function durationFigures(values: readonly HistogramValue[]) {
  let [total, failed, sumS] = [0, 0, 0];
  const counts = new Map<number, number>();
  for (const { value, metricName, labels } of values) {
    if (labels.le !== undefined) {
      const le = Number(String(labels.le).replace('+Inf', 'Infinity'));
      counts.set(le, (counts.get(le) ?? 0) + value);
    } else if (metricName?.endsWith('_sum')) sumS += value;
    else {
      total += value;
      if (Number(labels.status) >= 400) failed += value;
    }
  }
  const buckets = [...counts].map(([le, count]) => ({ le, count })).sort((left, right) => left.le - right.le);
  const ms = (share: number): number => quantile(buckets, share) * 1_000;
  return {
    total,
    failed,
    average: total === 0 ? 0 : (sumS / total) * 1_000,
    p50: ms(0.5),
    p95: ms(0.95),
    p99: ms(0.99),
  };
}
