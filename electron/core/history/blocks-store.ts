import type { BlockedPeer } from '@parley/shared/model';
import { type DeviceId, MessageId, ParleyError, RoomId } from '@parley/shared/protocol';
import { fromBlob } from './blobs.ts';
import { createEntryLog } from './entry-log.ts';
import type { HistoryContext } from './history-context.ts';
import type { PinRow } from './peers-store.ts';
import { createSpans } from './spans.ts';
import { sql } from './statements.ts';

/** The people whom this person blocked, with all their devices. */
export function createBlocksStore(context: HistoryContext) {
  const { one, all, run, transaction, blocks, people, now } = context;
  const log = createEntryLog(context, createSpans(context));
  const pinOf = (device: string) => one<PinRow>(sql.pin, device);

  const changing = (change: () => void): void => {
    try {
      transaction(change);
    } catch (thrown) {
      blocks.read();
      throw thrown;
    }
  };

  /** Shows what came from a device while it was blocked. None of it counts as new: the person did not wait for it. */
  const showAgain = (device: DeviceId): void => {
    for (const { room_id } of all<{ room_id: string }>(sql.rooms)) {
      const roomId = RoomId.parse(room_id);
      const shown = run(sql.showHidden, roomId, device);
      if (shown > 0) run(sql.roomGrew, { roomId, clock: 0, at: 0, shown, entries: 0, unread: 0 });
      const edited = all<{ of_id: Uint8Array }>(sql.editedBy, roomId, device).map(({ of_id }) => fromBlob(of_id));
      for (const id of new Set(edited)) log.settle(roomId, { author: device, id: MessageId.parse(id) });
    }
  };

  return {
    /** Everybody who is blocked, each person once, the one blocked last first. */
    blockedPeers: (): BlockedPeer[] => {
      const persons = new Map<DeviceId, BlockedPeer>();
      for (const [device, blockedAt] of blocks.all()) {
        // It was somebody else's once.
        if (people.isOwn(device)) continue;
        // A computer that the person took off their list is one row with them, as long as both are blocked.
        const former = people.bondOf(device)?.person;
        const person = former !== undefined && blocks.isBlocked(former) ? former : people.personOf(device);
        const before = persons.get(person);
        const devices = blocks.devicesOf(person);
        const name = [person, ...devices].map((each) => pinOf(each)?.name).find((each) => each !== undefined);
        persons.set(person, {
          person,
          name: name ?? 'Unknown',
          devices,
          blockedAt: Math.min(blockedAt, before?.blockedAt ?? blockedAt),
        });
      }
      return [...persons.values()].sort((left, right) => right.blockedAt - left.blockedAt);
    },

    isBlockedPeer: (device: DeviceId): boolean => blocks.isBlocked(device),

    /**
     * Blocks a person by any of their devices: with those that are known and those that come later. Throws `not-allowed` for oneself and
     * `bad-request` for somebody who was never met.
     */
    blockPeer: (device: DeviceId): void => {
      if (people.isOwn(device)) throw new ParleyError('not-allowed');
      const devices = blocks.devicesOf(device);
      if (!devices.some(pinOf)) throw new ParleyError('bad-request', { path: 'deviceId' });
      changing(() => {
        for (const each of devices) blocks.add(each, now());
      });
    },

    /** Takes that back for all devices of the person. Entries that came from them meanwhile are shown from then on, as read. */
    unblockPeer: (device: DeviceId): void => {
      const devices = blocks.devicesOf(device);
      changing(() => {
        for (const each of devices) blocks.remove(each);
        // Of everybody, not of these devices alone: lists of computers may have said meanwhile that one is somebody else's.
        const authors = new Set(all<{ device: DeviceId }>(sql.authorDevices).map(({ device: each }) => each));
        for (const each of authors) if (!blocks.isBlocked(each)) showAgain(each);
      });
    },

    /** Keeps a block that another computer of this person has. */
    takeBlock: (device: DeviceId, blockedAt: number): void => {
      if (!people.isOwn(device)) changing(() => blocks.add(device, blockedAt));
    },
  };
}
