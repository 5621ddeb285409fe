import type { BrowserWindow, Dialog, Shell as ElectronShell, MessageBoxOptions, OpenDialogOptions } from 'electron';
import { newComputerWords } from '#core/new-computer-words.ts';
import type { PlaceWish, Shell } from '#core/ports.ts';

const dialogs: Readonly<Record<PlaceWish, OpenDialogOptions>> = {
  'export-folder': {
    title: 'Where to put the export',
    buttonLabel: 'Export here',
    properties: ['openDirectory', 'createDirectory'],
  },
  'import-files': {
    title: 'Exported rooms',
    buttonLabel: 'Import',
    filters: [{ name: 'Exported rooms', extensions: ['json'] }],
    properties: ['openFile', 'multiSelections'],
  },
  'backup-folder': {
    title: 'Where to keep backups',
    buttonLabel: 'Keep backups here',
    properties: ['openDirectory', 'createDirectory'],
  },
  'backup-file': {
    title: 'Backup to restore',
    buttonLabel: 'Choose',
    filters: [{ name: 'Parley backups', extensions: ['parley-backup'] }],
    properties: ['openFile'],
  },
};

/**
 * Opens links and files outside, after the person saw where a link leads and that a file may be harmful, and asks before another computer
 * becomes one of theirs. The core has checked scheme, length and credentials. `parent` is the window to which a question belongs that may be
 * withdrawn: macOS closes no dialog without one.
 */
export const confirmingShell = (
  dialog: Pick<Dialog, 'showMessageBox' | 'showOpenDialog'>,
  shell: Pick<ElectronShell, 'openExternal' | 'openPath' | 'showItemInFolder'>,
  parent: () => BrowserWindow | undefined,
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
  async askComputer(name, withdrawn) {
    const question: MessageBoxOptions = {
      type: 'warning',
      buttons: ['Cancel', 'Add computer'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
      title: 'A new computer',
      message: newComputerWords.question(name),
      detail: newComputerWords.about,
      signal: withdrawn,
    };
    const window = parent();
    const { response } = await (window ? dialog.showMessageBox(window, question) : dialog.showMessageBox(question));
    return response === 1 && !withdrawn.aborted;
  },
  async choose(wish, suggested) {
    const { canceled, filePaths } = await dialog.showOpenDialog({ ...dialogs[wish], defaultPath: suggested });
    return canceled ? [] : filePaths;
  },
});
