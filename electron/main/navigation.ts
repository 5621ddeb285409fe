import type { App, WebContents } from 'electron';

/** The page never leaves its place, opens no window and hosts no webview. */
export function lockNavigation(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
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
