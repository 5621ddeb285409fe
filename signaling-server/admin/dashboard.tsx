import { LogOut, TriangleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import styles from './dashboard.module.css';
import { Drain } from './sections/drain.tsx';
import { History } from './sections/history.tsx';
import { KeyNumbers } from './sections/key-numbers.tsx';
import { LISTS } from './sections/lists.ts';
import { Status } from './sections/status.tsx';
import { Warnings } from './sections/warnings.tsx';
import { LOOK_EVERY_MS, type Overview } from './store/admin-store.ts';
import { useAdmin, useAdminState, useNow, useOverview } from './store/react.tsx';
import { Button } from './ui/button.tsx';
import { classNames } from './ui/class-names.ts';
import { Logo } from './ui/logo.tsx';
import { formatAgo, formatClockExactly, formatWait } from './words.ts';

const TITLES: Record<Overview['health']['status'], string> = {
  ok: '',
  degraded: 'Degraded · ',
  draining: 'Draining · ',
};

export function Dashboard() {
  const admin = useAdmin();
  const { health, metrics } = useOverview();
  const heading = useRef<HTMLHeadingElement>(null);
  const silent = useAdminState(({ trouble }) => trouble !== undefined);

  // The form that had the focus is gone.
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    document.title = `${silent ? 'No answer · ' : TITLES[health.status]}Parley server`;
    return () => {
      document.title = 'Parley server';
    };
  }, [silent, health.status]);

  return (
    <>
      <header className={styles.header}>
        <div className={styles.brand}>
          <Logo />
          <div>
            <h1 ref={heading} tabIndex={-1}>
              Parley server
            </h1>
            <p className={styles.soft}>
              {metrics.application.version} · {metrics.application.environment}
            </p>
          </div>
        </div>
        <div className={styles.tools}>
          <Freshness />
          <Drain />
          <Button icon={LogOut} onClick={() => admin.signOut()}>
            Sign out
          </Button>
        </div>
      </header>
      <main className={styles.main}>
        <TroubleBanner />
        <Status />
        <Warnings />
        <KeyNumbers />
        <History />
        <div className={styles.lists}>
          {Object.entries(LISTS).map(([column, lists]) => (
            <div key={column}>
              {lists.map(({ id, List }) => (
                <List key={id} />
              ))}
            </div>
          ))}
        </div>
      </main>
    </>
  );
}

/** How old the figures are. Not announced: it changes every second. */
function Freshness() {
  const session = useAdminState((state) => state.session);
  const now = useNow();
  if (session.at !== 'in') return null;
  const ageMs = Math.max(0, now - session.lookedAt);
  const stale = ageMs > 2.5 * LOOK_EVERY_MS;
  return (
    <p className={classNames(styles.fresh, stale && styles.stale)}>
      <span className={styles.pulse} aria-hidden="true" />
      Updated {formatAgo(ageMs)}
    </p>
  );
}

function TroubleBanner() {
  const trouble = useAdminState((state) => state.trouble);
  const session = useAdminState((state) => state.session);
  const now = useNow();
  if (!trouble || session.at !== 'in') return null;
  const nextMs = trouble.nextTryAt - now;
  return (
    <div className={styles.trouble}>
      <TriangleAlert aria-hidden="true" />
      <div>
        <p>
          <strong>{trouble.failure.sentence}</strong>
        </p>
        <p>
          These figures are from {formatClockExactly(session.lookedAt)}.{' '}
          {nextMs > 500 ? `This page asks again in ${formatWait(nextMs)}.` : 'This page is asking again…'}
        </p>
      </div>
    </div>
  );
}
