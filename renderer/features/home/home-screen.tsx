import { isolated, type Room } from '@parley/shared/model';
import { ArrowRight, Link2, List, MessageCircle, Phone, PhoneMissed, Video } from 'lucide-react';
import { useState } from 'react';
import { peopleAmong } from '../../stores/people.ts';
import { useActions, useApp } from '../../stores/react.tsx';
import type { RoomReach } from '../../stores/state.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { countOf, formatNames, formatWhen } from '../../ui/format.ts';
import { withoutMarks } from '../../ui/marks.ts';
import { useNow } from '../../ui/use-now.ts';
import { AuthorName } from '../author-name.tsx';
import { CallLine } from '../call-line.tsx';
import { authorWords, roomInWords, roomTitle, typingWords } from '../connection-words.ts';
import { serverNameOf } from '../servers/server-words.ts';
import styles from './home-screen.module.css';
import { NewRoomDialog } from './new-room-dialog.tsx';
import { ServerSentence } from './server-sentence.tsx';

/** Start, join, or go on with a room. */
export function HomeScreen() {
  const { openLobby } = useActions();
  const rooms = useApp((state) => state.rooms);
  const reach = useApp((state) => state.reach);
  const profile = useApp((state) => state.settings.profile);
  const [creating, setCreating] = useState(false);
  const now = useNow(30_000);
  const name = profile?.displayName ?? profile?.username;

  return (
    <div className={styles.screen}>
      <div className={styles.content}>
        <header>
          <h1 className="visually-hidden">Home</h1>
          <p className={styles.greeting}>{name ? `Hello, ${isolated(name)}` : 'Hello'}</p>
          <ServerSentence />
        </header>
        <div className={styles.ways}>
          <button type="button" className={styles.start} onClick={() => setCreating(true)}>
            <span className={styles.wayIcon}>
              <Video aria-hidden="true" />
            </span>
            <span className={styles.wayText}>
              <strong>Start a call</strong>
              <span aria-hidden="true">Make a room and invite people</span>
            </span>
            <ArrowRight className={styles.arrow} aria-hidden="true" />
          </button>
          <button type="button" className={styles.join} onClick={() => openLobby()}>
            <span className={styles.wayIcon}>
              <Link2 aria-hidden="true" />
            </span>
            <span className={styles.wayText}>
              <strong>Join with a link</strong>
              <span aria-hidden="true">Paste an invite that you were sent</span>
            </span>
            <ArrowRight className={styles.arrow} aria-hidden="true" />
          </button>
        </div>
        <section aria-labelledby="home-rooms">
          <h2 id="home-rooms" className={styles.heading}>
            Rooms
          </h2>
          {rooms.length === 0 ? (
            <div className={styles.empty}>
              <MessageCircle aria-hidden="true" />
              <p>
                Your conversations will be here. Each room keeps its messages on this computer, and rings when someone
                starts a call.
              </p>
            </div>
          ) : (
            <ul className={styles.rooms} aria-label="Rooms">
              {rooms.map((room) => (
                <li key={room.roomId} className={styles.roomItem}>
                  <RoomRow room={room} reach={reach[room.roomId]} now={now} />
                  <CallBack room={room} isRunning={Boolean(reach[room.roomId]?.call)} />
                </li>
              ))}
            </ul>
          )}
        </section>
        <Lists />
      </div>
      {creating ? <NewRoomDialog onClose={() => setCreating(false)} /> : null}
    </div>
  );
}

function RoomRow({ room, reach, now }: { room: Room; reach: RoomReach | undefined; now: number }) {
  const { openRoom } = useActions();
  const person = useApp((state) => state.computers?.person);
  const present = reach?.participants.filter((participant) => participant.link !== 'closed') ?? [];
  const here = peopleAmong(present, person);
  const draft = useApp((state) => state.drafts[room.roomId]?.text ?? '');
  const last = room.lastMessage;
  const typing = typingWords(here);
  return (
    <button type="button" className={styles.room} onClick={() => openRoom(room.roomId)}>
      <Avatar id={room.roomId} name={roomTitle(room)} shape="room" size={44} present={here.length > 0} />
      <span className={styles.roomText}>
        <span className={styles.roomName} dir="auto">
          {roomTitle(room)}
        </span>
        <span className={styles.roomLast} data-last>
          {typing !== '' ? (
            <em data-typing>{typing}</em>
          ) : draft !== '' ? (
            <>
              <em>Draft:</em> <bdi>{draft}</bdi>
            </>
          ) : last?.call ? (
            <CallLine by={last} call={last.call} running={reach?.call?.callId === last.call.callId} />
          ) : last ? (
            <>
              <AuthorName mine={last.mine} name={last.name} confirmed={last.confirmed} />:{' '}
              <bdi>{last.text === '' ? 'Deleted message' : withoutMarks(last.text)}</bdi>
            </>
          ) : (
            'No messages yet'
          )}
        </span>
      </span>
      <span className={styles.roomSide}>
        {reach?.call ? (
          <span className={styles.running}>
            <Phone aria-hidden="true" /> Call running
          </span>
        ) : here.length > 0 ? (
          <span className={styles.here}>{formatNames(here.map((participant) => participant.name))} here</span>
        ) : (
          <span className={styles.when}>{formatWhen(room.lastActiveAt, now)}</span>
        )}
        <span className={styles.counts}>
          <MissedCalls room={room} running={reach?.call?.callId ?? null} />
          {room.mentions > 0 ? (
            <span className={styles.unread} title="You are mentioned">
              <span aria-hidden="true">@{room.mentions > 1 ? ` ${room.mentions}` : ''}</span>
              <span className="visually-hidden">{countOf(room.mentions, 'mention of you', 'mentions of you')}</span>
            </span>
          ) : null}
          {room.unread > 0 ? <span className={styles.unread}>{room.unread} new</span> : null}
        </span>
      </span>
    </button>
  );
}

/** Answers a missed call with a new one; while one runs in the room, its row says so. */
function CallBack({ room, isRunning }: { room: Room; isRunning: boolean }) {
  const { prepareCall } = useActions();
  const isInCall = useApp(({ call }) => call.at === 'joined');
  if (!room.missedCall || isRunning || isInCall) return null;
  return (
    <IconButton
      icon={Phone}
      label={`Call back in ${roomInWords(room)}`}
      side="left"
      className={styles.callBack}
      onClick={() => prepareCall(room.roomId)}
    />
  );
}

/** The calls that were missed since the room's end was on the screen; one that rings still is none yet. */
function MissedCalls({ room: { missedCall }, running }: { room: Room; running: string | null }) {
  const count = missedCall ? missedCall.count - (missedCall.callId === running ? 1 : 0) : 0;
  if (!missedCall || count === 0) return null;
  const words =
    count === 1 && missedCall.callId !== running
      ? `Missed call from ${authorWords({ ...missedCall, mine: false })}`
      : countOf(count, 'missed call', 'missed calls');
  return (
    <span className={styles.missed} title={words} data-missed-calls>
      <PhoneMissed aria-hidden="true" />
      {count > 1 ? <span aria-hidden="true">{count}</span> : null}
      <span className="visually-hidden">{words}</span>
    </span>
  );
}

/** The lists of rooms that can be browsed: one for each server that keeps one. */
function Lists() {
  const { openListedRooms } = useActions();
  const servers = useApp((state) => state.servers);
  const lists = servers.filter(({ right, check }) => right.at !== 'lost' && check?.at === 'ok' && check.listedRooms);
  if (lists.length === 0) return null;
  return (
    <section aria-labelledby="home-lists">
      <h2 id="home-lists" className={styles.heading}>
        Find a room
      </h2>
      <div className={styles.lists}>
        {lists.map((server) => (
          <Button key={server.host} icon={List} onClick={() => openListedRooms(server.host)}>
            Rooms on {serverNameOf(servers, server.host)}
          </Button>
        ))}
      </div>
    </section>
  );
}
