import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerHost } from '@parley/shared/model';
import type { Page } from 'playwright-core';
import { openSettings } from '#core/settings/settings-store.ts';
import { type AppHost, startHost } from './app-host.ts';
import { type Browser, type BrowserOptions, openBrowser } from './browser.ts';
import type { Clip, ClipSize } from './clips.ts';

export type ParticipantOptions = Omit<BrowserOptions, 'clip'> & {
  name: string;
  /** Folder in which the profile and the log lie; used again, it is the same person coming back. */
  folder: string;
  /** Which clip plays as this person's camera (0–15), or one that was made already. */
  clip: number | Clip;
  /** Size of a clip named by number. */
  clipSize?: ClipSize;
  /** Server for rooms that this person makes, `host:port`. */
  homeServer?: string;
  /** Whether this person's app connects through a relay only. */
  relayOnly?: boolean;
  /** Further arguments of the host; by default no embedded server. */
  hostArgs?: readonly string[];
  /** Further environment of the host. */
  hostEnv?: Readonly<Record<string, string>>;
  /** A script that runs in the page before the app does, where the page is one of several in a browser. */
  beforeApp?: string;
  /** Another way to open the app than the loopback host with a Chromium process. */
  openApp?: (options: ParticipantOptions, clip: Clip) => Promise<OpenedApp>;
};

/** One person's app on the screen. */
export type OpenedApp = {
  page: Page;
  /** The folder of the browser, where there is one: the command line of its first process names it. */
  browserFolder?: string;
  readClipboard(): Promise<string>;
  /** Presses a button of the next question that Parley asks outside its page. */
  answerQuestion?(button: string): Promise<void>;
  /** Ends the core at once, as a crash does; what the page shows stays until `close`. */
  kill?(): Promise<void>;
  /** Ends the app; the profile stays. */
  close(): Promise<void>;
};

/** The profile's folder inside a participant's folder. */
export const profileOf = (folder: string): string => join(folder, 'profile');

/** The folder for received files inside a participant's folder. */
export const downloadsOf = (folder: string): string => join(folder, 'downloads');

/** Core in plain Node, and a Chromium process of its own. */
export async function openInChromium(options: ParticipantOptions, clip: Clip): Promise<OpenedApp> {
  const host = await openHost(options);
  let browser: Browser | undefined;
  try {
    browser = await openBrowser({ ...options, clip });
    const { page, folder: browserFolder, close } = browser;
    await page.goto(host.url);
    return {
      page,
      browserFolder,
      readClipboard: () => page.evaluate<string>('navigator.clipboard.readText()'),
      async answerQuestion(button) {
        const question = await page.context().newPage();
        await question.goto(await host.nextQuestion());
        await question.getByRole('button', { name: button }).click();
        await question.getByText('You can close this window.').waitFor();
        await question.close();
      },
      async kill() {
        host.process.kill('SIGKILL');
        await host.process.ended;
      },
      close: async () => {
        await close();
        await host.close();
      },
    };
  } catch (error) {
    await browser?.close();
    await host.close();
    throw error;
  }
}

/** Core in plain Node, and one more page of a Chromium process that several people share. */
export const openInPageOf =
  ({ context }: Browser) =>
  async (options: ParticipantOptions): Promise<OpenedApp> => {
    const host = await openHost(options);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    try {
      if (options.beforeApp !== undefined) await page.addInitScript(options.beforeApp);
      await page.goto(host.url);
    } catch (error) {
      await page.close();
      await host.close();
      throw error;
    }
    return {
      page,
      readClipboard: () => page.evaluate<string>('navigator.clipboard.readText()'),
      close: async () => {
        await page.close();
        await host.close();
      },
    };
  };

async function openHost(options: ParticipantOptions): Promise<AppHost> {
  const profile = profileOf(options.folder);
  const { homeServer, relayOnly } = options;
  if (homeServer !== undefined || relayOnly !== undefined) {
    await mkdir(profile, { recursive: true, mode: 0o700 });
    // As the core itself writes it: what was chosen on an earlier day.
    openSettings(join(profile, 'settings.json'), Date.now).store.change({
      ...(homeServer === undefined ? {} : { homeServer: ServerHost.parse(homeServer) }),
      ...(relayOnly === undefined ? {} : { privacy: { relayOnly } }),
    });
  }
  return startHost({
    profile,
    logTo: join(options.folder, 'app.log'),
    args: options.hostArgs ?? ['--no-embedded-server'],
    env: { PARLEY_DOWNLOADS: downloadsOf(options.folder), ...options.hostEnv },
    ...(options.within ? { within: options.within } : {}),
  });
}
