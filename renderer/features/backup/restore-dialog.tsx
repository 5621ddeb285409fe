import { FileLock2 } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Refused } from '../../ui/field.tsx';
import styles from './backup.module.css';

/** Brings a backup into this fresh profile: the file, the words, then the app opens anew. */
export function RestoreDialog({ onClose }: { onClose: () => void }) {
  const { chooseBackup, restoreBackup, cancelWork, dismissWork } = useActions();
  const work = useApp((state) => state.work);
  const [file, setFile] = useState<string | null>(null);
  const [phrase, setPhrase] = useState('');
  const [error, setError] = useState<string | null>(null);
  const phraseId = useId();
  const running = work.at === 'running' ? work : null;
  const isDone = work.at === 'done' && work.result.kind === 'restore';
  // What failed is said here and nowhere else.
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
    <Dialog title="Restore a backup" onClose={onClose}>
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
        <div className={styles.field}>
          <label htmlFor={phraseId}>Your 12 words</label>
          <textarea
            id={phraseId}
            rows={3}
            dir="ltr"
            value={phrase}
            onChange={(event) => setPhrase(event.target.value)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </div>
        <p className={styles.fact}>
          If Parley still runs on the old computer, use only one of the two from now on. Both would speak as the same
          person from the same device: no message is lost, but the others cannot tell them apart. New backups are made
          here when you set them up again in Settings.
        </p>
        {failure ? <Refused>{failure}</Refused> : null}
        {running || isDone ? (
          <div className={styles.running}>
            <p role="status">{isDone ? 'Restored. Parley opens…' : 'Restoring…'}</p>
            <progress
              aria-label="Restoring"
              max={Math.max(1, running?.total ?? 1)}
              value={isDone ? 1 : (running?.done ?? 0)}
            />
          </div>
        ) : null}
        <DialogActions>
          <Button look="quiet" disabled={isDone} onClick={running ? cancelWork : onClose}>
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
