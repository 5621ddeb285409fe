import type { App, WebContents, WebContentsWillFrameNavigateEventParams } from 'electron';
import { originOf } from './permissions.ts';
import { ORIGIN } from './window-options.ts';

type Navigation = Pick<WebContentsWillFrameNavigateEventParams, 'url' | 'isMainFrame' | 'initiator'>;

/**
 * Whether a navigation only loads our own page again, as the page itself does after an error: the address that it has
 * already, under our scheme, in the top frame and asked for by the top frame.
 */
export const isReload = (current: string, { url, isMainFrame, initiator }: Navigation): boolean =>
  isMainFrame && url === current && originOf(url) === ORIGIN && (initiator?.parent ?? null) === null;

/** The page may load itself again; beyond that it never leaves its place, opens no window and hosts no webview. */
export function lockNavigation(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler' | 'getURL'>): void {
  contents.on('will-navigate', (event) => {
    if (!isReload(contents.getURL(), event)) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!isReload(contents.getURL(), event)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Locks every page that this app will ever have, and offers none of this person's certificates to any server. */
export function lockAllPages(app: Pick<App, 'on'>): void {
  app.on('web-contents-created', (_event, contents) => lockNavigation(contents));
  app.on('select-client-certificate', (event, _contents, _url, _certificates, callback) => {
    event.preventDefault();
    callback();
  });
}
