import { mentionCode, type Person } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import type { AppState } from './state.ts';

type Known = Pick<AppState, 'chats' | 'reach' | 'info'>;

/** The others of a room who can be mentioned: those who are here, then the authors of what is loaded, the latest first. */
export function peopleOf({ chats, reach, info }: Known, roomId: RoomId): readonly Person[] {
  const people = new Map<string, Person>();
  const add = (person: Person) => {
    if (person.device !== info?.deviceId && !people.has(person.device)) people.set(person.device, person);
  };
  for (const { deviceId, name } of reach[roomId]?.participants ?? []) add({ device: deviceId, name });
  for (const { author, name, mine } of (chats[roomId]?.items ?? []).toReversed())
    if (!mine) add({ device: author, name });
  return [...people.values()];
}

/** How somebody is called now whom a text mentions; null where that device is not known here. */
export const nameOfCode = (state: Known, roomId: RoomId, code: string): string | null =>
  peopleOf(state, roomId).find(({ device }) => mentionCode(device) === code)?.name ?? null;

/** Whether a mention means this person. */
export const isOwnCode = ({ info }: Pick<AppState, 'info'>, code: string): boolean =>
  info !== null && mentionCode(info.deviceId) === code;
