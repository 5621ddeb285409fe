import type { LinkReading, ReadingAt } from '../../stores/state.ts';
import { LineChart } from './line-chart.tsx';
import { framesWords, msWords, rateWords, shareWords } from './number-words.ts';
import styles from './quality.module.css';

/** The last minutes of a link: round trip, loss, data and pictures. */
export function ConnectionCharts({ record }: { record: readonly ReadingAt[] }) {
  const untilMs = record.at(-1)?.atMs ?? 0;
  const line = (label: string, read: (reading: LinkReading) => number | null) => ({
    label,
    points: record.map(({ atMs, reading }) => ({ atMs, value: read(reading) })),
  });
  const both = (received: (reading: LinkReading) => number | null, sent: (reading: LinkReading) => number | null) => [
    line('Received', received),
    line('Sent', sent),
  ];
  return (
    <div className={styles.charts}>
      <LineChart
        title="Round trip"
        lines={[line('', (reading) => reading.roundTripMs)]}
        untilMs={untilMs}
        least={100}
        words={msWords}
      />
      <LineChart
        title="Packets lost"
        lines={both(
          (reading) => reading.received.lossRatio,
          (reading) => reading.sent.lossRatio,
        )}
        untilMs={untilMs}
        least={0.05}
        words={shareWords}
      />
      <LineChart
        title="Data"
        lines={both(
          (reading) => reading.receivedBps,
          (reading) => reading.sentBps,
        )}
        untilMs={untilMs}
        least={100_000}
        words={rateWords}
      />
      <LineChart
        title="Pictures"
        lines={both(
          (reading) => reading.received.framesPerSecond,
          (reading) => reading.sent.framesPerSecond,
        )}
        untilMs={untilMs}
        least={20}
        words={framesWords}
      />
    </div>
  );
}
