import type { RingFrom, Settings } from '@parley/shared/model';
import { useActions, useApp } from '../../../stores/react.tsx';
import { SelectField, SwitchField, TextField } from '../../../ui/field.tsx';
import { useNow } from '../../../ui/use-now.ts';
import { quietWords } from '../../ring/quiet-words.ts';
import styles from '../settings-screen.module.css';

const froms: readonly { id: RingFrom; label: string }[] = [
  { id: 'everybody', label: 'Everybody in my rooms' },
  { id: 'verified', label: 'People whose safety code I compared' },
  { id: 'nobody', label: 'Nobody' },
];

const two = (count: number): string => String(count).padStart(2, '0');
const asTime = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
/** Null for what is no time yet. */
function asMinutes(time: string): number | null {
  const [, hours, minutes] = /^(\d{2}):(\d{2})$/.exec(time) ?? [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** Whose calls ring, and when. */
export function RingingSection() {
  const { changeSettings } = useActions();
  const { from, quietHours } = useApp((state) => state.settings.ringing);
  const quiet = useApp((state) => state.quiet);
  const now = useNow(30_000);
  const change = (part: Partial<Settings['ringing']['quietHours']>) =>
    void changeSettings({ ringing: { quietHours: { ...quietHours, ...part } } });
  const changeTime = (which: 'from' | 'until') => (time: string) => {
    const minutes = asMinutes(time);
    if (minutes !== null) change({ [which]: minutes });
  };
  return (
    <section className={styles.section} aria-labelledby="settings-ringing">
      <h2 id="settings-ringing">Calls that ring</h2>
      <SelectField
        label="Who may ring"
        value={from}
        onChange={(id) => {
          const chosen = froms.find((each) => each.id === id);
          if (chosen) void changeSettings({ ringing: { from: chosen.id } });
        }}
        options={froms}
        empty=""
      />
      <SwitchField
        label="Quiet hours"
        checked={quietHours.on}
        onChange={(on) => change({ on })}
        hint="No call rings from one time of day to another."
      />
      {quietHours.on ? (
        <div className={styles.times}>
          <TextField label="From" type="time" value={asTime(quietHours.from)} onChange={changeTime('from')} />
          <TextField label="Until" type="time" value={asTime(quietHours.until)} onChange={changeTime('until')} />
        </div>
      ) : null}
      <p className={styles.fact} role="status">
        {quietWords(quiet, now)} A call that does not ring still shows in its room, and counts as missed. Callers are
        not told why.
      </p>
    </section>
  );
}
