import { isolated } from '@parley/shared/model';
import type { ListedRoom } from '@parley/shared/protocol';
import { KeyRound, LogIn, RefreshCw, Search } from 'lucide-react';
import { useId, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { ListedRoomsView } from '../../stores/state.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Banner, Refused, TextField } from '../../ui/field.tsx';
import { countOf } from '../../ui/format.ts';
import { listenersSentence } from '../connection-words.ts';
import { refusalWithAdvice } from '../servers/server-words.ts';
import { useServerName } from '../servers/use-server-name.ts';
import styles from './listed-rooms-screen.module.css';

/** The rooms that a server lists, a page at a time, and a field to search them. */
export function ListedRoomsScreen() {
  const actions = useActions();
  const view = useApp((state) => state.listedRooms);
  const title = useServerName(view?.host ?? '');
  const rooms = useApp((state) => state.rooms);
  const [joining, setJoining] = useState<ListedRoom | null>(null);
  const searchId = useId();
  if (!view) return null;
  const member = new Set(rooms.map(({ roomId }) => roomId));

  return (
    <div className={styles.screen}>
      <div className={styles.content}>
        <header>
          <h1>Rooms on {title}</h1>
          <p className={styles.soft}>
            The people who made these rooms put them on this list. Everybody who can use the server sees it. In a room
            without a passphrase the person who runs the server could listen.
          </p>
        </header>
        <div className={styles.search}>
          <Search aria-hidden="true" />
          <input
            id={searchId}
            type="search"
            aria-label={`Search the rooms on ${title}`}
            placeholder="Search by name"
            autoComplete="off"
            spellCheck={false}
            maxLength={100}
            value={view.search}
            onChange={(event) => actions.searchListedRooms(event.target.value)}
          />
        </div>
        <p className={styles.soft} role="status">
          {stateSentence(view)}
        </p>
        {view.load.at === 'failed' ? (
          <Banner
            tone="danger"
            role="alert"
            action={
              <Button size="small" icon={RefreshCw} onClick={() => actions.reloadListedRooms()}>
                Try again
              </Button>
            }
          >
            {refusalWithAdvice(view.load.refusal, view.host, title)}
          </Banner>
        ) : null}
        {view.items.length > 0 ? (
          <ul className={styles.rooms} aria-label={`Rooms on ${title}`} aria-busy={view.load.at === 'first'}>
            {view.items.map((listed) => (
              <li key={listed.roomId} className={styles.room}>
                <Avatar id={listed.roomId} name={listed.name} shape="room" size={40} />
                <span className={styles.text}>
                  <strong>
                    <bdi>{listed.name}</bdi>
                  </strong>
                  <span>
                    {listed.participants === 0
                      ? 'Nobody is there'
                      : countOf(listed.participants, 'person is there', 'people are there')}
                    {listed.needsPassphrase ? ' · needs a passphrase' : ''}
                  </span>
                </span>
                {member.has(listed.roomId) ? (
                  <Button size="small" onClick={() => actions.openRoom(listed.roomId)}>
                    Open<span className="visually-hidden"> {listed.name}</span>
                  </Button>
                ) : (
                  <Button
                    size="small"
                    icon={listed.needsPassphrase ? KeyRound : LogIn}
                    onClick={() => setJoining(listed)}
                  >
                    Join<span className="visually-hidden"> {listed.name}</span>
                  </Button>
                )}
              </li>
            ))}
          </ul>
        ) : null}
        {view.cursor !== null && view.load.at !== 'failed' ? (
          <Button className={styles.more} busy={view.load.at === 'more'} onClick={() => actions.moreListedRooms()}>
            Show more
          </Button>
        ) : null}
      </div>
      {joining ? <JoinListedDialog host={view.host} listed={joining} onClose={() => setJoining(null)} /> : null}
    </div>
  );
}

function stateSentence({ load, items, total, search }: ListedRoomsView): string {
  switch (load.at) {
    case 'first':
      return search.trim() === '' ? 'Asking the server…' : 'Searching…';
    case 'failed':
      return '';
    case 'more':
    case 'done':
      if (items.length === 0) {
        return search.trim() === ''
          ? 'This list is empty. Put a room of yours on it in the room’s details.'
          : 'No room on this list has such a name.';
      }
      return items.length < total
        ? `${items.length} of ${countOf(total, 'room', 'rooms')}`
        : countOf(total, 'room', 'rooms');
  }
}

type JoinListedDialogProps = { host: string; listed: ListedRoom; onClose: () => void };

/** Says who could listen before the person joins, and asks for the passphrase. */
function JoinListedDialog({ host, listed, onClose }: JoinListedDialogProps) {
  const { joinListedRoom } = useActions();
  const server = useServerName(host);
  const [passphrase, setPassphrase] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    const joined = await joinListedRoom(host, listed, passphrase);
    setBusy(false);
    if (joined.ok) onClose();
    else setError(refusalWithAdvice(joined, host, server));
  };
  return (
    <Dialog title={`Join ${isolated(listed.name)}`} size="small" onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>{listenersSentence(server, listed.needsPassphrase)} Your camera and microphone stay off.</p>
        {listed.needsPassphrase ? (
          <TextField
            label="Passphrase of the room"
            type="password"
            value={passphrase}
            onChange={setPassphrase}
            data-autofocus
            hint="The people in this room know it."
          />
        ) : null}
        {error ? <Refused>{error}</Refused> : null}
        <DialogActions>
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button
            look="primary"
            type="submit"
            icon={LogIn}
            busy={busy}
            disabled={listed.needsPassphrase && passphrase === ''}
          >
            Join room
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
