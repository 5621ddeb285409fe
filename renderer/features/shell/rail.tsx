import { House, Phone, Search, Settings, Users } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Logo } from '../../ui/logo.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { roomInWords, roomTitle } from '../connection-words.ts';
import { useShortcuts } from '../keys.ts';
import { DoNotDisturb } from '../ring/do-not-disturb.tsx';
import styles from './shell.module.css';

/** Home, people, search, the rooms, whether calls ring, and settings: always there. */
export function Rail() {
  const actions = useActions();
  const shortcuts = useShortcuts();
  const screen = useApp((state) => state.screen);
  const rooms = useApp((state) => state.rooms);
  const reach = useApp((state) => state.reach);
  const current = (here: boolean) => (here ? ('page' as const) : undefined);
  const roomId = screen.at === 'room' || screen.at === 'pre-join' ? screen.roomId : null;

  return (
    <nav className={styles.rail} aria-label="Parley">
      <div className={styles.logo}>
        <Logo size={30} />
      </div>
      <Tooltip label="Home" shortcut={shortcuts.home} side="right">
        <button
          type="button"
          className={styles.item}
          aria-label="Home"
          aria-current={current(['home', 'lobby', 'listed-rooms'].includes(screen.at))}
          onClick={() => actions.goHome()}
        >
          <House aria-hidden="true" />
          <span className={styles.word}>Home</span>
        </button>
      </Tooltip>
      <Tooltip label="People" side="right">
        <button
          type="button"
          className={styles.item}
          aria-label="People"
          aria-current={current(screen.at === 'people')}
          onClick={() => actions.openPeople()}
        >
          <Users aria-hidden="true" />
          <span className={styles.word}>People</span>
        </button>
      </Tooltip>
      <Tooltip label="Search" shortcut={shortcuts.search} side="right">
        <button type="button" className={styles.item} aria-label="Search" onClick={() => actions.openSearch()}>
          <Search aria-hidden="true" />
          <span className={styles.word}>Search</span>
        </button>
      </Tooltip>
      <div className={styles.rooms}>
        {rooms.slice(0, 24).map((room) => {
          const call = reach[room.roomId]?.call;
          const more = [room.unread > 0 ? `${room.unread} unread` : '', call ? 'call running' : ''].filter(Boolean);
          const label = [`Room ${roomInWords(room)}`, ...more].join(', ');
          return (
            <Tooltip key={room.roomId} label={roomTitle(room)} side="right">
              <button
                type="button"
                className={styles.item}
                aria-current={current(room.roomId === roomId)}
                onClick={() => actions.openRoom(room.roomId)}
              >
                <span className="visually-hidden">{label}</span>
                <Avatar id={room.roomId} name={roomTitle(room)} shape="room" />
                <span className={styles.word} dir="auto" aria-hidden="true">
                  {roomTitle(room)}
                </span>
                {room.unread > 0 ? (
                  <span className={styles.badge} aria-hidden="true">
                    {room.unread > 99 ? '99+' : room.unread}
                  </span>
                ) : null}
                {call ? (
                  <span className={styles.live} aria-hidden="true">
                    <Phone />
                  </span>
                ) : null}
              </button>
            </Tooltip>
          );
        })}
      </div>
      <DoNotDisturb className={styles.item} wordClassName={styles.word} />
      <Tooltip label="Settings" shortcut={shortcuts.settings} side="right">
        <button
          type="button"
          className={styles.item}
          aria-label="Settings"
          aria-current={current(screen.at === 'settings')}
          onClick={() => actions.openSettings()}
        >
          <Settings aria-hidden="true" />
          <span className={styles.word}>Settings</span>
        </button>
      </Tooltip>
    </nav>
  );
}
