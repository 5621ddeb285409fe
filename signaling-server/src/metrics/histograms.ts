import { Histogram } from 'prom-client';

/** One place of a histogram: how often a value was at most `le`, in seconds; the last `le` is infinite. */
export type Bucket = { le: number; count: number };

/** What one route answered since the start. Times in milliseconds. */
export type RouteFigures = { total: number; failed: number; error_rate: number; p50: number; p95: number; p99: number };

export type Histograms = {
  /** HTTP requests by method, route and status. */
  http: Histogram<'method' | 'route' | 'status'>;
  /** Events of clients by event and outcome: `ok` or the code of the refusal. */
  events: Histogram<'event' | 'outcome'>;
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
    events: new Histogram({
      name: 'parley_event_duration_seconds',
      help: 'Time to handle events of clients',
      labelNames: ['event', 'outcome'],
      buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
      registers: [],
    }),
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

type Gathered = { total: number; failed: number; sumS: number; counts: Map<number, number> };

/** HTTP figures of all routes together and of each, from the histogram. */
export async function httpFigures(
  http: Histograms['http'],
): Promise<{ all: RouteFigures & { average: number }; routes: Record<string, RouteFigures> }> {
  const gathered = new Map<string, Gathered>();
  const all: Gathered = { total: 0, failed: 0, sumS: 0, counts: new Map() };
  for (const { metricName, labels, value } of (await http.get()).values) {
    // Buckets have one label more than the type says.
    const { le: bound } = labels as { le?: string | number };
    const name = `${labels.method} ${labels.route}`;
    const route = gathered.get(name) ?? { total: 0, failed: 0, sumS: 0, counts: new Map<number, number>() };
    gathered.set(name, route);
    for (const each of [all, route]) {
      if (metricName?.endsWith('_count')) {
        each.total += value;
        if (Number(labels.status) >= 400) each.failed += value;
      } else if (metricName?.endsWith('_sum')) each.sumS += value;
      else {
        const le = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound);
        each.counts.set(le, (each.counts.get(le) ?? 0) + value);
      }
    }
  }
  return {
    all: { ...figuresOf(all), average: all.total === 0 ? 0 : (all.sumS / all.total) * 1_000 },
    routes: Object.fromEntries([...gathered].map(([name, route]) => [name, figuresOf(route)])),
  };
}

function figuresOf({ total, failed, counts }: Gathered): RouteFigures {
  const buckets = [...counts].map(([le, count]) => ({ le, count })).sort((left, right) => left.le - right.le);
  const ms = (share: number): number => round(quantile(buckets, share) * 1_000);
  return {
    total,
    failed,
    error_rate: total === 0 ? 0 : round(failed / total),
    p50: ms(0.5),
    p95: ms(0.95),
    p99: ms(0.99),
  };
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
