import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { formatNumber } from '../../ui/format.ts';

/** Asks whether one's own messages shall be deleted for everyone, and says what that can do. */
export function DeleteDialog({
  count,
  what = 'message',
  onClose,
  onDelete,
}: {
  count: number;
  /** What it is, where it is one. */
  what?: 'message' | 'file' | 'voice message';
  onClose: () => void;
  onDelete: () => void;
}) {
  const which = count === 1 ? `this ${what}` : `${formatNumber(count)} messages`;
  return (
    <Dialog title={`Delete ${which} for everyone?`} size="small" onClose={onClose}>
      {what === 'file' ? (
        <p>
          Nobody can download it any more, and its name is erased here at once, and on the devices of the others as soon
          as they are reached. Anybody who has downloaded it keeps it.
        </p>
      ) : what === 'voice message' ? (
        <p>
          Its sound is deleted here at once, and on the devices of the others as soon as they are reached. Somebody may
          have heard or recorded it before. An encrypted backup may hold it until newer ones replace it.
        </p>
      ) : (
        <p>
          {count === 1 ? 'Its' : 'Their'} words are erased here at once, and on the devices of the others as soon as
          they are reached. Somebody may have read or copied them before. A safety copy on a device may hold them for up
          to two days, an encrypted backup until newer ones replace it.
        </p>
      )}
      <DialogActions>
        <Button onClick={onClose} data-autofocus>
          {count === 1 ? 'Keep it' : 'Keep them'}
        </Button>
        <Button look="danger" onClick={onDelete}>
          Delete
        </Button>
      </DialogActions>
    </Dialog>
  );
}
