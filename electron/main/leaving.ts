import type { BrowserWindow, Dialog } from 'electron';

/**
 * Asks before a window closes whose page is in a call: the page objects to being unloaded then. Not while the app quits, which the
 * system may ask for at the end of a session. The question does not hold up this process, where the call's connections to servers live.
 */
export function askBeforeLeaving(
  window: BrowserWindow,
  dialog: Pick<Dialog, 'showMessageBox'>,
  isQuitting: () => boolean,
): void {
  let mayLeave = false;
  let isAsking = false;
  window.webContents.on('will-prevent-unload', (event) => {
    if (mayLeave || isQuitting()) {
      event.preventDefault();
      return;
    }
    if (isAsking) return;
    isAsking = true;
    const question = {
      type: 'question' as const,
      buttons: ['Stay', 'Leave the call'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
      title: 'Leave the call',
      message: 'Leave the call and close Parley?',
      detail: 'The others stay in the call, and you can join it again.',
    };
    void dialog
      .showMessageBox(window, question)
      .then(({ response }) => {
        if (response !== 1 || window.isDestroyed()) return;
        mayLeave = true;
        window.close();
      })
      .finally(() => {
        isAsking = false;
      });
  });
}
