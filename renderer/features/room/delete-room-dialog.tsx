import type { Room } from '@parley/shared/model';
import { useActions } from '../../stores/react.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { roomInWords } from '../connection-words.ts';
import { useServerName } from '../servers/use-server-name.ts';

/** Asks before a room is deleted with everything in it. `onDeleted` is called when it is gone. */
export function DeleteRoomDialog({
  room,
  onClose,
  onDeleted,
}: {
  room: Room;
  onClose: () => void;
  onDeleted?: () => void;
}) {
  const { deleteRoom } = useActions();
  const server = useServerName(room.host);
  return (
    <ConfirmDialog
      title="Delete room"
      act="Delete"
      onClose={onClose}
      onAct={() => {
        void deleteRoom(room.roomId).then((deleted) => {
          if (deleted.ok) onDeleted?.();
        });
      }}
    >
      <p>
        “<bdi>{roomInWords(room)}</bdi>” and all its messages are deleted from this computer. The others keep theirs.
        This cannot be undone.
        {room.mine && room.listed ? ` It is taken off the list of ${server} first.` : ''}
      </p>
      <p>Files that you downloaded stay in your folder for downloads.</p>
    </ConfirmDialog>
  );
}
