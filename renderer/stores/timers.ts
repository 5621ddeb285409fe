import type { Bridge } from '@parley/shared/bridge';
import type { Clock } from '@parley/shared/timing';
import type { AppStore } from './app-store.ts';
import { type Beside, createBeside } from './beside.ts';
import { withRoom } from './by-room.ts';

/** While a device catches up, entries come one batch after the other. */
const SETTLE_MS = 200;

/** The changes of each room's timer. */
export type Timers = Beside;

export const createTimers = (store: AppStore, bridge: Bridge, clock: Pick<Clock, 'after'>): Timers =>
  createBeside({
    clock,
    settleMs: SETTLE_MS,
    async read(roomId) {
      const found = await bridge.call('history.timers', { roomId });
      return found.ok ? found.value.timers : null;
    },
    shown: () => store.getState().timers,
    show: (roomId, timers) => store.setState((state) => ({ timers: withRoom(state.timers, roomId, timers) })),
  });
