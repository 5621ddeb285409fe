import { type KeyboardEvent, useId, useMemo, useRef } from 'react';
import { formatClock, formatClockExactly } from '../words.ts';
import styles from './chart.module.css';
import type { ChartKind, Sample, Tone } from './kinds.ts';
import { type Line, Plot } from './plot.tsx';
import { nearestIndex, type TimeAxis } from './scale.ts';

const tones = { first: styles.first, second: styles.second, bad: styles.bad } satisfies Record<
  Tone,
  string | undefined
>;
/** Lines are told apart without their colors as well. */
const DASHES = { first: undefined, second: [5, 3], bad: [7, 2] } satisfies Record<Tone, number[] | undefined>;

type ChartProps = {
  kind: ChartKind;
  samples: readonly Sample[];
  time: TimeAxis;
  limit: number | undefined;
  /** The moment that is read in all charts at once. */
  cursor: number | undefined;
  onCursor: (at: number | undefined) => void;
};

/**
 * Lines over time. The pointer or the arrow keys read single moments; to screen readers the plot is a slider over the
 * moments, described by what was highest and lowest.
 */
export function Chart({ kind, samples, time, limit, cursor, onCursor }: ChartProps) {
  const { title, series, format, step } = kind;
  const id = useId();
  const moments = useMemo(() => samples.map(({ at }) => at), [samples]);
  const highest = Math.max(0, ...series.flatMap(({ measure }) => samples.map((sample) => sample[measure])));
  // The limit is drawn once the values come near it; before, it would press them flat.
  const shownLimit = limit !== undefined && highest > limit / 2 ? limit : undefined;
  const legend = useRef<HTMLUListElement>(null);
  const lines = useMemo(() => {
    // Keys of the legend have the colors of the theme; the canvas takes them from there.
    const colorOf = (at: number) => () => {
      const key = legend.current?.querySelectorAll('path')[at];
      return key ? getComputedStyle(key).stroke : '';
    };
    const all = series.map(
      ({ measure, tone }, at): Line => ({
        values: samples.map((sample) => sample[measure]),
        color: colorOf(at),
        dash: DASHES[tone],
        isFilled: tone === 'first',
      }),
    );
    if (shownLimit === undefined) return all;
    return [...all, { values: samples.map(() => shownLimit), color: colorOf(all.length), dash: [6, 4], width: 1.5 }];
  }, [series, samples, shownLimit]);
  const index = cursor === undefined ? undefined : nearestIndex(moments, cursor);
  const read = samples[index ?? samples.length - 1];
  const last = samples.length - 1;

  const moveTo = (to: number) => onCursor(moments[Math.min(last, Math.max(0, to))]);
  const onKeyDown = (event: KeyboardEvent) => {
    const from = index ?? last;
    const steps: Record<string, number | undefined> = {
      ArrowLeft: from - 1,
      ArrowDown: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from + 1,
      PageDown: from - 30,
      PageUp: from + 30,
      Home: 0,
      End: last,
    };
    const to = steps[event.key];
    if (to !== undefined) moveTo(to);
    else if (event.key === 'Escape' && cursor !== undefined) onCursor(undefined);
    else return;
    event.preventDefault();
  };
  const said = (sample: Sample) =>
    `${formatClockExactly(sample.at)}: ${series.map(({ name, measure }) => `${name} ${format(sample[measure])}`).join(', ')}`;

  return (
    <figure className={styles.chart} aria-labelledby={`${id}-title`}>
      <figcaption className={styles.head}>
        <h3 id={`${id}-title`}>{title}</h3>
        <span className={styles.when}>{index === undefined || !read ? 'now' : formatClockExactly(read.at)}</span>
      </figcaption>
      <ul className={styles.legend} ref={legend}>
        {series.map(({ measure, name, tone }) => (
          <li key={measure} className={tones[tone]}>
            <svg className={styles.key} viewBox="0 0 18 4" aria-hidden="true" focusable="false">
              <path d="M0 2h18" className={styles.line} />
            </svg>
            <span>{name}</span>
            <strong>{read ? format(read[measure]) : '–'}</strong>
          </li>
        ))}
        {shownLimit === undefined ? null : (
          <li>
            <svg className={styles.key} viewBox="0 0 18 4" aria-hidden="true" focusable="false">
              <path d="M0 2h18" className={styles.limit} />
            </svg>
            <span>limit {format(shownLimit)}</span>
          </li>
        )}
      </ul>
      <p id={`${id}-summary`} className="visually-hidden">
        {summaryOf(kind, samples)}
      </p>
      <div
        className={styles.plot}
        role="slider"
        tabIndex={0}
        aria-label={`${title}: moment`}
        aria-describedby={`${id}-summary`}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={index ?? last}
        aria-valuetext={read ? said(read) : ''}
        onKeyDown={onKeyDown}
        onBlur={() => onCursor(undefined)}
      >
        <Plot
          moments={moments}
          lines={lines}
          from={time.from}
          to={time.to}
          format={format}
          step={step}
          cursor={index === undefined ? undefined : read?.at}
          onCursor={onCursor}
        />
      </div>
    </figure>
  );
}

/** The lines in figures: now, highest and lowest, each with its moment. */
export function summaryOf({ series, format }: ChartKind, samples: readonly Sample[]): string {
  return series
    .map(({ name, measure }) => {
      const now = samples.at(-1);
      if (!now) return `${name}: no samples yet.`;
      let high = now;
      let low = now;
      for (const sample of samples) {
        if (sample[measure] > high[measure]) high = sample;
        if (sample[measure] < low[measure]) low = sample;
      }
      if (high[measure] === low[measure]) return `${name}: ${format(now[measure])} all the time.`;
      return (
        `${name}: ${format(now[measure])} now, highest ${format(high[measure])} at ${formatClock(high.at)}, ` +
        `lowest ${format(low[measure])} at ${formatClock(low.at)}.`
      );
    })
    .join(' ');
}
