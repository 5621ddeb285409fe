import type { RoomId } from '@parley/shared/protocol';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useActions } from '../../stores/react.tsx';
import type { View } from '../../stores/state.ts';
import type { StageBox } from './layout.ts';

const NONE: View['camera'] = { width: 0, height: 0 };

/** Heights that are told: those that make a difference, and no more than that of this person's screen. */
const STEPS = [0, 90, 135, 180, 270, 360, 540, 720, 1_080, 1_440, 2_160] as const;

/** The next step for a side, whose steps are those of 16:9 for the width. */
const stepOf = (pixels: number, shape: number): number =>
  Math.round((STEPS.find((step) => step * shape >= pixels - 1) ?? 2_160) * shape);

/** The sizes of others' tiles in device pixels, by steps, by the `sess` in their keys. */
export function viewsOf(boxes: Iterable<Pick<StageBox, 'key' | 'width' | 'height'>>, ratio: number): Map<string, View> {
  const views = new Map<string, View>();
  for (const { key, width, height } of boxes) {
    const slash = key.lastIndexOf('/');
    const [sess, kind] = [key.slice(0, slash), key.slice(slash + 1)];
    if (sess === 'self') continue;
    const size = { width: stepOf(width * ratio, 16 / 9), height: stepOf(height * ratio, 1) };
    const before = views.get(sess) ?? { camera: NONE, screen: NONE };
    views.set(sess, kind === 'screen' ? { ...before, screen: size } : { ...before, camera: size });
  }
  return views;
}

const followVisibility = (changed: () => void): (() => void) => {
  document.addEventListener('visibilitychange', changed);
  return () => document.removeEventListener('visibilitychange', changed);
};
const isHidden = (): boolean => document.visibilityState === 'hidden';

/**
 * Tells the others at which size they are shown; while the window is hidden that is the tile alone that was taken out of it, by its key,
 * and nobody when the stage is gone. Null: there is no layout yet, and nothing to tell.
 */
export function useViews(roomId: RoomId, boxes: readonly StageBox[] | null, poppedOut: string | null): void {
  const { showViews } = useActions();
  const hidden = useSyncExternalStore(followVisibility, isHidden);
  const seen = hidden ? (boxes ?? []).filter(({ key }) => key === poppedOut) : boxes;
  const views = seen && viewsOf(seen, window.devicePixelRatio || 1);
  const facts = views ? JSON.stringify([...views]) : null;
  const latest = useRef(views);
  useEffect(() => {
    latest.current = views;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is a new one each time; `facts` stands for what it holds
  useEffect(() => {
    if (latest.current) showViews(roomId, latest.current);
  }, [showViews, roomId, facts]);
  useEffect(() => () => showViews(roomId, new Map()), [showViews, roomId]);
}
