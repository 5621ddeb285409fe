import { type HistoryItem, withoutCodes } from '@parley/shared/model';
import { Copy, Forward, Pencil, Reply, SquareCheck, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { isEditable, isFromHere } from '../../stores/actions/entries.ts';
import { useActions } from '../../stores/react.tsx';
import { Action } from './action.tsx';
import styles from './actions.module.css';
import { DeleteDialog } from './delete-dialog.tsx';
import { InfoButton } from './message-info.tsx';
import { ReactButton } from './react-button.tsx';

/** The things to do with one message. They are seen, and reached by Tab, while the message has the pointer or the focus. */
export function MessageActions({ item }: { item: HistoryItem }) {
  const { startReply, startEdit, startForwarding, startSelecting, deleteMessage } = useActions();
  const [isAsking, setAsking] = useState(false);
  const { roomId } = item;
  const isFile = item.content.kind === 'file';
  const isVoice = item.content.kind === 'file' && item.content.file?.voice !== undefined;
  return (
    <span className={styles.actions} data-mine={item.mine || undefined} role="toolbar" aria-label="Message">
      <ReactButton item={item} />
      <Action icon={Reply} label="Reply" onClick={() => startReply(roomId, item)} />
      {isFile ? null : (
        <>
          <Action
            icon={Copy}
            label="Copy text"
            onClick={() => void navigator.clipboard.writeText(withoutCodes(item.text))}
          />
          <Action icon={Forward} label="Forward" onClick={() => startForwarding([item])} />
          <Action icon={SquareCheck} label="Select" onClick={() => startSelecting(item)} />
        </>
      )}
      {isFromHere(item) ? <InfoButton item={item} /> : null}
      {isEditable(item) ? <Action icon={Pencil} label="Edit" onClick={() => startEdit(roomId, item)} /> : null}
      {isFromHere(item) ? <Action icon={Trash2} label="Delete for everyone" onClick={() => setAsking(true)} /> : null}
      {isAsking ? (
        <DeleteDialog
          count={1}
          what={isVoice ? 'voice message' : isFile ? 'file' : 'message'}
          onClose={() => setAsking(false)}
          onDelete={() => {
            setAsking(false);
            void deleteMessage(roomId, item);
          }}
        />
      ) : null}
    </span>
  );
}
