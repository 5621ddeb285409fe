import type { Room } from '@parley/shared/model';
import { sentenceOf } from '@parley/shared/protocol';
import { DoorClosed, Lock } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import type { RoomReach } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { DeleteRoomDialog } from './delete-room-dialog.tsx';
import styles from './room.module.css';
import { StatusWords } from './status-words.tsx';

/** The sentence at the door of a room that this person is not let into. */
export function doorWords(door: RoomReach['door']): string | null {
  switch (door.at) {
    case 'open':
      return null;
    case 'removed':
      return `${sentenceOf('removed-from-room')} What you have of it stays on this computer until you delete it.`;
    case 'stopped':
      return 'This room is locked, and you stopped asking to be let in.';
    case 'locked':
      if (door.asked === null)
        return 'This room is locked. Nobody who could let you in is here right now; they are asked when they come.';
      return `This room is locked. Its ${door.asked} was asked to let you in.`;
  }
}

/** Why the room is closed to this person, and what they can do. */
export function Door({ room, door }: { room: Room; door: RoomReach['door'] }) {
  const { stopAsking, askAgain } = useActions();
  const [deleting, setDeleting] = useState(false);
  const words = doorWords(door);
  const Icon = door.at === 'removed' ? DoorClosed : Lock;
  return (
    <div className={words ? styles.door : undefined}>
      <StatusWords icon={Icon} words={words} />
      {door.at === 'locked' ? (
        <Button size="small" onClick={() => void stopAsking(room.roomId)}>
          Stop asking
        </Button>
      ) : null}
      {door.at === 'stopped' || door.at === 'removed' ? (
        <Button size="small" onClick={() => void askAgain(room.roomId)}>
          {door.at === 'stopped' ? 'Ask again' : 'Try again'}
        </Button>
      ) : null}
      {door.at === 'removed' ? (
        <Button size="small" look="danger-quiet" onClick={() => setDeleting(true)}>
          Delete room
        </Button>
      ) : null}
      {deleting ? <DeleteRoomDialog room={room} onClose={() => setDeleting(false)} /> : null}
    </div>
  );
}
