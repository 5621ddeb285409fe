import type { RoomId } from '@parley/shared/protocol';
import { ArrowDown, ArrowUp, CheckCheck } from 'lucide-react';
import { useActions } from '../../stores/react.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { formatNumber } from '../../ui/format.ts';
import styles from './jumps.module.css';

type JumpsProps = {
  roomId: RoomId;
  /** All messages of the room that were not seen. */
  unread: number;
  /** Whether some of them are not on the screen. */
  hasUnreadElsewhere: boolean;
  isAtEnd: boolean;
};

/** The ways to what is new, above the lower edge of the list. */
export function Jumps({ roomId, unread, hasUnreadElsewhere, isAtEnd }: JumpsProps) {
  const { goToUnread, loadNewest, markAllSeen } = useActions();
  if (isAtEnd && !hasUnreadElsewhere) return null;
  const isNew = unread > 0;
  return (
    <div className={styles.jumps} data-late={isAtEnd || undefined}>
      <Button
        look="plain"
        size="small"
        icon={isAtEnd ? ArrowUp : ArrowDown}
        onClick={() => (isNew ? goToUnread(roomId) : loadNewest(roomId))}
      >
        {isNew ? newWords(unread) : 'Newest messages'}
      </Button>
      {isNew ? (
        <IconButton
          icon={CheckCheck}
          label="Mark all as read"
          className={styles.all}
          onClick={() => markAllSeen(roomId)}
        />
      ) : null}
    </div>
  );
}

const newWords = (count: number): string => (count === 1 ? '1 new message' : `${formatNumber(count)} new messages`);
