import type { Room, RoomChange } from '@parley/shared/model';
import { useActions, useApp } from '../../stores/react.tsx';
import type { ChatState, ParticipantView } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { typingWords } from '../connection-words.ts';
import { PreparingFiles } from '../files/preparing-files.tsx';
import { useFileDrops } from '../files/use-file-drops.ts';
import styles from './chat.module.css';
import { Composer } from './composer.tsx';
import { ForwardDialog } from './forward-dialog.tsx';
import { MessageList } from './message-list.tsx';
import { RoomChangeRows } from './room-change-rows.tsx';
import { SelectionBar } from './selection-bar.tsx';

const noParticipants: readonly ParticipantView[] = [];
const noChanges: readonly RoomChange[] = [];

/** A room's conversation: what was said, and the field to say more. */
export function ChatView({ room, wide = false }: { room: Room; wide?: boolean }) {
  const chat = useApp((state) => state.chats[room.roomId]);
  const selection = useApp((state) => state.selection);
  const forwarding = useApp((state) => state.forwarding);
  // Nothing that is written reaches anybody from outside the door.
  const isShut = useApp((state) => (state.reach[room.roomId]?.door.at ?? 'open') !== 'open');
  const { isOver, ...drops } = useFileDrops(room.roomId);
  return (
    <div className={styles.chat} data-wide={wide || undefined} data-drop={isOver || undefined} {...drops}>
      {chat?.failure ? <Failure room={room} chat={chat} /> : null}
      {chat && chat.items.length > 0 ? <MessageList room={room} chat={chat} /> : <NoMessages room={room} chat={chat} />}
      <PreparingFiles roomId={room.roomId} />
      <Typing room={room} />
      {selection?.roomId === room.roomId ? (
        <SelectionBar selection={selection} />
      ) : isShut ? null : (
        <Composer key={room.roomId} roomId={room.roomId} />
      )}
      {forwarding?.[0]?.roomId === room.roomId ? <ForwardDialog items={forwarding} /> : null}
    </div>
  );
}

function NoMessages({ room, chat }: { room: Room; chat: ChatState | undefined }) {
  const changes = useApp((state) => state.roomChanges[room.roomId] ?? noChanges);
  const isLoading = chat?.loading !== 'none';
  return (
    <div className={styles.list}>
      {chat && isLoading ? (
        <p className={styles.empty} role="status">
          Opening the conversation…
        </p>
      ) : null}
      {isLoading || chat.failure ? null : (
        <>
          <RoomChangeRows changes={changes} />
          <div className={styles.empty}>
            <strong>No messages yet</strong>
            <p>Messages are kept on the disks of the people in this room, and nowhere else.</p>
          </div>
        </>
      )}
    </div>
  );
}

/** Messages could not be read. Nothing is asked for by scrolling until the person tries again. */
function Failure({ room, chat }: { room: Room; chat: ChatState }) {
  const { goToUnread, loadOlder } = useActions();
  return (
    <div className={styles.failure}>
      <span role="alert">{chat.failure?.message}</span>
      <Button size="small" onClick={() => (chat.items.length > 0 ? loadOlder(room.roomId) : goToUnread(room.roomId))}>
        Try again
      </Button>
    </div>
  );
}

function Typing({ room }: { room: Room }) {
  const participants = useApp((state) => state.reach[room.roomId]?.participants ?? noParticipants);
  return (
    <p className={styles.typing} aria-live="polite">
      {typingWords(participants)}
    </p>
  );
}
