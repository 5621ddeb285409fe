import type { Dialog, Shell as ElectronShell } from 'electron';
import type { Shell } from '#core/ports.ts';

/** Opens a link outside after the person saw where it leads. The core has checked scheme, length and credentials. */
export const confirmingShell = (
  dialog: Pick<Dialog, 'showMessageBox'>,
  shell: Pick<ElectronShell, 'openExternal'>,
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
});
