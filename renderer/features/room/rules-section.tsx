import type { Room, RuledPerson } from '@parley/shared/model';
import { Lock } from 'lucide-react';
import { useState } from 'react';
import { UNREACHED } from '../../stores/app-store.ts';
import { useActions, useApp } from '../../stores/react.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { Refused, SwitchField } from '../../ui/field.tsx';
import styles from './room.module.css';

const nameIn = ({ name }: RuledPerson) => name ?? 'Somebody you have not met';

/** Who may come in: the lock, those who are let in, and those who were removed. Members read it; the owner and moderators change it. */
export function RulesSection({ room }: { room: Room }) {
  const { lockRoom, letBack } = useActions();
  const rules = useApp((state) => (state.reach[room.roomId] ?? UNREACHED).rules);
  const [error, setError] = useState<string | null>(null);
  const { locked, role, admittedPeople, removedPeople } = rules;
  const mayChange = role !== 'member';
  if (!mayChange && !locked) return null;
  return (
    <section aria-label="Who may come in" className={styles.rules}>
      {mayChange ? (
        <SwitchField
          label="Lock room"
          icon={<Lock aria-hidden="true" />}
          checked={locked}
          onChange={(on) =>
            void lockRoom(room.roomId, on).then((outcome) => setError(outcome.ok ? null : outcome.message))
          }
          hint="Nobody new comes in with the invite alone. Those whom you met here stay in; anybody else knocks, and you let them in or not."
        />
      ) : (
        <p className={styles.soft}>
          This room is locked. Whoever comes with the invite alone knocks, and its owner or a moderator decides.
        </p>
      )}
      {error ? <Refused>{error}</Refused> : null}
      {mayChange && locked ? <People title="Let in" people={admittedPeople} empty="Nobody else yet." /> : null}
      {mayChange && removedPeople.length > 0 ? (
        <People
          title="Removed"
          people={removedPeople}
          {...(role === 'owner' ? { onLetBack: (person) => void letBack(room.roomId, person.person) } : {})}
        />
      ) : null}
    </section>
  );
}

type PeopleProps = {
  title: string;
  people: readonly RuledPerson[];
  empty?: string;
  onLetBack?: (person: RuledPerson) => void;
};

function People({ title, people, empty, onLetBack }: PeopleProps) {
  return (
    <>
      <h3 className={styles.ruledTitle}>{title}</h3>
      {people.length === 0 ? <p className={styles.soft}>{empty}</p> : null}
      <ul aria-label={title} className={styles.ruled}>
        {people.map((person) => (
          <li key={person.person}>
            <Avatar id={person.person} name={nameIn(person)} size={28} />
            <bdi>{nameIn(person)}</bdi>
            {onLetBack ? (
              <Button size="small" onClick={() => onLetBack(person)}>
                Let back in<span className="visually-hidden">: {nameIn(person)}</span>
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}
