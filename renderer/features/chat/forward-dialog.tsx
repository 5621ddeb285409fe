import { foldText, type HistoryItem } from '@parley/shared/model';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { countOf } from '../../ui/format.ts';
import { roomTitle } from '../connection-words.ts';
import styles from './actions.module.css';

/** From so many rooms on they can be searched. */
const SEARCHED_FROM = 7;

/** Chooses the room to which messages are forwarded. */
export function ForwardDialog({ items }: { items: readonly HistoryItem[] }) {
  const { stopForwarding, forwardTo } = useActions();
  const rooms = useApp((state) => state.rooms);
  const [query, setQuery] = useState('');
  const here = items[0]?.roomId;
  const others = rooms.filter(({ roomId }) => roomId !== here);
  const shown = others.filter((room) => foldText(roomTitle(room)).includes(foldText(query.trim())));
  return (
    <Dialog title={`Forward ${countOf(items.length, 'message', 'messages')}`} size="small" onClose={stopForwarding}>
      <p className={styles.note}>The people of that room see it as a quote from you, with the name of its author.</p>
      {others.length >= SEARCHED_FROM ? (
        <TextField label="Find a room" type="search" data-autofocus value={query} onChange={setQuery} />
      ) : null}
      {shown.length === 0 ? (
        <p role="status">{others.length === 0 ? 'You are in no other room.' : 'No room has this name.'}</p>
      ) : (
        <ul className={styles.rooms} aria-label="Rooms">
          {shown.map((room) => (
            <li key={room.roomId}>
              <button type="button" className={styles.room} onClick={() => void forwardTo(room.roomId)}>
                <Avatar id={room.roomId} name={roomTitle(room)} shape="room" size={32} />
                <bdi>{roomTitle(room)}</bdi>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
