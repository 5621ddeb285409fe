import { useEffect } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { ringingCalls } from '../../stores/rings.ts';
import { HomeScreen } from '../home/home-screen.tsx';
import { isCommand, isKey, isTyping } from '../keys.ts';
import { ListedRoomsScreen } from '../listed-rooms/listed-rooms-screen.tsx';
import { LobbyScreen } from '../lobby/lobby-screen.tsx';
import { Notices } from '../notices/notices.tsx';
import { ChangedIdentity } from '../people/changed-identity.tsx';
import { PeopleScreen } from '../people/people-screen.tsx';
import { PreJoinScreen } from '../pre-join/pre-join-screen.tsx';
import { ConnectionDialog } from '../quality/connection-dialog.tsx';
import { QualityAnnouncer } from '../quality/quality-announcer.tsx';
import { IncomingCall } from '../ring/incoming-call.tsx';
import { RoomScreen } from '../room/room-screen.tsx';
import { SearchDialog } from '../search/search-dialog.tsx';
import { SettingsScreen } from '../settings/settings-screen.tsx';
import { CallElsewhere } from '../stage/call-elsewhere.tsx';
import { StartFailed, Starting } from '../start/start-screen.tsx';
import { WelcomeScreen } from '../welcome/welcome-screen.tsx';
import { Announcer } from './announcer.tsx';
import { Rail } from './rail.tsx';
import styles from './shell.module.css';
import { useCallGuard } from './use-call-guard.ts';

/** The whole window: the rail, one screen, and what may lie over any of them. */
export function Shell() {
  const at = useApp((state) => state.start.at);
  const screen = useApp((state) => state.screen);
  const searching = useApp((state) => state.search.open);
  const inspecting = useApp((state) => state.inspecting !== null);
  useTheme();
  useTitle();
  useGlobalKeys();
  useCallGuard();

  if (at === 'starting') return <Starting />;
  if (at === 'failed') return <StartFailed />;
  if (screen.at === 'welcome') {
    return (
      <>
        <WelcomeScreen />
        <Notices />
      </>
    );
  }
  return (
    <div className={styles.shell}>
      <Rail />
      <main className={styles.main}>
        <CallElsewhere />
        <CurrentScreen />
      </main>
      <Announcer />
      <QualityAnnouncer />
      <IncomingCall />
      <ChangedIdentity />
      {searching ? <SearchDialog /> : null}
      {inspecting ? <ConnectionDialog /> : null}
      <Notices />
    </div>
  );
}

function CurrentScreen() {
  const at = useApp((state) => state.screen.at);
  switch (at) {
    case 'room':
      return <RoomScreen />;
    case 'pre-join':
      return <PreJoinScreen />;
    case 'lobby':
      return <LobbyScreen />;
    case 'listed-rooms':
      return <ListedRoomsScreen />;
    case 'people':
      return <PeopleScreen />;
    case 'settings':
      return <SettingsScreen />;
    case 'home':
    case 'welcome':
      return <HomeScreen />;
  }
}

function useTheme(): void {
  const theme = useApp((state) => state.settings.appearance.theme);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
}

/** The window's title says what waits. No name: a browser writes titles into its history. */
function useTitle(): void {
  const title = useApp((state) => {
    // Seen in the list of windows, whatever is in front.
    if (ringingCalls(state).length > 0) return 'Incoming call · Parley';
    const unread = state.rooms.reduce((sum, room) => sum + room.unread, 0);
    return unread > 0 ? `(${unread}) Parley` : 'Parley';
  });
  useEffect(() => {
    document.title = title;
  }, [title]);
}

function useGlobalKeys(): void {
  const actions = useActions();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isCommand(event)) return;
      if (isKey(event, 'k')) actions.openSearch();
      else if (isKey(event, ',')) actions.openSettings();
      else if (isKey(event, 'h') && event.shiftKey && !isTyping(event.target)) actions.goHome();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [actions]);
}
