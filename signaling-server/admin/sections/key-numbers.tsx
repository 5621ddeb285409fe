import { lately, ratePerSecond, sumOf } from '../recent.ts';
import { useAdminState, useOverview } from '../store/react.tsx';
import { classNames } from '../ui/class-names.ts';
import { formatCount, formatMs, formatRate, formatShare } from '../words.ts';
import styles from './key-numbers.module.css';

type KeyNumber = { name: string; value: string; more?: string; bad?: boolean };

export function KeyNumbers() {
  const { health, metrics, samples } = useOverview();
  const recent = useAdminState((state) => state.recent);
  const relayed = ratePerSecond(recent, (totals) => totals.relayed) ?? samples.at(-1)?.relayed_per_s;
  const errors = sumOf(metrics.errors);
  const newErrors = lately(recent, (totals) => sumOf(totals.errors));
  const numbers: KeyNumber[] = [
    {
      name: 'Connections',
      value: formatCount(health.connections),
      more: `${formatCount(metrics.websocket.total_connections)} since the start`,
    },
    { name: 'Rooms', value: formatCount(health.rooms) },
    { name: 'Participants', value: formatCount(health.participants) },
    { name: 'Streams', value: formatCount(health.streams), more: `${formatCount(metrics.streams.started)} started` },
    {
      name: 'Relayed per second',
      value: relayed === undefined ? '–' : formatRate(relayed),
      more: `${formatCount(metrics.data.total_messages_relayed)} in all`,
    },
    {
      name: 'HTTP requests',
      value: formatCount(metrics.requests.total),
      more: `${formatShare(metrics.requests.success_rate)} served, ${formatShare(0.95)} within ${formatMs(metrics.requests.p95)}`,
    },
    {
      name: 'Errors',
      value: formatCount(errors),
      more: newErrors > 0 ? `${formatCount(newErrors)} new within a minute` : 'none within a minute',
      bad: newErrors > 0,
    },
  ];
  return (
    <section aria-labelledby="key-numbers">
      <h2 id="key-numbers" className="visually-hidden">
        Key numbers
      </h2>
      <dl className={styles.numbers}>
        {numbers.map(({ name, value, more, bad }) => (
          <div key={name} className={classNames(styles.number, bad && styles.bad)}>
            <dt>{name}</dt>
            <dd className={styles.value}>{value}</dd>
            {more === undefined ? null : <dd className={styles.more}>{more}</dd>}
          </div>
        ))}
      </dl>
    </section>
  );
}
