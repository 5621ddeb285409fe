import { isolated } from '@parley/shared/model';
import type { DeviceId } from '@parley/shared/protocol';
import { useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import styles from './people.module.css';

/** Asks before somebody is blocked, and says what that does and does not do. */
export function BlockDialog({ deviceId, name, onClose }: { deviceId: DeviceId; name: string; onClose: () => void }) {
  const { blockPerson } = useActions();
  const [busy, setBusy] = useState(false);
  return (
    <ConfirmDialog
      title={`Block ${isolated(name)}?`}
      act="Block"
      busy={busy}
      onClose={onClose}
      onAct={() => {
        setBusy(true);
        void blockPerson(deviceId, name).then((blocked) => {
          setBusy(false);
          if (blocked.ok) onClose();
        });
      }}
    >
      <p>On this computer, in every room, until you unblock them in Settings, Privacy:</p>
      <ul className={styles.effects}>
        <li>No call of theirs rings, and you do not see or hear each other.</li>
        <li>You do not see what they write or send from now on. Everything from before stays.</li>
        <li>This computer does not connect to theirs, nor to computers that they add later.</li>
      </ul>
      <p>What it does not do:</p>
      <ul className={styles.effects}>
        <li>
          They stay in your rooms. Others there still see both of you, and they can still read what you write there.
        </li>
        <li>They are not told, but they can notice that you never seem to be there for them.</li>
        <li>The server knows nothing of it. To keep somebody out for everyone, make a new room without them.</li>
      </ul>
    </ConfirmDialog>
  );
}
