import type { Histogram } from 'prom-client';

type Values = Awaited<ReturnType<Histogram<'event' | 'outcome'>['get']>>;
type Series = { event: string; outcome: string; counts: number[]; sum: number };

const NAME = 'parley_event_duration_seconds';

/**
 * How long the events of clients took, by event and outcome, as a Prometheus histogram. prom-client's own class checks and joins the labels
 * at each value, which cost 3 % of relaying a message; two maps find the series here.
 */
export class EventDurations {
  readonly name = NAME;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Map<string, Series>>();

  /** `bounds`: the upper bounds of the buckets in seconds, in order; one more holds what lies beyond the last. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
  }

  /** `outcome` is `ok` or the code of a refusal. */
  observe(event: string, outcome: string, seconds: number): void {
    const series = this.#series.get(event)?.get(outcome) ?? this.#begin(event, outcome);
    let bucket = 0;
    while (bucket < this.#bounds.length && seconds > (this.#bounds[bucket] ?? 0)) bucket += 1;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += seconds;
  }

  /** What prom-client's registry asks of a metric. */
  async get(): Promise<Values> {
    const values = [...this.#series.values()].flatMap((byOutcome) =>
      [...byOutcome.values()].flatMap((each) => this.#told(each)),
    );
    // prom-client tells the type as a word; its types call it a number.
    const type = 'histogram' as unknown as Values['type'];
    return { name: NAME, help: 'Time to handle events of clients', type, aggregator: 'sum', values } as Values;
  }

  #told({ event, outcome, counts, sum }: Series) {
    const labels = { event, outcome };
    let total = 0;
    const buckets = counts.map((count, at) => {
      total += count;
      return { metricName: `${NAME}_bucket`, labels: { le: this.#bounds[at] ?? '+Inf', ...labels }, value: total };
    });
    return [
      ...buckets,
      { metricName: `${NAME}_sum`, labels, value: sum },
      { metricName: `${NAME}_count`, labels, value: total },
    ];
  }

  #begin(event: string, outcome: string): Series {
    const series = { event, outcome, counts: Array.from({ length: this.#bounds.length + 1 }, () => 0), sum: 0 };
    const byOutcome = this.#series.get(event) ?? new Map<string, Series>();
    this.#series.set(event, byOutcome.set(outcome, series));
    return series;
  }
}
