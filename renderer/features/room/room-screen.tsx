import type { Room } from '@parley/shared/model';
import { CircleAlert, Lock, LockOpen, MessageSquare, Phone, Settings2, Users, Video, X } from 'lucide-react';
import { type ReactNode, useId, useRef } from 'react';
import { peopleAmong } from '../../stores/people.ts';
import { useActions, useApp } from '../../stores/react.tsx';
import type { Panel, RoomReach } from '../../stores/state.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { formatNames } from '../../ui/format.ts';
import { type Tab, TabList } from '../../ui/tab-list.tsx';
import { ChatView } from '../chat/chat-view.tsx';
import { connectionSentence, connectionTone, protectionWord, roomTitle } from '../connection-words.ts';
import { InviteButton } from '../invites/invite-button.tsx';
import { PeoplePanel } from '../people/people-panel.tsx';
import { lostRightWords, refusalWithAdvice } from '../servers/server-words.ts';
import { useServerName } from '../servers/use-server-name.ts';
import { CallBar } from '../stage/call-bar.tsx';
import { useCallKeys } from '../stage/call-keys.ts';
import { Stage } from '../stage/stage.tsx';
import { DetailsPanel } from './details-panel.tsx';
import { Door } from './door.tsx';
import styles from './room.module.css';
import { StatusWords } from './status-words.tsx';

type OpenPanel = Exclude<Panel, 'none'>;

/** One room: its call when one is in it, else its chat, and the side panel. */
export function RoomScreen() {
  const { openPanel } = useActions();
  const screen = useApp((state) => state.screen);
  const rooms = useApp((state) => state.rooms);
  const reaches = useApp((state) => state.reach);
  const call = useApp((state) => state.call);
  const person = useApp((state) => state.computers?.person);
  const panelId = useId();
  const element = useRef<HTMLDivElement>(null);
  const roomId = screen.at === 'room' ? screen.roomId : null;
  const inCall = call.at === 'joined' && call.roomId === roomId;
  useCallKeys(call.at === 'joined', inCall);

  const room = rooms.find((candidate) => candidate.roomId === roomId);
  if (screen.at !== 'room' || !room) return null;
  const reach = reaches[room.roomId];
  const isShut = reach !== undefined && reach.door.at !== 'open';
  const others = peopleAmong(reach?.participants ?? [], person);
  // Without a call the chat has the main place, so its tab would only repeat it.
  const panel: OpenPanel | null = screen.panel === 'none' || (screen.panel === 'chat' && !inCall) ? null : screen.panel;
  const tabs: Tab<OpenPanel>[] = [
    { value: 'chat', label: 'Chat', icon: MessageSquare, mark: inCall && room.unread > 0 ? String(room.unread) : null },
    { value: 'people', label: 'People', icon: Users, mark: others.length > 0 ? String(others.length + 1) : null },
    { value: 'details', label: 'Details', icon: Settings2 },
  ];

  // The button that closes the panel goes with it: the focus goes to the panel's tab.
  const close = () => {
    element.current?.querySelector<HTMLElement>(`[data-tab="${panel}"]`)?.focus();
    openPanel('none');
  };

  return (
    <div ref={element} className={styles.room}>
      <RoomHeader room={room} reach={reach} inCall={inCall} isShut={isShut}>
        <TabList
          label="Side panel"
          tabs={tabs}
          value={panel ?? (inCall ? null : 'chat')}
          onChange={(value) => openPanel(value === panel ? 'none' : value)}
          panelId={panel ? panelId : null}
        />
      </RoomHeader>
      {isShut ? <Door room={room} door={reach.door} /> : <Refusal room={room} reach={reach} />}
      <div className={styles.body} data-panel={panel ? true : undefined}>
        <div className={styles.middle}>
          {inCall && call.at === 'joined' ? (
            <div className={styles.call} data-call>
              <Stage call={call} />
              <CallBar media={call} since={call.since} />
            </div>
          ) : (
            <ChatView key={room.roomId} room={room} wide />
          )}
        </div>
        {panel ? (
          <aside className={styles.side} aria-label="Side panel">
            <div className={styles.sideHead}>
              <h2>{tabs.find(({ value }) => value === panel)?.label}</h2>
              <IconButton icon={X} label="Close side panel" tooltip={false} onClick={close} />
            </div>
            <div className={styles.panel} id={panelId} role="tabpanel" aria-label={panel}>
              {panel === 'chat' ? <ChatView key={room.roomId} room={room} /> : null}
              {panel === 'people' ? <PeoplePanel room={room} /> : null}
              {panel === 'details' ? <DetailsPanel key={room.roomId} room={room} /> : null}
            </div>
          </aside>
        ) : null}
      </div>
    </div>
  );
}

type RoomHeaderProps = {
  room: Room;
  reach: RoomReach | undefined;
  inCall: boolean;
  isShut: boolean;
  children: ReactNode;
};

function RoomHeader({ room, reach, inCall, isShut, children }: RoomHeaderProps) {
  const { openPanel, prepareCall } = useActions();
  const server = useServerName(room.host);
  const connection = reach?.connection ?? { at: 'connecting' as const };
  const person = useApp((state) => state.computers?.person);
  const present = (reach?.participants ?? []).filter((participant) => participant.link !== 'closed');
  const here = peopleAmong(present, person);
  return (
    <header className={styles.header}>
      <div className={styles.title}>
        <h1 dir="auto">{roomTitle(room)}</h1>
        <p>
          <span className={styles.members}>
            {here.length === 0 ? 'Nobody else is here' : `${formatNames(here.map((person) => person.name))} here`}
          </span>
          {connection.at === 'refused' || isShut ? null : (
            <span className={styles.connection} data-tone={connectionTone(connection)} role="status">
              {connectionSentence(connection, server)}
            </span>
          )}
        </p>
      </div>
      <IconButton
        icon={room.listed ? LockOpen : Lock}
        label={`Security: ${protectionWord(room)}`}
        onClick={() => openPanel('details')}
      />
      {isShut ? null : <InviteButton room={room} />}
      {inCall || isShut || reach?.call ? null : (
        <IconButton icon={Phone} label="Voice call" onClick={() => prepareCall(room.roomId, 'voice')} />
      )}
      {inCall || isShut ? null : (
        <Button look="primary" icon={reach?.call ? Phone : Video} onClick={() => prepareCall(room.roomId)}>
          {reach?.call ? 'Join call' : 'Start call'}
        </Button>
      )}
      {children}
    </header>
  );
}

/** Why the room cannot be reached, when that does not mend itself. */
function Refusal({ room, reach }: { room: Room; reach: RoomReach | undefined }) {
  const { retryConnection, openSettings } = useActions();
  const right = useApp((state) => state.servers.find(({ host }) => host === room.host)?.right);
  const server = useServerName(room.host);
  const refusal = reach?.connection.at === 'refused' ? reach.connection.refusal : null;
  const access = refusal?.code.startsWith('access-') === true;
  const words =
    access && right?.at === 'lost'
      ? lostRightWords(right)
      : refusal
        ? refusalWithAdvice(refusal, room.host, server)
        : null;
  return (
    <div className={words ? styles.trouble : undefined}>
      <StatusWords icon={CircleAlert} words={words} />
      {access ? (
        <Button size="small" look="primary" onClick={() => openSettings('servers')}>
          Get in again
        </Button>
      ) : null}
      {words ? (
        <Button size="small" onClick={() => retryConnection(room.roomId)}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}
