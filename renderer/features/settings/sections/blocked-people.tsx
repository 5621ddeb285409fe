import { type BlockedPeer, isolated } from '@parley/shared/model';
import { useState } from 'react';
import { useActions, useApp } from '../../../stores/react.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Button } from '../../../ui/button.tsx';
import { formatWhen } from '../../../ui/format.ts';
import { useNow } from '../../../ui/use-now.ts';
import styles from '../settings-screen.module.css';
import own from './storage.module.css';

/** Everybody whom this person blocked, and the way back. */
export function BlockedPeople() {
  const blocked = useApp((state) => state.blocked);
  const [said, setSaid] = useState('');
  return (
    <section className={styles.section} aria-labelledby="settings-blocked">
      <h2 id="settings-blocked">Blocked people</h2>
      {blocked.length === 0 ? (
        <p className={styles.fact}>
          You have blocked nobody. To block somebody, open People on the left, or People in a room that you share.
        </p>
      ) : (
        <ul className={own.rooms} aria-label="Blocked people">
          {blocked.map((each) => (
            <Blocked key={each.person} blocked={each} onUnblocked={setSaid} />
          ))}
        </ul>
      )}
      <p role="status" className={said === '' ? 'visually-hidden' : styles.fact}>
        {said}
      </p>
    </section>
  );
}

function Blocked({ blocked, onUnblocked }: { blocked: BlockedPeer; onUnblocked: (said: string) => void }) {
  const { unblockPerson } = useActions();
  const now = useNow(60_000);
  const [busy, setBusy] = useState(false);
  const { person, name, devices, blockedAt } = blocked;
  const unblock = async () => {
    setBusy(true);
    const unblocked = await unblockPerson(person);
    setBusy(false);
    if (unblocked.ok)
      onUnblocked(`${isolated(name)} can reach you again. Their messages of the meantime are shown in your rooms.`);
  };
  return (
    <li className={own.room}>
      <Avatar id={person} name={name} size={36} />
      <div className={own.about}>
        <p className={own.name} dir="auto">
          {name}
        </p>
        <p className={styles.fact}>
          Blocked {formatWhen(blockedAt, now)}
          {devices.length > 1 ? `, with all ${devices.length} computers` : ''}
        </p>
      </div>
      <Button busy={busy} onClick={() => void unblock()}>
        Unblock<span className="visually-hidden"> {name}</span>
      </Button>
    </li>
  );
}
