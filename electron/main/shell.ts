import type { Dialog, Shell as ElectronShell } from 'electron';
import type { Shell } from '#core/ports.ts';

/** Opens a link outside after the person saw where it leads. */
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
      message: `Open ${url.protocol === 'mailto:' ? 'a mail to' : ''} ${url.host || url.pathname}?`,
      detail: 'It opens outside Parley.',
    });
    if (response !== 1) return false;
    await shell.openExternal(url.href);
    return true;
  },
});
