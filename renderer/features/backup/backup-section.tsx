import type { BackupState } from '@parley/shared/model';
import { BackupEvery } from '@parley/shared/model';
import { FolderOpen, KeyRound, Save } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Refused, SelectField } from '../../ui/field.tsx';
import { formatSize, formatWhen } from '../../ui/format.ts';
import { useNow } from '../../ui/use-now.ts';
import { WorkProgress } from '../../ui/work-progress.tsx';
import settings from '../settings/settings-screen.module.css';
import styles from './backup.module.css';
import { PhraseDialog } from './phrase-dialog.tsx';

const everyWords: Record<BackupEvery, string> = {
  day: 'Every day',
  week: 'Every week',
  asked: 'Only when I say so',
};

/** Encrypted backups: setting them up, how they are doing, and what to know about them. */
export function BackupSection() {
  const { readBackups } = useActions();
  const backups = useApp((state) => state.backups);
  const [phrase, setPhrase] = useState(false);
  useEffect(() => void readBackups(), [readBackups]);

  return (
    <section className={settings.section} aria-labelledby="settings-backup">
      <h2 id="settings-backup">Backup</h2>
      <p className={settings.fact}>
        A backup holds your key, rooms, servers, settings and messages, encrypted. If this computer is lost, the backup
        and 12 words bring everything to another one. Received files are not in it.
      </p>
      {backups.at === 'off' ? (
        <div>
          <Button look="primary" icon={KeyRound} onClick={() => setPhrase(true)}>
            Set up backups…
          </Button>
        </div>
      ) : (
        <BackupsOn backups={backups} onNewPhrase={() => setPhrase(true)} />
      )}
      {phrase ? <PhraseDialog onClose={() => setPhrase(false)} /> : null}
    </section>
  );
}

function BackupsOn({ backups, onNewPhrase }: { backups: Extract<BackupState, { at: 'on' }>; onNewPhrase: () => void }) {
  const actions = useActions();
  const work = useApp((state) => state.work);
  const [turningOff, setTurningOff] = useState(false);
  const running = work.at === 'running' && work.kind === 'backup' ? work : null;
  return (
    <>
      <dl className={styles.facts}>
        <dt>Folder</dt>
        <dd>
          <bdi>{backups.folder}</bdi>
        </dd>
        <dt>Last backup</dt>
        <dd>
          <LastBackup backups={backups} />
        </dd>
      </dl>
      {running ? (
        <WorkProgress label="Making a backup" done={running.done} total={running.total} onCancel={actions.cancelWork} />
      ) : null}
      <SelectField
        label="Make a backup"
        value={backups.every}
        onChange={(every) => void actions.changeBackups(BackupEvery.parse(every))}
        empty=""
        options={BackupEvery.options.map((every) => ({ id: every, label: everyWords[every] }))}
      />
      <div className={styles.buttons}>
        <Button icon={Save} disabled={running !== null} onClick={() => void actions.makeBackup()}>
          Back up now
        </Button>
        <Button icon={FolderOpen} onClick={() => void actions.chooseBackupFolder()}>
          Another folder…
        </Button>
        <Button icon={KeyRound} disabled={running !== null} onClick={onNewPhrase}>
          New words…
        </Button>
        <Button look="danger-quiet" onClick={() => setTurningOff(true)}>
          Turn off
        </Button>
      </div>
      <p className={settings.fact}>
        The last three backups stay in the folder. A room that you delete stays in backups that were made before.
      </p>
      {turningOff ? (
        <ConfirmDialog
          title="Turn backups off"
          act="Turn off"
          onClose={() => setTurningOff(false)}
          onAct={() => {
            setTurningOff(false);
            void actions.turnBackupsOff();
          }}
        >
          <p>No more backups are made. Those in the folder stay, and open with your 12 words.</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}

function LastBackup({ backups: { last } }: { backups: Extract<BackupState, { at: 'on' }> }) {
  const now = useNow(60_000);
  if (last === null) return 'None yet';
  if (!last.ok) return <Refused>{`${formatWhen(last.at, now)}: ${last.message}`}</Refused>;
  return `${formatWhen(last.at, now)}, ${formatSize(last.bytes)}`;
}
