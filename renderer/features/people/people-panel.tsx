import type { ComputersState, Room, RoomRulesNow } from '@parley/shared/model';
import type { DeviceId } from '@parley/shared/protocol';
import { Ban, Hand, MicOff, MonitorUp, UserX } from 'lucide-react';
import { useState } from 'react';
import { UNREACHED } from '../../stores/app-store.ts';
import { computersAmong, peopleAmong } from '../../stores/people.ts';
import { useActions, useApp } from '../../stores/react.tsx';
import type { ApartNow, ParticipantView } from '../../stores/state.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/field.tsx';
import { formatNames } from '../../ui/format.ts';
import { APART_ADVICE, apartTitle, presenceWords, standingWords } from '../connection-words.ts';
import { PersonConnection, PersonConnectionButton } from '../quality/person-connection.tsx';
import { BlockDialog } from './block-dialog.tsx';
import styles from './people.module.css';
import { RemoveDialog } from './remove-dialog.tsx';
import { SafetyCodeDialog } from './safety-code-dialog.tsx';
import { StandingMark } from './standing-mark.tsx';

const noParticipants: readonly ParticipantView[] = [];
const nobodyApart: readonly ApartNow[] = [];

/** The people who are here, and how far each device is trusted. */
export function PeoplePanel({ room }: { room: Room }) {
  const participants = useApp((state) => state.reach[room.roomId]?.participants ?? noParticipants);
  const apart = useApp((state) => state.reach[room.roomId]?.apart ?? nobodyApart);
  const profile = useApp((state) => state.settings.profile);
  const computers = useApp((state) => state.computers);
  const people = peopleAmong(participants, computers?.person);
  const own = computersAmong(participants, computers?.person).filter(({ link }) => link === 'open');
  const [comparing, setComparing] = useState<string | null>(null);
  const [blocking, setBlocking] = useState<{ deviceId: DeviceId; name: string } | null>(null);
  const [removing, setRemoving] = useState<{ deviceId: DeviceId; name: string } | null>(null);
  const rules = useApp((state) => (state.reach[room.roomId] ?? UNREACHED).rules);
  const compared = participants.find((participant) => participant.sess === comparing);
  return (
    <div className={styles.panel}>
      <ul className={styles.people} aria-label="People">
        <li className={styles.person}>
          <Avatar id="self" name={profile?.displayName ?? profile?.username ?? 'You'} size={36} present />
          <div className={styles.text}>
            <strong>{profile?.displayName ?? profile?.username} (you)</strong>
            {own.length > 0 ? (
              <span className={styles.soft}>
                Also on {formatNames(own.map(({ deviceId }) => nameOfComputer(computers, deviceId)))}
              </span>
            ) : null}
          </div>
        </li>
        {people.map((participant) => (
          <Person
            key={participant.sess}
            participant={participant}
            computers={computersAmong(participants, participant.person ?? participant.deviceId).length}
            onCompare={() => setComparing(participant.sess)}
            room={room}
            rules={rules}
            onRemove={() => setRemoving({ deviceId: participant.deviceId, name: participant.name })}
            onBlock={() => setBlocking({ deviceId: participant.deviceId, name: participant.name })}
          />
        ))}
      </ul>
      <Apart apart={apart} />
      {people.length === 0 ? (
        <p className={styles.empty}>
          Nobody else is here at the moment. Send the invite to the people you want to talk to.
        </p>
      ) : null}
      {blocking ? <BlockDialog {...blocking} onClose={() => setBlocking(null)} /> : null}
      {removing ? (
        <RemoveDialog {...removing} roomId={room.roomId} isLocked={rules.locked} onClose={() => setRemoving(null)} />
      ) : null}
      {compared ? <SafetyCodeDialog participant={compared} onClose={() => setComparing(null)} /> : null}
    </div>
  );
}

/** Says who is here for others and not for this person. Always there, so that it is read out when it comes. */
function Apart({ apart }: { apart: readonly ApartNow[] }) {
  return (
    <div role="status">
      {apart.map(({ deviceId, name, seenBy }) => (
        <Banner key={deviceId} tone="warning" title={apartTitle(name, seenBy)}>
          {APART_ADVICE}
        </Banner>
      ))}
    </div>
  );
}

/** What this person calls a computer of theirs. */
const nameOfComputer = (computers: ComputersState | null, device: DeviceId): string =>
  computers?.list?.computers.find((computer) => computer.device === device)?.name ?? 'your first computer';

type PersonProps = {
  participant: ParticipantView;
  room: Room;
  rules: RoomRulesNow;
  computers: number;
  onCompare: () => void;
  onBlock: () => void;
  onRemove: () => void;
};

function Person({ participant, room, rules, computers, onCompare, onBlock, onRemove }: PersonProps) {
  const { setModerator } = useActions();
  const { deviceId, name } = participant;
  const isOwner = rules.owners.includes(deviceId);
  const isModerator = rules.moderators.includes(deviceId);
  const mayRemove = rules.role === 'owner' || (rules.role === 'moderator' && !isOwner && !isModerator);
  return (
    <li className={styles.person}>
      <Avatar
        id={participant.person ?? participant.deviceId}
        name={participant.name}
        size={36}
        present={participant.link === 'open'}
      />
      <div className={styles.text}>
        <strong>
          <bdi>{participant.name}</bdi>
        </strong>
        <span className={styles.soft}>
          {presenceWords(participant)}
          {participant.relayed ? ' · through a relay' : ''}
          {computers > 1 ? ` · on ${computers} computers` : ''}
          {isOwner ? ' · owner of this room' : isModerator ? ' · moderator' : ''}
        </span>
        <PersonConnection participant={participant} />
        <StandingMark standing={participant.standing} />
        {participant.standing === 'changed' ? (
          <Banner tone="danger" role="alert">
            {standingWords.changed.sentence}
          </Banner>
        ) : null}
        <div className={styles.acts}>
          <Button size="small" onClick={onCompare}>
            Compare safety code
          </Button>
          <PersonConnectionButton participant={participant} />
          {rules.role === 'owner' ? (
            <Button size="small" onClick={() => void setModerator(room.roomId, deviceId, name, !isModerator)}>
              {isModerator ? 'No longer moderator' : 'Make moderator'}
              <span className="visually-hidden">: {name}</span>
            </Button>
          ) : null}
          {mayRemove ? (
            <Button size="small" look="danger-quiet" icon={UserX} onClick={onRemove}>
              Remove<span className="visually-hidden"> {name}</span>…
            </Button>
          ) : null}
          <Button size="small" look="danger-quiet" icon={Ban} onClick={onBlock}>
            Block<span className="visually-hidden"> {participant.name}</span>…
          </Button>
        </div>
      </div>
      <span className={styles.marks}>
        {participant.inCall && participant.microphone !== 'live' ? <MicOff aria-label="Muted" /> : null}
        {participant.screen ? <MonitorUp aria-label="Shares the screen" /> : null}
        {participant.hand ? <Hand aria-label="Hand raised" /> : null}
      </span>
    </li>
  );
}
