import type { Room } from '@parley/shared/model';
import { Timer } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { Refused, SelectField } from '../../ui/field.tsx';
import { LIFETIMES, lifetimeWords } from '../lifetime-words.ts';
import styles from './room.module.css';

const NEVER = 'never';

/** How long messages may be there: for everybody, by the room's timer. */
export function LifetimeSection({ room }: { room: Room }) {
  const actions = useActions();
  const [error, setError] = useState<string | null>(null);
  const { lifetimeMs } = room;
  const times = lifetimeMs === undefined || LIFETIMES.includes(lifetimeMs) ? LIFETIMES : [lifetimeMs, ...LIFETIMES];
  return (
    <section aria-label="How long messages stay">
      <SelectField
        label="Messages disappear"
        value={String(lifetimeMs ?? NEVER)}
        onChange={(value) => {
          void actions.setTimer(room.roomId, value === NEVER ? null : Number(value)).then((outcome) => {
            setError(outcome.ok ? null : outcome.message);
          });
        }}
        options={[
          { id: NEVER, label: 'Never' },
          ...times.map((ms) => ({ id: String(ms), label: `After ${lifetimeWords(ms)}` })),
        ]}
        empty=""
        icon={<Timer aria-hidden="true" />}
      />
      {error ? <Refused>{error}</Refused> : null}
      <p className={styles.soft}>
        For everybody in this room, from the next message on. Each computer deletes a message so long after it was sent;
        somebody could still have copied it.
      </p>
    </section>
  );
}
