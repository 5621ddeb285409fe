import type { OwnThings } from '@parley/shared/model';
import { type DeviceId, LIMITS, ParleyError, type RoomId, refusalOf, unwrap } from '@parley/shared/protocol';
import { deriveRoomKeys, parseInvite } from '@parley/shared/sealing';
import type { Emit } from '../event-hub.ts';
import type { HistoryClient } from '../history/history-client.ts';
import { DISK_CODES } from '../notices.ts';
import type { Log } from '../ports.ts';
import type { RoomWatch } from '../rooms/room-watch.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { SettingsStore } from '../settings/settings-store.ts';

export type OwnThingsParts = {
  history: HistoryClient;
  rooms: Pick<Rooms, 'keyring' | 'add'>;
  settings: SettingsStore;
  watch: Pick<RoomWatch, 'changed'>;
  emit: Emit;
  log: Log;
};

/** How far ahead of this clock another computer's may be, in ms. */
const AHEAD_MAX_MS = 86_400_000;

/** The name and the rooms of this person, as their computers tell each other. */
export function createOwnThings({ history, rooms, settings, watch, emit, log }: OwnThingsParts, now: () => number) {
  /** Takes a room that is new here. Throws `bad-request` where its invite leads to another room than it says. */
  const takeRoom = async ({ roomId, invite, passphrase, name }: OwnThings['rooms'][number]): Promise<void> => {
    if ((await history.room(roomId)) || (await history.wasDeleted(roomId))) return;
    const { secret, ownerPub, needsPassphrase } = unwrap(parseInvite(invite));
    const keys = await deriveRoomKeys(secret, needsPassphrase ? passphrase : null, ownerPub);
    if (keys.roomId !== roomId) throw new ParleyError('bad-request', { path: 'roomId' });
    await rooms.add(invite, passphrase ?? undefined, name);
    watch.changed();
  };

  return {
    /** All of it, in messages that each fit into a link. A room whose key cannot be had stays out. */
    async all(): Promise<OwnThings[]> {
      const { profile, profileAt } = settings.get();
      if (!profile) return [];
      const all: OwnThings['rooms'] = [];
      for (const room of await history.rooms()) {
        if (room.secret.length === 0) continue;
        try {
          const { roomId, invite, passphrase } = await rooms.keyring(room.room_id as RoomId);
          all.push({ roomId, invite, passphrase, name: room.name });
        } catch (thrown) {
          log.warn('a room could not be told to other computers', { code: refusalOf(thrown).code });
        }
      }
      const messages: OwnThings[] = [];
      for (let at = 0; at === 0 || at < all.length; at += LIMITS.ownRoomsMax)
        messages.push({ profile, profileAt, rooms: all.slice(at, at + LIMITS.ownRoomsMax) });
      return messages;
    },

    /**
     * Takes the later name, and rooms that are neither here nor were deleted here; one that cannot be taken keeps no other away. Throws
     * `not-allowed` where it is from somebody else, and at the end what the disk refused with.
     */
    async take(by: DeviceId, { profile, profileAt, rooms: theirs }: OwnThings): Promise<void> {
      if (!(await history.isOwnComputer(by))) throw new ParleyError('not-allowed');
      if (profileAt > settings.get().profileAt && profileAt <= now() + AHEAD_MAX_MS)
        emit('settings.changed', settings.change({ profile }, profileAt));
      let diskFailure: unknown;
      for (const room of theirs) {
        try {
          await takeRoom(room);
        } catch (thrown) {
          const { code } = refusalOf(thrown);
          log.warn('a room of another computer could not be taken', { code });
          if (DISK_CODES.includes(code)) diskFailure ??= thrown;
        }
      }
      if (diskFailure) throw diskFailure;
    },
  };
}
