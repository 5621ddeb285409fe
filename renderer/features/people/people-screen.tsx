import type { MetPerson, Room } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { Ban, MessageSquare, Phone, Send, ShieldCheck, Users, Video } from 'lucide-react';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { ParticipantView } from '../../stores/state.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Banner, TextField } from '../../ui/field.tsx';
import { countOf, formatNames, formatWhen } from '../../ui/format.ts';
import { useNow } from '../../ui/use-now.ts';
import { roomInWords } from '../connection-words.ts';
import { BlockDialog } from './block-dialog.tsx';
import { InvitePersonDialog } from './invite-person-dialog.tsx';
import styles from './people-screen.module.css';
import { StandingMark } from './standing-mark.tsx';

/** Everybody who was met, and what can be done from there: write, call, invite, block. */
export function PeopleScreen() {
  const met = useApp((state) => state.met);
  const trouble = useApp((state) => state.metTrouble);
  const { openPeople } = useActions();
  return (
    <div className={styles.screen}>
      <div className={styles.content}>
        <h1>People</h1>
        {trouble === null ? null : (
          <Banner tone="danger" role="alert" action={<Button onClick={openPeople}>Try again</Button>}>
            The people whom you met could not be loaded. {trouble}
          </Banner>
        )}
        {met === null ? <p role="status">{trouble === null ? 'Loading' : ''}</p> : <Met met={met} />}
      </div>
    </div>
  );
}

function Met({ met }: { met: readonly MetPerson[] }) {
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLocaleLowerCase();
  const found = met.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  if (met.length === 0)
    return (
      <div className={styles.empty}>
        <Users aria-hidden="true" />
        <p>Everybody you meet in a room will be here. Start a room on Home and send its invite to somebody.</p>
      </div>
    );
  return (
    <>
      <TextField label="Find somebody" type="search" value={query} onChange={setQuery} />
      <p className="visually-hidden" role="status">
        {countOf(found.length, 'person', 'people')}
      </p>
      {found.length === 0 ? <p className={styles.soft}>Nobody of that name was met.</p> : null}
      <ul className={styles.people} aria-label="People">
        {found.map((person) => (
          <Person key={person.person} person={person} />
        ))}
      </ul>
    </>
  );
}

/** The participants that are devices of a person, by room. */
function useHere({ devices }: MetPerson): Map<RoomId, ParticipantView> {
  const rooms = useApp((state) => state.rooms);
  const reach = useApp((state) => state.reach);
  return new Map(
    rooms.flatMap(({ roomId }) => {
      const here = reach[roomId]?.participants.find(
        ({ deviceId, link }) => link === 'open' && devices.includes(deviceId),
      );
      return here ? [[roomId, here]] : [];
    }),
  );
}

function Person({ person }: { person: MetPerson }) {
  const { openRoom, prepareCall } = useActions();
  const rooms = useApp((state) => state.rooms);
  const isInCall = useApp(({ call }) => call.at === 'joined');
  const here = useHere(person);
  const now = useNow(60_000);
  const [asking, setAsking] = useState<'invite' | 'block' | null>(null);
  const { name, standing } = person;
  // Where they are right now comes first, then the rooms with the fewest people.
  const ids = new Set([...person.rooms.filter((roomId) => here.has(roomId)), ...here.keys(), ...person.rooms]);
  const common = [...ids].flatMap((id): Room[] => rooms.filter(({ roomId }) => roomId === id));
  const [first] = common;
  return (
    <li className={styles.person}>
      <Avatar id={person.person} name={name} size={44} present={here.size > 0} />
      <div className={styles.text}>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <StandingMark standing={standing} />
        <span className={styles.soft}>
          {here.size > 0 ? 'Here now' : `Seen ${formatWhen(person.lastMetAt, now)}`}
          {common.length > 0
            ? ` · in ${formatNames(common.map((room) => roomInWords(room)))}`
            : ' · in none of your rooms'}
        </span>
      </div>
      <div className={styles.acts}>
        {first ? (
          <>
            <IconButton
              icon={MessageSquare}
              label={`Write to ${name} in ${roomInWords(first)}`}
              onClick={() => openRoom(first.roomId, 'chat')}
            />
            {isInCall ? null : (
              <>
                <IconButton
                  icon={Phone}
                  label={`Voice call with ${name} in ${roomInWords(first)}`}
                  onClick={() => prepareCall(first.roomId, 'voice')}
                />
                <IconButton
                  icon={Video}
                  label={`Video call with ${name} in ${roomInWords(first)}`}
                  onClick={() => prepareCall(first.roomId)}
                />
              </>
            )}
            {standing === 'verified' || here.size === 0 ? null : (
              <IconButton
                icon={ShieldCheck}
                label={`Compare the safety code with ${name}`}
                onClick={() => openRoom(first.roomId, 'people')}
              />
            )}
          </>
        ) : null}
        {here.size > 0 && standing !== 'changed' ? (
          <Button size="small" icon={Send} onClick={() => setAsking('invite')}>
            Invite<span className="visually-hidden"> {name}</span>…
          </Button>
        ) : null}
        <IconButton
          icon={Ban}
          look="danger-quiet"
          label={`Block ${name}…`}
          side="left"
          onClick={() => setAsking('block')}
        />
      </div>
      {asking === 'invite' ? (
        <InvitePersonDialog person={person} known={[...ids]} onClose={() => setAsking(null)} />
      ) : null}
      {asking === 'block' ? <BlockDialog deviceId={person.person} name={name} onClose={() => setAsking(null)} /> : null}
    </li>
  );
}
