import type { LinkReading, ReadingAt } from '../../stores/state.ts';
import { LineChart } from './line-chart.tsx';
import { framesWords, msWords, rateWords, shareWords } from './number-words.ts';
import styles from './quality.module.css';

type Read = (reading: LinkReading) => number | null;
/** A value of the whole way, or one that each direction has. */
type Chart = { title: string; least: number; words: (value: number) => string; lines: Readonly<Record<string, Read>> };

const CHARTS: readonly Chart[] = [
  { title: 'Round trip', least: 100, words: msWords, lines: { '': (reading) => reading.roundTripMs } },
  {
    title: 'Packets lost',
    least: 0.05,
    words: shareWords,
    lines: { Received: ({ received }) => received.lossRatio, Sent: ({ sent }) => sent.lossRatio },
  },
  {
    title: 'Data',
    least: 100_000,
    words: rateWords,
    lines: { Received: (reading) => reading.receivedBps, Sent: (reading) => reading.sentBps },
  },
  {
    title: 'Pictures',
    least: 20,
    words: framesWords,
    lines: { Received: ({ received }) => received.framesPerSecond, Sent: ({ sent }) => sent.framesPerSecond },
  },
];

/** The last minutes of a link: round trip, loss, data and pictures. */
export function ConnectionCharts({ record }: { record: readonly ReadingAt[] }) {
  const untilMs = record.at(-1)?.atMs ?? 0;
  const pointsOf = (read: Read) => record.map(({ atMs, reading }) => ({ atMs, value: read(reading) }));
  return (
    <div className={styles.charts}>
      {CHARTS.map(({ lines, ...chart }) => (
        <LineChart
          key={chart.title}
          {...chart}
          lines={Object.entries(lines).map(([label, read]) => ({ label, points: pointsOf(read) }))}
          untilMs={untilMs}
        />
      ))}
    </div>
  );
}
