import { type HistoryItem, withoutCodes } from '@parley/shared/model';
import { Copy, Pencil, Reply, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Action } from './action.tsx';
import styles from './actions.module.css';
import { ReactButton } from './react-button.tsx';

/** The things to do with one message. They are seen, and reached by Tab, while the message has the pointer or the focus. */
export function MessageActions({ item }: { item: HistoryItem }) {
  const { startReply, startEdit, deleteMessage } = useActions();
  const [isAsking, setAsking] = useState(false);
  const { roomId } = item;
  return (
    <span className={styles.actions} data-mine={item.mine || undefined} role="toolbar" aria-label="Message">
      <ReactButton item={item} />
      <Action icon={Reply} label="Reply" onClick={() => startReply(roomId, item)} />
      <Action
        icon={Copy}
        label="Copy text"
        onClick={() => void navigator.clipboard.writeText(withoutCodes(item.text))}
      />
      {item.mine ? (
        <>
          <Action icon={Pencil} label="Edit" onClick={() => startEdit(roomId, item)} />
          <Action icon={Trash2} label="Delete for everyone" onClick={() => setAsking(true)} />
        </>
      ) : null}
      {isAsking ? (
        <Dialog title="Delete this message for everyone?" size="small" onClose={() => setAsking(false)}>
          <p>
            Its words are erased here at once, and on the devices of the others as soon as they are reached. Somebody
            may have read or copied them before, and a backup on a device may hold them for up to two days.
          </p>
          <div className={styles.buttons}>
            <Button onClick={() => setAsking(false)} data-autofocus>
              Keep it
            </Button>
            <Button
              look="danger"
              onClick={() => {
                setAsking(false);
                void deleteMessage(roomId, item);
              }}
            >
              Delete
            </Button>
          </div>
        </Dialog>
      ) : null}
    </span>
  );
}
