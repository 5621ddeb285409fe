import { type HistoryItem, isolated, mentionsDevice } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import type { AppStore } from './app-store.ts';
import type { Notices } from './notices.ts';
import { ownDevices } from './people.ts';

/**
 * Tells of new messages that mention this person, where the room's conversation is not what is looked at. Ordinary messages make no notice.
 */
export function tellOfMentions(
  store: AppStore,
  notices: Pick<Notices, 'say'>,
  roomId: RoomId,
  items: readonly HistoryItem[],
): void {
  const { info, rooms, screen, call } = store.getState();
  if (!info) return;
  const own = ownDevices(store.getState());
  const isNew = ({ mine, state }: HistoryItem) => !mine && state !== 'read';
  const about = items.filter((item) => isNew(item) && own.some((device) => mentionsDevice(item.text, device)));
  const last = about.at(-1);
  if (!last) return;
  const inRoom = screen.at === 'room' && screen.roomId === roomId;
  const isCallOnStage = call.at === 'joined' && call.roomId === roomId;
  if (inRoom && (screen.panel === 'chat' || !isCallOnStage)) return;
  const name = rooms.find((room) => room.roomId === roomId)?.name;
  const where = name ? `in ${isolated(name)}` : 'in a room without a name';
  const who = last.confirmed ? isolated(last.name) : 'Somebody';
  notices.say(
    'info',
    about.length === 1 ? `${who} mentioned you ${where}.` : `You were mentioned ${about.length} times ${where}.`,
  );
}
