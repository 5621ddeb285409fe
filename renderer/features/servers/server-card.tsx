import { isolated, type Server } from '@parley/shared/model';
import { List, MonitorSmartphone, Pencil, RefreshCw, Server as ServerIcon, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { countOf } from '../../ui/format.ts';
import { NetworkSwitch } from './network-switch.tsx';
import { RightForm } from './right-form.tsx';
import { factsOf, removalWords, serverTitle, serverWords } from './server-words.ts';
import styles from './servers.module.css';

type Open = 'none' | 'rename' | 'remove';

/** One server: its state in words, what its last check found, and what can be done with it. */
export function ServerCard({ server, home }: { server: Server; home: boolean }) {
  const { checkServer, openListedRooms } = useActions();
  const embedded = useApp((state) => state.server);
  const rooms = useApp((state) => state.rooms);
  const reach = useApp((state) => state.reach);
  const [open, setOpen] = useState<Open>('none');
  const [checking, setChecking] = useState(false);
  const [checked, setChecked] = useState(false);
  const checkButton = useRef<HTMLButtonElement>(null);
  const connections = rooms
    .filter((room) => room.host === server.host)
    .flatMap(({ roomId }) => reach[roomId]?.connection ?? []);
  const { tone, sentence } = serverWords(server, embedded, connections);
  const title = serverTitle(server);
  const lost = server.right.at === 'lost';
  const found = server.check?.at === 'ok' ? server.check : null;
  const hasList = found?.listedRooms === true && !lost;

  return (
    <li className={styles.card} aria-label={title}>
      <div className={styles.head}>
        <span className={styles.icon}>
          {server.own ? <MonitorSmartphone aria-hidden="true" /> : <ServerIcon aria-hidden="true" />}
        </span>
        <div className={styles.title}>
          <h3>
            <bdi>{title}</bdi>
          </h3>
          <p>
            {[
              ...(server.own || server.name === null ? [] : [server.host]),
              server.rooms === 0 ? 'No room uses it' : `${countOf(server.rooms, 'room uses', 'rooms use')} it`,
              ...(home ? ['New rooms are made here'] : []),
            ].join(' · ')}
          </p>
        </div>
        <Button
          size="small"
          icon={RefreshCw}
          ref={checkButton}
          busy={checking}
          aria-label={`Check ${title}`}
          onClick={() => {
            setChecking(true);
            setChecked(false);
            void checkServer(server.host).finally(() => {
              setChecking(false);
              setChecked(true);
            });
          }}
        >
          Check
        </Button>
      </div>
      <p className={styles.state} data-tone={tone} role="status">
        <span className={styles.dot} aria-hidden="true" />
        <span>{sentence}</span>
      </p>
      {/* The sentence above often stays as it was, and then says nothing of the check. */}
      <p className="visually-hidden" role="status">
        {checked && found ? `Checked. ${factsOf(found)[0]?.text ?? ''}` : checked ? 'Checked.' : ''}
      </p>
      {found ? (
        <ul className={styles.facts} aria-label={`What the last check of ${title} found`}>
          {factsOf(found).map(({ key, text }) => (
            <li key={key}>{text}</li>
          ))}
        </ul>
      ) : null}
      {/* The form is gone once it has worked. */}
      {lost ? <RightForm server={server} onDone={() => checkButton.current?.focus()} /> : null}
      {server.own ? <NetworkSwitch /> : null}
      {server.own && !hasList ? null : (
        <div className={styles.actions}>
          {hasList ? (
            <Button size="small" icon={List} onClick={() => openListedRooms(server.host)}>
              Listed rooms
            </Button>
          ) : null}
          {server.own ? null : (
            <>
              <Button size="small" icon={Pencil} onClick={() => setOpen('rename')}>
                Rename
              </Button>
              <Button size="small" look="danger-quiet" icon={Trash2} onClick={() => setOpen('remove')}>
                Remove
              </Button>
            </>
          )}
        </div>
      )}
      {open === 'rename' ? <RenameDialog server={server} onClose={() => setOpen('none')} /> : null}
      {open === 'remove' ? <RemoveDialog server={server} home={home} onClose={() => setOpen('none')} /> : null}
    </li>
  );
}

function RenameDialog({ server, onClose }: { server: Server; onClose: () => void }) {
  const { renameServer } = useActions();
  const [name, setName] = useState(server.name ?? '');
  const [error, setError] = useState<string | null>(null);
  return (
    <Dialog title={`Rename ${isolated(serverTitle(server))}`} size="small" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void renameServer(server.host, name).then((renamed) => (renamed.ok ? onClose() : setError(renamed.message)));
        }}
      >
        <TextField
          label="Name"
          value={name}
          onChange={setName}
          maxLength={64}
          data-autofocus
          placeholder={server.host}
          hint="Only you see it. Without a name its address is shown."
          error={error}
        />
        <DialogActions>
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button look="primary" type="submit">
            Save name
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function RemoveDialog({ server, home, onClose }: { server: Server; home: boolean; onClose: () => void }) {
  const { removeServer } = useActions();
  const [busy, setBusy] = useState(false);
  return (
    <ConfirmDialog
      title={`Remove ${isolated(serverTitle(server))}?`}
      act="Remove"
      busy={busy}
      onClose={onClose}
      onAct={() => {
        setBusy(true);
        void removeServer(server.host).then(onClose);
      }}
    >
      <p>{removalWords(server)}</p>
      {home ? <p>New rooms are then made on this computer.</p> : null}
      {server.right.at === 'none' ? null : (
        <p>
          {server.right.kind === 'password'
            ? 'Its password is deleted from this computer. To come back you need it again.'
            : 'Your invitation to it is deleted from this computer. To come back you need a new one.'}
        </p>
      )}
    </ConfirmDialog>
  );
}
