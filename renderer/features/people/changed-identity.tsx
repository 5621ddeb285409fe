import { isolated } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { Ban, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { AppState, ParticipantView } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { BlockDialog } from './block-dialog.tsx';
import styles from './people.module.css';
import { SafetyCodeDialog } from './safety-code-dialog.tsx';

const nobody: readonly ParticipantView[] = [];

/** The rooms that the person is in with eyes or ears. */
const roomsAtHand = ({ screen, call }: Pick<AppState, 'screen' | 'call'>): RoomId[] => [
  ...(screen.at === 'room' || screen.at === 'pre-join' ? [screen.roomId] : []),
  ...(call.at === 'none' ? [] : [call.roomId]),
];

/**
 * Asks about somebody who comes under a known name with another key, before anything of theirs counts as that person's. Closing it leaves
 * everything held back; the People panel and their tile say so.
 */
export function ChangedIdentity() {
  const [first, second] = useApp((state) => roomsAtHand(state).join(' ')).split(' ');
  const inFirst = useApp((state) => state.reach[first as RoomId]?.participants ?? nobody); // from the state
  const inSecond = useApp((state) => state.reach[second as RoomId]?.participants ?? nobody); // from the state
  const [later, setLater] = useState<readonly string[]>([]);
  const doubted = [...inFirst, ...inSecond].find(
    ({ standing, link, sess }) =>
      standing === 'changed' && (link === 'open' || link === 'interrupted') && !later.includes(sess),
  );
  if (!doubted) return null;
  return <Question key={doubted.sess} participant={doubted} onLater={() => setLater([...later, doubted.sess])} />;
}

function Question({ participant, onLater }: { participant: ParticipantView; onLater: () => void }) {
  const { acceptPerson } = useActions();
  const [step, setStep] = useState<'ask' | 'compare' | 'block'>('ask');
  const [busy, setBusy] = useState(false);
  const { deviceId, name } = participant;
  const back = () => setStep('ask');
  if (step === 'compare') return <SafetyCodeDialog participant={participant} onClose={back} />;
  if (step === 'block') return <BlockDialog deviceId={deviceId} name={name} onClose={back} />;
  const goOn = () => {
    setBusy(true);
    void acceptPerson(deviceId).then(() => setBusy(false));
  };
  return (
    <Dialog title={`Is this really ${isolated(name)}?`} onClose={onLater}>
      <p>
        Somebody came in as <bdi>{name}</bdi>, but from another device than the one that you know under this name.
      </p>
      <ul className={styles.effects}>
        <li>They may have a new computer, or installed Parley anew. That is usual.</li>
        <li>It can also be somebody who only uses the name, or who listens in.</li>
      </ul>
      <p>
        Ask <bdi>{name}</bdi> by another way, such as the telephone. Until you decide, you neither see nor hear each
        other here, and what they write is marked as unconfirmed.
      </p>
      <DialogActions>
        <Button look="danger-quiet" icon={Ban} onClick={() => setStep('block')}>
          Block
        </Button>
        <Button busy={busy} onClick={goOn}>
          Continue
        </Button>
        <Button look="primary" icon={ShieldCheck} data-autofocus onClick={() => setStep('compare')}>
          Compare safety code
        </Button>
      </DialogActions>
    </Dialog>
  );
}
