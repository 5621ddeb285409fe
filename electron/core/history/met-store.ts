import type { MetPerson } from '@parley/shared/model';
import { DeviceId, LIMITS, RoomId } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { sql } from './statements.ts';

type PinRow = { device_id: string; name: string; verified: number; changed: number; last_met_at: number };

/** Everybody whom this person met. */
export function createMetStore({ all, people, blocks }: HistoryContext) {
  /** The rooms in which devices wrote, were named or got messages, those with the fewest people first. */
  const roomsOf = (): Map<DeviceId, RoomId[]> => {
    const rooms = all<{ room_id: string }>(sql.rooms)
      .map(({ room_id }) => {
        const devices = all<{ device: string }>(sql.devicesIn, room_id).map(({ device }) => people.personOf(device));
        return { roomId: RoomId.parse(room_id), persons: new Set(devices) };
      })
      .sort((left, right) => left.persons.size - right.persons.size);
    const found = new Map<DeviceId, RoomId[]>();
    for (const { roomId, persons } of rooms)
      for (const person of persons) found.set(person, [...(found.get(person) ?? []), roomId]);
    return found;
  };

  return {
    /** The people of all devices that were met, each once, the one met last first. Those who are blocked are listed elsewhere. */
    metPeople: (): MetPerson[] => {
      const rooms = roomsOf();
      const persons = new Map<DeviceId, MetPerson>();
      for (const pin of all<PinRow>(sql.pins, LIMITS.metPeopleMax)) {
        const device = DeviceId.parse(pin.device_id);
        if (people.isOwn(device) || blocks.isBlocked(device)) continue;
        const person = people.personOf(device);
        const before = persons.get(person);
        const isFirst = device === person;
        const standing = pin.changed === 1 ? 'changed' : pin.verified === 1 ? 'verified' : 'pinned';
        persons.set(person, {
          person,
          // The computer whose key names the person speaks for the others.
          name: isFirst || !before ? pin.name : before.name,
          // A code that was compared with one computer counts for all of them.
          standing:
            before?.standing === 'verified' || standing === 'verified'
              ? 'verified'
              : isFirst || !before
                ? standing
                : before.standing,
          devices: people.devicesOf(person),
          lastMetAt: Math.max(pin.last_met_at, before?.lastMetAt ?? 0),
          rooms: rooms.get(person) ?? [],
        });
      }
      return [...persons.values()].sort((left, right) => right.lastMetAt - left.lastMetAt);
    },
  };
}
