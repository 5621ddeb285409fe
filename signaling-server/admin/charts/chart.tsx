import { type KeyboardEvent, type PointerEvent, useId, useMemo } from 'react';
import { classNames } from '../ui/class-names.ts';
import { formatClock, formatClockExactly } from '../words.ts';
import styles from './chart.module.css';
import type { ChartKind, Sample, Tone } from './kinds.ts';
import { areaPath, linePath, nearestIndex, roundAxis, runsOf, shareOf, type TimeAxis } from './scale.ts';

const tones = { first: styles.first, second: styles.second, bad: styles.bad } satisfies Record<
  Tone,
  string | undefined
>;

type ChartProps = {
  kind: ChartKind;
  samples: readonly Sample[];
  time: TimeAxis;
  limit: number | undefined;
  /** The moment that is read in all charts at once. */
  cursor: number | undefined;
  onCursor: (at: number | undefined) => void;
};

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

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
  const top = Math.max(highest, shownLimit ?? 0);
  const axis = useMemo(() => roundAxis(top, step), [top, step]);
  const lines = useMemo(
    () =>
      series.map(({ measure, tone }) => {
        const runs = runsOf(samples, (index) => samples[index]?.[measure] ?? 0, time, axis);
        return { measure, tone, line: linePath(runs), area: areaPath(runs) };
      }),
    [series, samples, time, axis],
  );
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
  const onPointer = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    onCursor(time.from + shareOf(event.clientX, box.left, box.right) * (time.to - time.from));
  };

  const said = (sample: Sample) =>
    `${formatClockExactly(sample.at)}: ${series.map(({ name, measure }) => `${name} ${format(sample[measure])}`).join(', ')}`;

  return (
    <figure className={styles.chart} aria-labelledby={`${id}-title`}>
      <figcaption className={styles.head}>
        <h3 id={`${id}-title`}>{title}</h3>
        <span className={styles.when}>{index === undefined || !read ? 'now' : formatClockExactly(read.at)}</span>
      </figcaption>
      <ul className={styles.legend}>
        {series.map(({ measure, name, tone }) => (
          <li key={measure} className={tones[tone]}>
            <svg className={styles.key} viewBox="0 0 18 4" aria-hidden="true" focusable="false">
              <path d="M0 2h18" className={styles.line} />
            </svg>
            <span>{name}</span>
            <strong>{read ? format(read[measure]) : '–'}</strong>
          </li>
        ))}
      </ul>
      <p id={`${id}-summary`} className="visually-hidden">
        {summaryOf(kind, samples)}
      </p>
      <div className={styles.body}>
        <div className={styles.values} aria-hidden="true">
          {axis.ticks.map((tick) => (
            <span key={tick} style={{ insetBlockEnd: percent(tick / axis.max) }}>
              {format(tick)}
            </span>
          ))}
        </div>
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
          onPointerMove={onPointer}
          onPointerDown={onPointer}
          onPointerLeave={() => onCursor(undefined)}
        >
          <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            {axis.ticks.map((tick) => (
              <path key={tick} className={styles.grid} d={`M0 ${1000 - (tick / axis.max) * 1000}H1000`} />
            ))}
            {shownLimit === undefined ? null : (
              <path className={styles.limit} d={`M0 ${1000 - (shownLimit / axis.max) * 1000}H1000`} />
            )}
            {lines.map(({ measure, tone, area }) => (
              <path key={measure} className={classNames(styles.area, tones[tone])} d={area} />
            ))}
            {lines.map(({ measure, tone, line }) => (
              <path key={measure} className={classNames(styles.line, tones[tone])} d={line} />
            ))}
          </svg>
          {index !== undefined && read ? (
            <>
              <span
                className={styles.cursor}
                style={{ insetInlineStart: percent(shareOf(read.at, time.from, time.to)) }}
              />
              {series.map(({ measure, tone }) => (
                <span
                  key={measure}
                  className={classNames(styles.dot, tones[tone])}
                  style={{
                    insetInlineStart: percent(shareOf(read.at, time.from, time.to)),
                    insetBlockEnd: percent(shareOf(read[measure], 0, axis.max)),
                  }}
                />
              ))}
            </>
          ) : null}
          {shownLimit === undefined ? null : (
            <span
              className={styles.limitName}
              style={{ insetBlockEnd: percent(shownLimit / axis.max) }}
              aria-hidden="true"
            >
              limit {format(shownLimit)}
            </span>
          )}
        </div>
        <div className={styles.times} aria-hidden="true">
          {time.ticks.map((tick) => (
            <span key={tick} style={{ insetInlineStart: percent(shareOf(tick, time.from, time.to)) }}>
              {formatClock(tick)}
            </span>
          ))}
        </div>
      </div>
    </figure>
  );
}

/** What an eye takes from the lines: now, highest and lowest, each with its moment. */
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
