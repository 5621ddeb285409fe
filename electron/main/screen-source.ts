import type { DesktopCapturer, Dialog } from 'electron';

/** More would not fit into one dialog. */
const SOURCES_MAX = 12;

/** Asks which screen or window to share where the system has no picker of its own. Null when nothing was chosen. */
export async function chooseSource(
  capturer: Pick<DesktopCapturer, 'getSources'>,
  dialog: Pick<Dialog, 'showMessageBox'>,
): Promise<{ id: string; name: string } | null> {
  const sources = (await capturer.getSources({ types: ['screen', 'window'], thumbnailSize: { width: 0, height: 0 } }))
    .filter((source) => source.name !== '')
    .slice(0, SOURCES_MAX);
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Share a screen or window',
    message: 'What do you want to share?',
    buttons: ['Cancel', ...sources.map((source) => source.name)],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  const chosen = sources[response - 1];
  return chosen ? { id: chosen.id, name: chosen.name } : null;
}
