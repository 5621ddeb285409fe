import { Participant } from '#support/participant.ts';
import { type ElectronApp, installProbeIn, openElectron, type StartOptions } from './electron-app.ts';

export type Person = {
  /** Does and sees what a person does and sees. */
  at: Participant;
  app: ElectronApp;
};

/**
 * Somebody opens Parley in Electron, with a camera that plays the clip of this number. The app ends as its window is
 * closed, or as the system's session ends it.
 */
export async function openPerson(
  name: string,
  clip: number,
  { endBy = 'window', ...options }: StartOptions & { endBy?: 'window' | 'signal' },
): Promise<Person> {
  let opened: ElectronApp | undefined;
  const at = await Participant.open({
    name,
    clip,
    folder: options.home,
    openApp: async (_options, { video, audio }) => {
      const app = await openElectron({
        ...options,
        switches: [
          '--use-fake-device-for-media-stream',
          ...(video === null ? [] : [`--use-file-for-fake-video-capture=${video}`]),
          ...(audio === null ? [] : [`--use-file-for-fake-audio-capture=${audio}`]),
          '--autoplay-policy=no-user-gesture-required',
          // None of these windows is ever in front.
          '--disable-backgrounding-occluded-windows',
          '--disable-renderer-backgrounding',
          ...(options.switches ?? []),
        ],
      });
      opened = app;
      await installProbeIn(app);
      return {
        page: app.page,
        readClipboard: async () => String(await app.main.ask('electron.clipboard.readText()')),
        close: async () => {
          await (endBy === 'window' ? app.closeWindow() : app.close());
        },
      };
    },
  });
  if (!opened) throw new Error('the app was not opened');
  return { at, app: opened };
}
