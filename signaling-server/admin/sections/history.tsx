import { ChartLine, Table } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Chart } from '../charts/chart.tsx';
import { CHARTS } from '../charts/kinds.ts';
import { byMinute, timeAxis } from '../charts/scale.ts';
import { useOverview } from '../store/react.tsx';
import { Card, Nothing, TableBox } from '../ui/card.tsx';
import { formatClock } from '../words.ts';
import styles from './history.module.css';

const COLUMNS = CHARTS.flatMap(({ series, format }) => series.map(({ measure, name }) => ({ measure, name, format })));
const MEASURES = COLUMNS.map(({ measure }) => measure);

/** The last hour as charts, or as a table with the same figures. */
export function History() {
  const overview = useOverview();
  const { samples } = overview;
  const [shape, setShape] = useState<'charts' | 'table'>('charts');
  const [cursor, setCursor] = useState<number>();
  const time = useMemo(() => timeAxis(samples[0]?.at ?? 0, samples.at(-1)?.at ?? 0), [samples]);
  const choices = (
    <fieldset className={styles.choices}>
      <legend className="visually-hidden">Show the last hour as</legend>
      <button type="button" aria-pressed={shape === 'charts'} onClick={() => setShape('charts')}>
        <ChartLine aria-hidden="true" />
        Charts
      </button>
      <button type="button" aria-pressed={shape === 'table'} onClick={() => setShape('table')}>
        <Table aria-hidden="true" />
        Table
      </button>
    </fieldset>
  );
  return (
    <Card title="The last hour" aside={choices}>
      {samples.length === 0 ? (
        <Nothing>The server looks at itself every ten seconds. The first look has not happened yet.</Nothing>
      ) : shape === 'charts' ? (
        <div className={styles.charts}>
          {CHARTS.map((kind) => (
            <Chart
              key={kind.title}
              kind={kind}
              samples={samples}
              time={time}
              limit={kind.limit?.(overview)}
              cursor={cursor}
              onCursor={setCursor}
            />
          ))}
        </div>
      ) : (
        <HistoryTable />
      )}
    </Card>
  );
}

function HistoryTable() {
  const { samples } = useOverview();
  const minutes = useMemo(() => byMinute(samples, MEASURES), [samples]);
  return (
    <TableBox label="The last hour as a table" tall>
      <table className={styles.table}>
        <caption>The highest of each minute, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Minute</th>
            {COLUMNS.map(({ measure, name }) => (
              <th key={measure} scope="col" data-number>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {minutes.map(({ at, highest }) => (
            <tr key={at}>
              <th scope="row">{formatClock(at)}</th>
              {COLUMNS.map(({ measure, format }) => (
                <td key={measure} data-number>
                  {format(highest[measure])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
