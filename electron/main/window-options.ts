import type { BrowserWindowConstructorOptions } from 'electron';

export const SCHEME = 'app';
export const ORIGIN = `${SCHEME}://bundle`;
export const PAGE_URL = `${ORIGIN}/index.html`;

/**
 * The one kind of window. Sandbox, context isolation and the rest of Electron's safety are its own defaults, held by
 * `app.enableSandbox()`; no window overrides any of them, and nothing is ever spread into these preferences.
 */
export const windowOptions = (preload: string): BrowserWindowConstructorOptions => ({
  width: 1200,
  height: 820,
  minWidth: 480,
  minHeight: 480,
  show: false,
  title: 'Parley',
  backgroundColor: '#0f1312',
  autoHideMenuBar: true,
  webPreferences: { preload, spellcheck: false },
});
