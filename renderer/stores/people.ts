import { type HistoryItem, type Person, personIn } from '@parley/shared/model';
import type { DeviceId, RoomId } from '@parley/shared/protocol';
import type { AppState, ParticipantView } from './state.ts';

const personAt = ({ deviceId, person }: Pick<ParticipantView, 'deviceId' | 'person'>): DeviceId => person ?? deviceId;

/**
 * The other people among participants, each once, by the computer on which they are nearest: in the call, then linked. This person's own
 * other computers are left out.
 */
export function peopleAmong<P extends Pick<ParticipantView, 'deviceId' | 'person' | 'inCall' | 'link'>>(
  participants: readonly P[],
  own: DeviceId | null | undefined,
): P[] {
  const nearness = ({ inCall, link }: P) => Number(inCall) * 2 + Number(link === 'open');
  const people = new Map<DeviceId, P>();
  for (const participant of participants) {
    const person = personAt(participant);
    const before = people.get(person);
    if (person !== own && (!before || nearness(participant) > nearness(before))) people.set(person, participant);
  }
  return [...people.values()];
}

/** The people who are reachable while nobody else is in the call: one who declined on any computer declined, one who is busy on any is busy. */
export function calledAmong(
  participants: readonly ParticipantView[],
  own: DeviceId | null | undefined,
): ParticipantView[] {
  const present = participants.filter(({ link }) => link !== 'closed');
  return peopleAmong(present, own).map((person) => {
    const all = computersAmong(present, personAt(person));
    return { ...person, declined: all.some((each) => each.declined), busy: all.some((each) => each.busy) };
  });
}

/** The participants that are computers of the same person as this one. */
export const computersAmong = <P extends Pick<ParticipantView, 'deviceId' | 'person'>>(
  participants: readonly P[],
  person: DeviceId | null | undefined,
): P[] => participants.filter((participant) => personAt(participant) === person);

/** The devices that are this person. */
export const ownDevices = ({ info, computers }: Pick<AppState, 'info' | 'computers'>): readonly DeviceId[] =>
  computers?.devices ?? (info ? [info.deviceId] : []);

/** Whether a device is one of somebody whom this person blocked. */
export const isBlockedIn = ({ blocked }: Pick<AppState, 'blocked'>, deviceId: string): boolean =>
  blocked.some(({ devices }) => devices.some((device) => device === deviceId));

/** The others of a room who can be mentioned: those who are here, then the authors of what is loaded, the latest first. */
export function peopleOf(
  items: readonly HistoryItem[] = [],
  here: readonly Pick<ParticipantView, 'deviceId' | 'person' | 'name'>[] = [],
  own: DeviceId | undefined,
): readonly Person[] {
  const people = new Map<DeviceId, Person>();
  const add = (device: DeviceId, name: string) => {
    if (device !== own && !people.has(device)) people.set(device, { device, name });
  };
  for (const participant of here) add(personAt(participant), participant.name);
  for (const item of items.toReversed()) if (!item.mine) add(personIn(item), item.name);
  return [...people.values()];
}

/** The same for a room of the app. */
export const peopleIn = (
  { chats, reach, info, computers }: Pick<AppState, 'chats' | 'reach' | 'info' | 'computers'>,
  roomId: RoomId,
): readonly Person[] =>
  peopleOf(chats[roomId]?.items, reach[roomId]?.participants, computers?.person ?? info?.deviceId);
