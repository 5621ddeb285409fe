import { lifetimeWords, type Room } from '@parley/shared/model';
import { HardDrive, Timer } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Refused, SelectField } from '../../ui/field.tsx';
import { KEPT_FOR, LIFETIMES } from '../lifetimes.ts';
import styles from './room.module.css';

const NEVER = 'never';
const timeOf = (value: string): number | null => (value === NEVER ? null : Number(value));

/** The choices, with the time that is set where it is none of them. */
function optionsOf(times: readonly number[], set: number | undefined, never: string, word: (words: string) => string) {
  const all = set === undefined || times.includes(set) ? times : [set, ...times];
  return [{ id: NEVER, label: never }, ...all.map((ms) => ({ id: String(ms), label: word(lifetimeWords(ms)) }))];
}

/** How long messages may be there: for everybody, by the room's timer, and on this computer. */
export function LifetimeSection({ room }: { room: Room }) {
  const actions = useActions();
  const [error, setError] = useState<string | null>(null);
  /** A shorter time, which deletes messages, and was not confirmed yet. */
  const [shorter, setShorter] = useState<number | null>(null);
  const { roomId, lifetimeMs, keepMs } = room;
  const keep = (ms: number | null) => {
    setShorter(null);
    void actions.keepMessages(roomId, ms).then((outcome) => setError(outcome.ok ? null : outcome.message));
  };
  return (
    <>
      <section aria-label="Messages that disappear">
        <SelectField
          label="Messages disappear"
          value={String(lifetimeMs ?? NEVER)}
          onChange={(value) => {
            void actions.setTimer(roomId, timeOf(value)).then((outcome) => {
              setError(outcome.ok ? null : outcome.message);
            });
          }}
          options={optionsOf(LIFETIMES, lifetimeMs, 'Never', (words) => `After ${words}`)}
          empty=""
          icon={<Timer aria-hidden="true" />}
        />
        <p className={styles.soft}>
          For everybody in this room, from the next message on. Each computer deletes a message so long after it was
          sent. Somebody can still have copied it.
        </p>
      </section>
      <section aria-label="Messages on this computer">
        <SelectField
          label="Keep messages on this computer"
          value={String(keepMs ?? NEVER)}
          onChange={(value) => {
            const ms = timeOf(value);
            if (ms !== null && (keepMs === undefined || ms < keepMs)) setShorter(ms);
            else keep(ms);
          }}
          options={optionsOf(KEPT_FOR, keepMs, 'For ever', (words) => words)}
          empty=""
          icon={<HardDrive aria-hidden="true" />}
        />
        {error ? <Refused>{error}</Refused> : null}
        <p className={styles.soft}>
          {keepMs === undefined
            ? 'Nothing is deleted by itself.'
            : `Messages that are older than ${lifetimeWords(keepMs)} are deleted here; safety copies hold them up to two days longer, encrypted backups until newer ones replace them. The others keep theirs.`}
        </p>
        {shorter === null ? null : (
          <ConfirmDialog
            title="Delete older messages"
            act="Delete older messages"
            onClose={() => setShorter(null)}
            onAct={() => keep(shorter)}
          >
            <p>
              {`Messages of this room that are older than ${lifetimeWords(shorter)} will be deleted from this computer, now and from now on. The others keep theirs. This cannot be undone.`}
            </p>
          </ConfirmDialog>
        )}
      </section>
    </>
  );
}
