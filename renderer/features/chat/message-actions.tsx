import type { HistoryItem } from '@parley/shared/model';
import { Copy, Pencil, Reply, SmilePlus, Trash2 } from 'lucide-react';
import { type ComponentProps, useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Popover } from '../../ui/popover.tsx';
import styles from './actions.module.css';
import { PALETTE } from './emojis.ts';

/** The things to do with one message. They are seen, and reached by Tab, while the message has the pointer or the focus. */
export function MessageActions({ item }: { item: HistoryItem }) {
  const { startReply, startEdit, deleteMessage } = useActions();
  const [isAsking, setAsking] = useState(false);
  const { roomId } = item;
  return (
    <span className={styles.actions} data-mine={item.mine || undefined} role="toolbar" aria-label="Message">
      <ReactButton item={item} />
      <Action icon={Reply} label="Reply" onClick={() => startReply(roomId, item)} />
      <Action icon={Copy} label="Copy text" onClick={() => void navigator.clipboard.writeText(item.text)} />
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

/** A tooltip for each button of each message in view would cost more than its title. */
function Action(props: Omit<ComponentProps<typeof IconButton>, 'title' | 'tooltip' | 'className'>) {
  return <IconButton {...props} title={props.label} tooltip={false} className={styles.small} />;
}

function ReactButton({ item }: { item: HistoryItem }) {
  const { react } = useActions();
  const [isOpen, setOpen] = useState(false);
  const own = new Set(item.reactions.filter(({ mine }) => mine).map(({ emoji }) => emoji));
  return (
    <Popover
      open={isOpen}
      onOpenChange={setOpen}
      label="Reactions"
      className={styles.palette}
      trigger={<Action icon={SmilePlus} label="React" />}
    >
      {PALETTE.map(([emoji, name]) => (
        <button
          key={emoji}
          type="button"
          className={styles.emoji}
          aria-label={name}
          aria-pressed={own.has(emoji)}
          title={name}
          onClick={() => {
            setOpen(false);
            void react(item.roomId, item, emoji, !own.has(emoji));
          }}
        >
          {emoji}
        </button>
      ))}
    </Popover>
  );
}
