import type { Room } from '@parley/shared/model';
import { DoorOpen } from 'lucide-react';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { Knock } from '../../stores/state.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { roomTitle } from '../connection-words.ts';
import { StandingMark } from '../people/standing-mark.tsx';
import styles from './incoming-call.module.css';

const noKnocks: readonly Knock[] = [];

/** Those who stand at the door of a locked room that this person may open, without a sound. */
export function Knocks() {
  const rooms = useApp((state) => state.rooms);
  const reach = useApp((state) => state.reach);
  return rooms.flatMap((room) =>
    (reach[room.roomId]?.knocks ?? noKnocks).map((knock) => (
      <Card key={`${room.roomId} ${knock.deviceId}`} room={room} knock={knock} />
    )),
  );
}

function Card({ room, knock }: { room: Room; knock: Knock }) {
  const { letIn, notNow, blockKnock } = useActions();
  const [busy, setBusy] = useState(false);
  const { name, person, standing } = knock;
  const { roomId } = room;
  return (
    <section role="alert" aria-label="Somebody at the door" className={styles.card}>
      <Avatar id={person} name={name} size={44} />
      <div className={styles.text}>
        <strong>
          <bdi>{name}</bdi> is at the door of <bdi>{roomTitle(room)}</bdi>
        </strong>
        <StandingMark standing={standing} />
      </div>
      <Button look="danger-quiet" onClick={() => void blockKnock(knock)}>
        Block<span className="visually-hidden"> {name}</span>
      </Button>
      <Button look="quiet" onClick={() => notNow(roomId, knock)}>
        Not now
      </Button>
      <Button
        look="primary"
        icon={DoorOpen}
        busy={busy}
        onClick={() => {
          setBusy(true);
          void letIn(roomId, knock).then(() => setBusy(false));
        }}
      >
        Let in<span className="visually-hidden"> {name}</span>
      </Button>
    </section>
  );
}
