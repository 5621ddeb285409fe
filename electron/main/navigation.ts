import type { WebContents } from 'electron';

type LockedContents = Pick<WebContents, 'on' | 'setWindowOpenHandler'>;

/** The page never leaves its place, opens no window and hosts no webview. */
export function lockNavigation(contents: LockedContents): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
