import type { RoomId } from '@parley/shared/protocol';
import type { AppStore } from './app-store.ts';
import { withRoom } from './by-room.ts';
import type { Unstored } from './state.ts';

/** Shows what waits for the disk in a room. The function that it returns takes that away, unless something else waits by then. */
export type ShowUnstored = (roomId: RoomId, unstored: Unstored) => () => void;

export function showsUnstored(store: AppStore): ShowUnstored {
  const set = (roomId: RoomId, unstored: Unstored | undefined) =>
    store.setState((state) => ({ unstored: withRoom(state.unstored, roomId, unstored) }));
  return (roomId, unstored) => {
    set(roomId, unstored);
    return () => {
      if (store.getState().unstored[roomId] === unstored) set(roomId, undefined);
    };
  };
}
