import type { HistoryItem } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import type { AppStore } from './app-store.ts';

/**
 * Brings the messages that are chosen or about to be forwarded to what they are now; `now` gives undefined for one that is gone. Words
 * that were deleted or whose time is over are taken nowhere.
 */
export function renewChosen(
  store: AppStore,
  roomId: RoomId,
  now: (item: HistoryItem) => HistoryItem | undefined,
): void {
  const renewed = (items: readonly HistoryItem[]) =>
    items.flatMap((item) => {
      const next = now(item);
      return next && !next.deleted ? [next] : [];
    });
  const { selection, forwarding } = store.getState();
  if (selection?.roomId === roomId) store.setState({ selection: { roomId, items: renewed(selection.items) } });
  if (forwarding?.[0]?.roomId === roomId) {
    const items = renewed(forwarding);
    store.setState({ forwarding: items.length > 0 ? items : null });
  }
}
