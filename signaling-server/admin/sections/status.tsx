import { CircleCheck, DoorOpen, TriangleAlert } from 'lucide-react';
import type { Overview } from '../store/admin-store.ts';
import { useOverview } from '../store/react.tsx';
import { classNames } from '../ui/class-names.ts';
import { checkWords, countOf, formatSpan } from '../words.ts';
import styles from './status.module.css';

const LOOKS = {
  ok: { title: 'In order', Icon: CircleCheck, className: styles.ok },
  degraded: { title: 'Degraded', Icon: TriangleAlert, className: styles.degraded },
  draining: { title: 'Draining', Icon: DoorOpen, className: styles.draining },
} as const;

/** How the server is in a word, why, and how far each check is from its limit. */
export function Status() {
  const { health } = useOverview();
  const { title, Icon, className } = LOOKS[health.status];
  return (
    <section className={classNames(styles.status, className)} aria-labelledby="status">
      <div className={styles.verdict}>
        <Icon aria-hidden="true" />
        <div className={styles.words}>
          <h2 id="status">
            <span className="visually-hidden">Status: </span>
            {title}
          </h2>
          {reasonsOf(health).map((reason) => (
            <p key={reason}>{reason}</p>
          ))}
          <p className={styles.soft}>Running for {formatSpan(health.uptime_s)}.</p>
        </div>
      </div>
      <ul className={styles.checks} aria-label="Checks">
        {Object.entries(health.checks).map(([key, check]) => {
          const words = checkWords(key, check);
          const share = check.value === null || check.threshold === 0 ? 1 : Math.min(1, check.value / check.threshold);
          return (
            <li key={key} className={check.status === 'degraded' ? styles.over : undefined}>
              <p className={styles.name}>
                {words.name}
                {check.status === 'degraded' ? <span className={styles.mark}>over its limit</span> : null}
              </p>
              <p>
                <strong>{words.value}</strong> <span className={styles.soft}>limit {words.limit}</span>
              </p>
              <span className={styles.meter} aria-hidden="true">
                <span style={{ inlineSize: `${(share * 100).toFixed(1)}%` }} />
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Sentences that say why the status is what it is. A server that drains may be in trouble as well. */
export function reasonsOf(health: Overview['health']): string[] {
  const reasons = Object.entries(health.checks).flatMap(([key, check]) =>
    check.status === 'degraded' ? [checkWords(key, check).reason] : [],
  );
  if (health.status === 'draining') {
    const left =
      health.connections === 0
        ? 'Nobody is connected any more.'
        : `${countOf(health.connections, 'client is', 'clients are')} still connected.`;
    return [`Clients are sent elsewhere and new ones are refused. ${left}`, ...reasons];
  }
  return reasons.length > 0 ? reasons : ['All checks are below their limits.'];
}
