import { FileLock2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Refused } from '../../ui/field.tsx';
import { PasteField } from '../../ui/paste-field.tsx';
import { WorkProgress } from '../../ui/work-progress.tsx';
import styles from './backup.module.css';

/** Brings a backup into this fresh profile: the file, the words, then the app opens anew. */
export function RestoreDialog({ onClose }: { onClose: () => void }) {
  const { chooseBackup, restoreBackup, cancelWork, dismissWork } = useActions();
  const work = useApp((state) => state.work);
  const [file, setFile] = useState<string | null>(null);
  const [phrase, setPhrase] = useState('');
  const [error, setError] = useState<string | null>(null);
  const running = work.at === 'running' ? work : null;
  const isDone = work.at === 'done' && work.result.kind === 'restore';
  // The outcome is told here and nowhere else, so that the dialog stays until there is one.
  const close = running ? cancelWork : isDone ? () => {} : onClose;
  const failure = work.at === 'failed' ? work.message : error;
  useEffect(() => () => dismissWork(), [dismissWork]);

  const choose = async () => {
    setError(null);
    const chosen = await chooseBackup();
    if (chosen.ok) setFile(chosen.value.name);
    else if (chosen.code !== 'cancelled') setError(chosen.message);
  };
  const restore = async () => {
    setError(null);
    const begun = await restoreBackup(phrase);
    if (!begun.ok) setError(begun.message);
  };

  return (
    <Dialog title="Restore a backup" onClose={close}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void restore();
        }}
      >
        <div className={styles.file}>
          <Button icon={FileLock2} data-autofocus onClick={() => void choose()}>
            {file === null ? 'Choose the backup…' : 'Choose another…'}
          </Button>
          {file === null ? null : <bdi>{file}</bdi>}
        </div>
        <PasteField label="Your 12 words" dir="ltr" autoCapitalize="none" value={phrase} onChange={setPhrase} />
        <p className={styles.fact}>
          If Parley still runs on the old computer, use only one of the two from now on. Both would speak as the same
          person from the same device: no message is lost, but the others cannot tell them apart. New backups are made
          here when you set them up again in Settings.
        </p>
        {failure ? <Refused>{failure}</Refused> : null}
        {running || isDone ? (
          <WorkProgress
            label={isDone ? 'Restored. Parley opens' : 'Restoring'}
            done={running?.done ?? 1}
            total={running?.total ?? 1}
          />
        ) : null}
        <DialogActions>
          <Button look="quiet" disabled={isDone} onClick={close}>
            Cancel
          </Button>
          <Button
            look="primary"
            type="submit"
            busy={running !== null || isDone}
            disabled={file === null || phrase.trim() === ''}
          >
            Restore
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
