import { Check } from 'lucide-react';
import { useRef, useState } from 'react';
import type { Overview } from '../store/admin-store.ts';
import { useAdmin, useOverview } from '../store/react.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { classNames } from '../ui/class-names.ts';
import { countOf, formatClock } from '../words.ts';
import styles from './warnings.module.css';

/** The things that an admin should correct. Nothing is shown while there are none. */
export function Warnings() {
  const { warnings } = useOverview();
  if (warnings.length === 0) return null;
  const open = warnings.filter(({ acknowledged }) => !acknowledged).length;
  // Those that nobody has acknowledged stand first.
  const sorted = [...warnings].sort((left, right) => Number(left.acknowledged) - Number(right.acknowledged));
  return (
    <Card title="To correct" aside={open === 0 ? 'all acknowledged' : countOf(open, 'new warning', 'new warnings')}>
      <ul className={styles.warnings}>
        {sorted.map((warning) => (
          <WarningRow key={warning.key} warning={warning} />
        ))}
      </ul>
    </Card>
  );
}

function WarningRow({ warning: { key, sentence, since, acknowledged } }: { warning: Overview['warnings'][number] }) {
  const admin = useAdmin();
  const [busy, setBusy] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const acknowledge = async () => {
    setBusy(true);
    const answer = await admin.acknowledge(key);
    setBusy(false);
    // The button that had the focus is gone.
    if (answer.ok) row.current?.focus();
  };
  return (
    <li ref={row} tabIndex={-1} className={classNames(styles.warning, acknowledged && styles.acknowledged)}>
      <div>
        <p>{sentence}</p>
        <p className={styles.since}>
          since {formatClock(Date.parse(since))}
          {acknowledged ? ' · acknowledged' : ''}
        </p>
      </div>
      {acknowledged ? null : (
        <Button icon={Check} busy={busy} onClick={() => void acknowledge()}>
          Acknowledge
        </Button>
      )}
    </li>
  );
}
