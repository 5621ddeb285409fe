import type { Room } from '@parley/shared/model';
import { BellOff, Phone, PhoneOff } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import { isRingHeard, ringingCalls } from '../../stores/rings.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { roomTitle } from '../connection-words.ts';
import styles from './incoming-call.module.css';
import { Invitations } from './invitations.tsx';
import { Knocks } from './knocks.tsx';

/** Calls that ring, people at the door of a locked room, and invitations, over whatever is on the screen. Answering leads to the pre-join screen, devices off until then. */
export function IncomingCall() {
  const rooms = useApp((state) => state.rooms);
  const reach = useApp((state) => state.reach);
  const call = useApp((state) => state.call);
  const settings = useApp((state) => state.settings);
  const quiet = useApp((state) => state.quiet);
  return (
    <div className={styles.stack}>
      {ringingCalls({ rooms, reach, call, settings, quiet }).map((room) => (
        <Ringing key={room.roomId} room={room} from={reach[room.roomId]?.ringing?.from ?? ''} />
      ))}
      <Knocks />
      <Invitations />
    </div>
  );
}

function Ringing({ room, from }: { room: Room; from: string }) {
  const { prepareCall, declineCall, silenceRing } = useActions();
  const isHeard = useApp((state) => isRingHeard(state, room.roomId));
  return (
    <div role="alertdialog" aria-label="Incoming call" className={styles.card}>
      <Avatar id={room.roomId} name={roomTitle(room)} shape="room" size={44} />
      <div className={styles.text}>
        <strong>
          <bdi>{from}</bdi> is calling
        </strong>
        <bdi>{roomTitle(room)}</bdi>
      </div>
      {isHeard ? <IconButton icon={BellOff} label="Silence" onClick={() => silenceRing(room.roomId)} /> : null}
      <Button look="danger-quiet" icon={PhoneOff} onClick={() => declineCall(room.roomId)}>
        Decline
      </Button>
      <Button look="primary" icon={Phone} onClick={() => prepareCall(room.roomId)}>
        Answer
      </Button>
    </div>
  );
}
