import type { Bridge } from '@parley/shared/bridge';
import type { Clock } from '@parley/shared/timing';
import type { AppStore } from './app-store.ts';
import { type Beside, createBeside } from './beside.ts';
import { withRoom } from './by-room.ts';

/** A gap is shown only after nothing came for this time: while a device catches up, gaps open and close. */
export const GAPS_SETTLE_MS = 1_500;

/** The gaps in each room's history. */
export type Gaps = Beside;

export const createGaps = (store: AppStore, bridge: Bridge, clock: Pick<Clock, 'after'>): Gaps =>
  createBeside({
    clock,
    settleMs: GAPS_SETTLE_MS,
    async read(roomId) {
      const found = await bridge.call('history.gaps', { roomId });
      return found.ok ? found.value.gaps : null;
    },
    shown: () => store.getState().gaps,
    show: (roomId, gaps) => store.setState((state) => ({ gaps: withRoom(state.gaps, roomId, gaps) })),
  });
