import { useSyncExternalStore } from 'react';

const follow = (changed: () => void): (() => void) => {
  document.addEventListener('fullscreenchange', changed);
  return () => document.removeEventListener('fullscreenchange', changed);
};

/** Whether the call fills the screen. */
export const useFullScreen = (): boolean => useSyncExternalStore(follow, () => document.fullscreenElement !== null);

const nothing = () => undefined;

/**
 * Lets the app fill the screen, with the call and its panels alone, or brings the window back. All of the page, so that notices and
 * calls that ring are seen. A system that refuses changes nothing.
 */
export function toggleFullScreen(): void {
  if (document.fullscreenElement) leaveFullScreen();
  else void document.documentElement.requestFullscreen().catch(nothing);
}

export function leaveFullScreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen().catch(nothing);
}
