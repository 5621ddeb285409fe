import type { Bridge } from '@parley/shared/bridge';
import type { Clock } from '@parley/shared/timing';
import type { AppStore } from './app-store.ts';
import { type Beside, createBeside } from './beside.ts';
import { withRoom } from './by-room.ts';

/** While a device catches up, entries come one batch after the other. */
const SETTLE_MS = 200;

/** The changes of each room's timer and name. */
export type RoomChanges = Beside;

export const createRoomChanges = (store: AppStore, bridge: Bridge, clock: Pick<Clock, 'after'>): RoomChanges =>
  createBeside({
    clock,
    settleMs: SETTLE_MS,
    async read(roomId) {
      const found = await bridge.call('history.room-changes', { roomId });
      return found.ok ? found.value.changes : null;
    },
    shown: () => store.getState().roomChanges,
    show: (roomId, changes) =>
      store.setState((state) => ({ roomChanges: withRoom(state.roomChanges, roomId, changes) })),
  });
