import type { Dialog, Shell as ElectronShell } from 'electron';
import type { Shell } from '#core/ports.ts';

/**
 * Opens links and files outside, after the person saw where a link leads and that a file may be harmful. The core has checked scheme,
 * length and credentials.
 */
export const confirmingShell = (
  dialog: Pick<Dialog, 'showMessageBox'>,
  shell: Pick<ElectronShell, 'openExternal' | 'openPath' | 'showItemInFolder'>,
): Shell => ({
  async openExternal(url) {
    const { response } = await dialog.showMessageBox({
      type: 'question',
      buttons: ['Cancel', 'Open'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
      title: 'Open a link',
      message: url.protocol === 'mailto:' ? 'Open your mail program?' : `Open ${url.host} outside Parley?`,
      detail: url.href,
    });
    if (response !== 1) return false;
    await shell.openExternal(url.href);
    return true;
  },
  async openFile(path, warning) {
    if (warning) {
      const dangerous = warning.risk === 'dangerous';
      const { response } = await dialog.showMessageBox({
        type: 'warning',
        buttons: ['Cancel', 'Open'],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
        title: 'Open a received file',
        message: dangerous ? 'This file can harm your computer. Open it?' : 'Open this file?',
        detail: `${warning.name}\n\n${
          dangerous
            ? 'It is a program, or it can make another program run something. Open it only if you expected it from a person that you trust.'
            : 'Parley does not know this kind of file. Open it only if you expected it.'
        }`,
      });
      if (response !== 1) return 'refused';
    }
    // An empty text is success.
    return (await shell.openPath(path)) === '' ? 'opened' : 'failed';
  },
  async showFile(path) {
    shell.showItemInFolder(path);
    return true;
  },
});
