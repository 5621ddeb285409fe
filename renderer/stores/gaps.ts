import type { Bridge } from '@parley/shared/bridge';
import type { PeerStanding } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { AppStore } from './app-store.ts';
import { withRoom } from './by-room.ts';

/** A gap is shown only after nothing came for this time: while a device catches up, gaps open and close. */
export const GAPS_SETTLE_MS = 1_500;

/** The gaps in each room's history, for the screen. */
export interface Gaps {
  /** Reads the gaps of a room now. */
  load(roomId: RoomId): Promise<void>;
  /** Entries of a room came: reads its gaps as soon as no more come. */
  touched(roomId: RoomId): void;
  /** A device is known by another name: gaps say it too. */
  named(peer: Pick<PeerStanding, 'deviceId'>): void;
  forget(roomId: RoomId): void;
}

export function createGaps(store: AppStore, bridge: Bridge, clock: Pick<Clock, 'after'>): Gaps {
  const waiting = new Map<RoomId, () => void>();
  /** Counts reads per room: the answer of an older one is dropped. */
  const reads = new Map<RoomId, number>();
  const of = (roomId: RoomId) => store.getState().gaps[roomId] ?? [];
  const begin = (roomId: RoomId): number => {
    waiting.get(roomId)?.();
    waiting.delete(roomId);
    const turn = (reads.get(roomId) ?? 0) + 1;
    reads.set(roomId, turn);
    return turn;
  };

  async function load(roomId: RoomId): Promise<void> {
    const turn = begin(roomId);
    const found = await bridge.call('history.gaps', { roomId });
    if (!found.ok || reads.get(roomId) !== turn) return;
    const { gaps } = found.value;
    if (gaps.length === 0 && of(roomId).length === 0) return;
    store.setState((state) => ({ gaps: withRoom(state.gaps, roomId, gaps.length > 0 ? gaps : undefined) }));
  }

  return {
    load,
    touched(roomId) {
      waiting.get(roomId)?.();
      waiting.set(
        roomId,
        clock.after(GAPS_SETTLE_MS, () => void load(roomId)),
      );
    },
    named({ deviceId }) {
      for (const roomId of Object.keys(store.getState().gaps) as RoomId[]) {
        if (of(roomId).some(({ author }) => author === deviceId)) void load(roomId);
      }
    },
    forget(roomId) {
      begin(roomId);
      store.setState((state) => ({ gaps: withRoom(state.gaps, roomId, undefined) }));
    },
  };
}
