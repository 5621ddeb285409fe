import type { BrowserWindowConstructorOptions } from 'electron';

export const SCHEME = 'app';
export const ORIGIN = `${SCHEME}://bundle`;
export const PAGE_URL = `${ORIGIN}/index.html`;

/** The one kind of window. Everything about its safety is written out; nothing is ever spread into it. */
export const windowOptions = (preload: string): BrowserWindowConstructorOptions => ({
  width: 1200,
  height: 820,
  minWidth: 720,
  minHeight: 520,
  show: false,
  title: 'Parley',
  backgroundColor: '#0f1312',
  autoHideMenuBar: true,
  webPreferences: {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    disableBlinkFeatures: 'Auxclick',
  },
});
