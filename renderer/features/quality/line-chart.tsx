import { type ChartPoint, chartMax, chartPath } from './chart-path.ts';
import styles from './quality.module.css';

export type ChartLine = { label: string; points: readonly ChartPoint[] };

type LineChartProps = {
  title: string;
  /** One or two lines; the second one is dashed. */
  lines: readonly ChartLine[];
  /** When the last reading was taken, by the monotonic clock in ms. */
  untilMs: number;
  /** The chart reaches at least so high. */
  least: number;
  /** A value in words, with its unit. */
  words: (value: number) => string;
};

/** How far back the charts go, in ms. */
export const CHART_SPAN_MS = 300_000;
const [WIDTH, HEIGHT] = [240, 56];

/** A small chart of the last minutes. Its numbers are said in words, for people who do not see the lines. */
export function LineChart({ title, lines, untilMs, least, words }: LineChartProps) {
  const fromMs = untilMs - CHART_SPAN_MS;
  const valuesOf = ({ points }: ChartLine) =>
    points.flatMap(({ atMs, value }) => (value === null || atMs < fromMs ? [] : [value]));
  const max = chartMax(lines.flatMap(valuesOf), least);
  return (
    <figure className={styles.chart}>
      <figcaption>
        <strong>{title}</strong>
        <ul>
          {lines.map((line, at) => (
            <li key={line.label}>
              {lines.length > 1 ? <Key dashed={at > 0} /> : null}
              <span>{inWords(line, valuesOf(line), words)}</span>
            </li>
          ))}
        </ul>
      </figcaption>
      <div className={styles.plot}>
        <span className={styles.max} aria-hidden="true">
          {words(max)}
        </span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {lines.map((line, at) => (
            <path
              key={line.label}
              className={at > 0 ? styles.second : styles.first}
              d={chartPath(line.points, { width: WIDTH, height: HEIGHT, fromMs, untilMs, max })}
            />
          ))}
        </svg>
      </div>
    </figure>
  );
}

function inWords({ label, points }: ChartLine, values: readonly number[], words: (value: number) => string) {
  const now = points.at(-1)?.value ?? null;
  const range =
    values.length > 1
      ? `, between ${words(Math.min(...values))} and ${words(Math.max(...values))} in the last minutes`
      : '';
  return (
    <>
      {label ? `${label} ` : ''}
      {now === null ? 'not measured' : words(now)}
      <span className="visually-hidden">{range}</span>
    </>
  );
}

/** The look of a line, beside its words. */
function Key({ dashed }: { dashed: boolean }) {
  return (
    <svg className={styles.key} viewBox="0 0 16 4" aria-hidden="true">
      <path className={dashed ? styles.second : styles.first} d="M0 2h16" />
    </svg>
  );
}
