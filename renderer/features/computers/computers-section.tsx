import type { Computer, ComputersState } from '@parley/shared/model';
import { Laptop, MonitorSmartphone } from 'lucide-react';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { formatDay } from '../../ui/format.ts';
import { useNow } from '../../ui/use-now.ts';
import settings from '../settings/settings-screen.module.css';
import styles from './computers.module.css';
import { TakeInDialog } from './take-in-dialog.tsx';

/** The computers on which this person uses Parley: adding one, and taking one away again. */
export function ComputersSection() {
  const computers = useApp((state) => state.computers);
  const [adding, setAdding] = useState(false);
  const isFirst = computers === null || computers.device === computers.person;
  return (
    <section className={settings.section} aria-labelledby="settings-computers">
      <h2 id="settings-computers">Computers</h2>
      <p className={settings.fact}>
        You can use Parley on several computers. The others see one person with one name, your rooms and messages are on
        each of them, and a safety code that was compared counts for all.
      </p>
      {computers ? <List computers={computers} isFirst={isFirst} /> : null}
      {isFirst ? (
        <div>
          <Button look="primary" icon={MonitorSmartphone} className={styles.add} onClick={() => setAdding(true)}>
            Use Parley on another computer…
          </Button>
        </div>
      ) : (
        <p className={settings.fact}>
          Computers are added and removed on your first one, whose key stands for you. This one can leave by itself.
        </p>
      )}
      {adding ? <TakeInDialog onClose={() => setAdding(false)} /> : null}
    </section>
  );
}

function List({ computers, isFirst }: { computers: ComputersState; isFirst: boolean }) {
  const { device, devices, list } = computers;
  const now = useNow(60_000);
  const [removing, setRemoving] = useState<Computer | null>(null);
  const [leaving, setLeaving] = useState(false);
  // One that left by itself stands on the list until the first computer signs the next.
  const others = list?.computers.filter((computer) => devices.includes(computer.device)) ?? [];
  return (
    <>
      <ul className={styles.list} aria-label="Your computers">
        <li className={styles.computer}>
          <Laptop aria-hidden="true" />
          <span className={styles.text}>
            <strong>{isFirst ? <bdi>{computers.suggestedName}</bdi> : 'Your first computer'}</strong>
            <span className={styles.soft}>
              {isFirst
                ? `${others.length > 0 ? 'The first one' : 'The only one'} · this computer`
                : 'Adds and removes the others'}
            </span>
          </span>
        </li>
        {others.map((computer) => (
          <li key={computer.device} className={styles.computer}>
            <Laptop aria-hidden="true" />
            <span className={styles.text}>
              <strong id={`computer-${computer.device}`}>
                <bdi>{computer.name}</bdi>
              </strong>
              <span className={styles.soft}>
                Added: {formatDay(computer.askedAt, now)}
                {computer.device === device ? ' · this computer' : ''}
              </span>
            </span>
            {isFirst ? (
              <Button
                size="small"
                look="danger-quiet"
                aria-describedby={`computer-${computer.device}`}
                onClick={() => setRemoving(computer)}
              >
                Remove…
              </Button>
            ) : computer.device === device ? (
              <Button size="small" look="danger-quiet" onClick={() => setLeaving(true)}>
                Leave…
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {removing ? <RemoveDialog computer={removing} onClose={() => setRemoving(null)} /> : null}
      {leaving ? <LeaveDialog onClose={() => setLeaving(false)} /> : null}
    </>
  );
}

function RemoveDialog({ computer, onClose }: { computer: Computer; onClose: () => void }) {
  const { removeComputer } = useActions();
  return (
    <ConfirmDialog
      title="Remove this computer"
      act="Remove"
      onClose={onClose}
      onAct={() => {
        onClose();
        void removeComputer(computer.device);
      }}
    >
      <p>
        From now on <bdi>{computer.name}</bdi> does not speak as you: the others are warned when it comes under your
        name.
      </p>
      <p>
        They learn of it when they meet you, or somebody who knows already. Until then, people who meet only that
        computer may go on taking it for yours.
      </p>
      <p>
        It keeps the messages that it has and the keys of your rooms, and can still come into them. If it was lost or
        stolen, make new rooms and invite only the people you trust.
      </p>
    </ConfirmDialog>
  );
}

/** On a further computer: it stops being this person's, which needs no other computer. */
function LeaveDialog({ onClose }: { onClose: () => void }) {
  const { leaveComputers } = useActions();
  return (
    <ConfirmDialog
      title="Leave your computers"
      act="Leave"
      onClose={onClose}
      onAct={() => {
        onClose();
        void leaveComputers();
      }}
    >
      <p>
        From now on this computer does not speak as you on the others: what you write here comes from somebody else of
        the same name, and people are warned of that.
      </p>
      <p>
        Your rooms and messages stay on this computer. To use it as yours again, remove Parley’s data from it and add it
        on your first computer like a new one.
      </p>
    </ConfirmDialog>
  );
}
