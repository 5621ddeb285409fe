import type { OwnThings } from '@parley/shared/model';
import { type DeviceId, LIMITS, ParleyError, type RoomId } from '@parley/shared/protocol';
import type { Emit } from '../event-hub.ts';
import type { HistoryClient } from '../history/history-client.ts';
import type { RoomWatch } from '../rooms/room-watch.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { SettingsStore } from '../settings/settings-store.ts';

export type OwnThingsParts = {
  history: HistoryClient;
  rooms: Pick<Rooms, 'keyring' | 'add'>;
  settings: SettingsStore;
  watch: Pick<RoomWatch, 'changed'>;
  emit: Emit;
};

/** How far ahead of this clock another computer's may be, in ms. */
const AHEAD_MAX_MS = 86_400_000;

/** The name and the rooms of this person, as their computers tell each other. */
export function createOwnThings({ history, rooms, settings, watch, emit }: OwnThingsParts, now: () => number) {
  return {
    /** All of it, in messages that each fit into a link. */
    async all(): Promise<OwnThings[]> {
      const { profile, profileAt } = settings.get();
      if (!profile) return [];
      const all: OwnThings['rooms'] = [];
      for (const room of await history.rooms()) {
        if (room.secret.length === 0) continue;
        const { roomId, invite, passphrase } = await rooms.keyring(room.room_id as RoomId);
        all.push({ roomId, invite, passphrase, name: room.name });
      }
      const messages: OwnThings[] = [];
      for (let at = 0; at === 0 || at < all.length; at += LIMITS.ownRoomsMax)
        messages.push({ profile, profileAt, rooms: all.slice(at, at + LIMITS.ownRoomsMax) });
      return messages;
    },

    /** Takes the later name, and rooms that are neither here nor were deleted here. Throws `not-allowed` where it is from somebody else. */
    async take(by: DeviceId, { profile, profileAt, rooms: theirs }: OwnThings): Promise<void> {
      if (!(await history.isOwnComputer(by))) throw new ParleyError('not-allowed');
      if (profileAt > settings.get().profileAt && profileAt <= now() + AHEAD_MAX_MS)
        emit('settings.changed', settings.change({ profile }, profileAt));
      for (const { roomId, invite, passphrase, name } of theirs) {
        if ((await history.room(roomId)) || (await history.wasDeleted(roomId))) continue;
        await rooms.add(invite, passphrase ?? undefined, name);
        watch.changed();
      }
    },
  };
}
