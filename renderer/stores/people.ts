import type { HistoryItem, Person } from '@parley/shared/model';
import type { DeviceId, RoomId } from '@parley/shared/protocol';
import type { AppState, ParticipantView } from './state.ts';

/** The others of a room who can be mentioned: those who are here, then the authors of what is loaded, the latest first. */
export function peopleOf(
  items: readonly HistoryItem[] = [],
  here: readonly Pick<ParticipantView, 'deviceId' | 'name'>[] = [],
  own: DeviceId | undefined,
): readonly Person[] {
  const people = new Map<DeviceId, Person>();
  const add = (device: DeviceId, name: string) => {
    if (device !== own && !people.has(device)) people.set(device, { device, name });
  };
  for (const { deviceId, name } of here) add(deviceId, name);
  for (const { author, name, mine } of items.toReversed()) if (!mine) add(author, name);
  return [...people.values()];
}

/** The same for a room of the app. */
export const peopleIn = (
  { chats, reach, info }: Pick<AppState, 'chats' | 'reach' | 'info'>,
  roomId: RoomId,
): readonly Person[] => peopleOf(chats[roomId]?.items, reach[roomId]?.participants, info?.deviceId);
