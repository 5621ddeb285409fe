import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerHost } from '@parley/shared/model';
import type { Locator, Page } from 'playwright-core';
import { openSettings } from '#core/settings/settings-store.ts';
import { type AppHost, startHost } from './app-host.ts';
import { type Browser, type BrowserOptions, openBrowser } from './browser.ts';
import { CLIP_LARGE, type Clip, type ClipSize, clipFor } from './clips.ts';
import { FrameWatch, type Seen } from './frame-watch.ts';
import { ASK_PROBE, type ProbeSnapshot } from './page-probe.ts';
import { until } from './wait.ts';

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
  /** Another way to open the app than the loopback host with a Chromium process. */
  openApp?: (options: ParticipantOptions, clip: Clip) => Promise<OpenedApp>;
};

/** One person's app on the screen. */
export type OpenedApp = {
  page: Page;
  readClipboard(): Promise<string>;
  /** Ends the app; the profile stays. */
  close(): Promise<void>;
};

export type DeliveryWord = 'Queued' | 'Sent' | 'Delivered' | 'Read' | 'Not sent';
const DELIVERY = /(Queued|Not sent|Sent|Delivered|Read)\s*$/;

/** Those who have Parley open in this process. */
const everybody = new Set<Participant>();

/**
 * One person with a computer of their own: profile, core, Chromium process. Everything is done as a person does it,
 * by the names that a screen reader says.
 */
export class Participant {
  readonly name: string;
  readonly folder: string;
  readonly frames: FrameWatch;
  readonly clip: Clip;
  readonly #options: ParticipantOptions;
  readonly #app: OpenedApp;
  #watching: Promise<void> = Promise.resolve();
  #closed = false;
  #asking: Promise<ProbeSnapshot> | undefined;

  private constructor(options: ParticipantOptions, clip: Clip, app: OpenedApp) {
    this.#options = options;
    this.name = options.name;
    this.folder = options.folder;
    this.clip = clip;
    this.frames = new FrameWatch(clip.framesInLoop);
    this.#app = app;
  }

  /** Opens the app. Says the name where the app asks for it. */
  static async open(options: ParticipantOptions): Promise<Participant> {
    const clip =
      typeof options.clip === 'number' ? await clipFor(options.clip, options.clipSize ?? CLIP_LARGE) : options.clip;
    await mkdir(options.folder, { recursive: true });
    const app = await (options.openApp ?? openInChromium)(options, clip);
    try {
      const participant = new Participant(options, clip, app);
      await participant.#passWelcome();
      participant.#watching = participant.#watch();
      everybody.add(participant);
      return participant;
    } catch (error) {
      await app.close();
      throw error;
    }
  }

  get page(): Page {
    return this.#app.page;
  }
  get profile(): string {
    return profileOf(this.folder);
  }

  // Rooms

  /** Makes a room; leads to the pre-join screen. `server` as it is called in the list of servers. */
  async createRoom(
    name: string,
    { server, passphrase, listed = false }: { server?: string; passphrase?: string; listed?: boolean } = {},
  ): Promise<void> {
    await this.page.getByRole('button', { name: 'Start a call' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'New room' });
    await dialog.getByRole('textbox', { name: 'Room name' }).fill(name);
    if (server !== undefined) await dialog.getByRole('combobox', { name: 'Server' }).selectOption({ label: server });
    if (passphrase !== undefined || listed) await dialog.getByText('Passphrase and list').click();
    if (passphrase !== undefined) await dialog.getByRole('textbox', { name: 'Passphrase' }).fill(passphrase);
    if (listed) await dialog.getByRole('switch', { name: 'Put it on this server’s list' }).click();
    await dialog.getByRole('button', { name: 'Create room' }).click();
    await this.page.getByRole('heading', { name: 'Ready to join?' }).waitFor();
  }

  /** Settings → Servers. */
  async openServers(): Promise<void> {
    await this.openSettings();
    await this.page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Servers' }).click();
    await this.page.getByRole('heading', { name: 'Servers', exact: true }).waitFor();
  }

  /** A server of the list in Settings → Servers. */
  serverCard(name: string): Locator {
    return this.page.getByRole('list', { name: 'Servers' }).getByRole('listitem', { name, exact: true });
  }

  /** Adds a server by an address, a link, an invitation or a message, under a name of one's own. */
  async addServer(text: string, { name, password }: { name: string; password?: string }): Promise<void> {
    await this.openServers();
    await this.page.getByRole('button', { name: 'Add a server' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Add a server' });
    await dialog.getByRole('textbox', { name: 'Address, link or invitation' }).fill(text);
    await dialog.getByRole('button', { name: 'Check server' }).click();
    await dialog.getByRole('list', { name: 'What the check found' }).waitFor();
    if (password !== undefined) await dialog.getByLabel('Password of the server').fill(password);
    await dialog.getByRole('textbox', { name: 'Your name for it' }).fill(name);
    await dialog.getByRole('button', { name: 'Add server', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await this.serverCard(name).waitFor();
  }

  async goHome(): Promise<void> {
    await this.page.getByRole('button', { name: 'Home', exact: true }).click();
    await this.page.getByRole('heading', { name: 'Home' }).waitFor({ state: 'attached' });
  }

  async openSettings(): Promise<void> {
    await this.page.getByRole('button', { name: 'Settings', exact: true }).click();
    await this.page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
  }

  /** Opens a room of the list on Home. */
  async openRoom(name: string): Promise<void> {
    await this.goHome();
    await this.page
      .getByRole('list', { name: 'Rooms' })
      .getByRole('button', { name: new RegExp(`^${escaped(name)}`) })
      .first()
      .click();
    await this.page.getByRole('heading', { level: 1, name }).waitFor();
  }

  /** The invite, as 'Copy link' puts it on the clipboard. */
  async copyInvite(): Promise<string> {
    return this.#copyFromInvite('Copy link', (text) => text.startsWith('parley://'));
  }

  /** The message around the invite, for somebody without Parley. */
  async copyInviteMessage(): Promise<string> {
    return this.#copyFromInvite('Copy message', (text) => /invites you/.test(text) && /parley:\/\//.test(text));
  }

  async #copyFromInvite(button: string, isIt: (text: string) => boolean): Promise<string> {
    const dialog = this.page.getByRole('dialog', { name: /^Invite people/ });
    await this.page.getByRole('button', { name: 'Invite people' }).first().click();
    await dialog.getByRole('button', { name: button }).click();
    const text = await until('the invite on the clipboard', async () => {
      const copied = await this.#app.readClipboard();
      return isIt(copied) ? copied : undefined;
    });
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
    return text;
  }

  /** Types an invite into the lobby and presses 'Join room'; does not wait for what comes of it. */
  async tryInvite(invite: string): Promise<void> {
    await this.typeInvite(invite);
    await this.page.getByRole('button', { name: 'Join room' }).click();
  }

  async typeInvite(invite: string): Promise<void> {
    const lobby = this.page.getByRole('heading', { name: 'Join with a link' });
    if (!(await lobby.isVisible())) {
      await this.goHome();
      await this.page.getByRole('button', { name: 'Join with a link' }).click();
    }
    await lobby.waitFor();
    await this.page.getByRole('textbox', { name: 'Invite link or message' }).fill(invite);
  }

  /** Joins a room by its invite and waits until its heading is there. */
  async joinRoom(invite: string): Promise<void> {
    await this.tryInvite(invite);
    await this.page.getByRole('button', { name: 'Invite people' }).first().waitFor();
  }

  /** Waits until the other one is seen as present in the room. */
  async sees(name: string): Promise<void> {
    await this.openPanel('People');
    await this.page.getByRole('list', { name: 'People' }).getByText(name).first().waitFor({ timeout: 30_000 });
  }

  // Call

  /** From the room to the pre-join screen: answers when it rings, otherwise presses the button in the header. */
  async prepareCall(): Promise<void> {
    const answer = this.page
      .getByRole('alertdialog', { name: 'Incoming call' })
      .getByRole('button', { name: 'Answer' });
    // The pre-join screen has a button of the same name, outside of a header.
    const header = this.page.locator('header').getByRole('button', { name: /^(Start|Join) call$/ });
    // The card of a ringing call lies over the header and comes after it. One press, which ends on the pre-join screen.
    await header.or(answer).last().click();
    await this.page.getByRole('heading', { name: 'Ready to join?' }).waitFor();
  }

  /** From the pre-join screen into the call. */
  async enterCall(): Promise<void> {
    await this.page.getByRole('heading', { name: 'Ready to join?' }).waitFor();
    await this.page.getByRole('button', { name: /^(Start|Join) call$/ }).click();
    await this.callControls.waitFor();
  }

  async joinCall(): Promise<void> {
    await this.prepareCall();
    await this.enterCall();
  }

  get callControls(): Locator {
    return this.page.getByRole('toolbar', { name: 'Call controls' });
  }

  /** Presses a button of the call bar. */
  async press(name: string): Promise<void> {
    await this.callControls.getByRole('button', { name, exact: true }).click();
  }

  async leaveCall(): Promise<void> {
    await this.press('Leave');
    await this.callControls.waitFor({ state: 'detached' });
  }

  tile(label: string): Locator {
    return this.page.getByRole('group', { name: label, exact: true }).and(this.page.locator('[data-sess]'));
  }

  // Chat

  async openPanel(name: 'Chat' | 'People' | 'Details'): Promise<void> {
    const tab = this.page.getByRole('tab', { name: new RegExp(`^${name}`) });
    if ((await tab.count()) === 0) return;
    if ((await tab.first().getAttribute('aria-selected')) !== 'true') await tab.first().click();
  }

  async send(text: string): Promise<void> {
    await this.openPanel('Chat');
    await this.page.getByRole('textbox', { name: 'Message' }).fill(text);
    await this.page.getByRole('button', { name: 'Send', exact: true }).click();
  }

  message(text: string): Locator {
    return this.page.getByRole('log', { name: 'Messages' }).getByRole('article').filter({ hasText: text });
  }

  /** The word that says how far an own message came; undefined while the message is not shown. */
  async deliveryOf(text: string): Promise<DeliveryWord | undefined> {
    await this.openPanel('Chat');
    const article = this.message(text).first();
    if ((await this.message(text).count()) === 0) return undefined;
    const said = (await article.textContent()) ?? '';
    const word = DELIVERY.exec(said)?.[1];
    return word as DeliveryWord | undefined; // one of the words of the expression
  }

  /** Waits until an own message is shown as delivered or read. */
  async waitDelivered(text: string, timeoutMs = 30_000): Promise<void> {
    await until(
      `"${text}" to be delivered`,
      async () => {
        const word = await this.deliveryOf(text);
        return word === 'Delivered' || word === 'Read';
      },
      { timeoutMs },
    );
  }

  /** How many results the search shows for `query` that contain it. Waits up to `timeoutMs` for the first. */
  async search(query: string, timeoutMs = 30_000): Promise<number> {
    const dialog = this.page.getByRole('dialog', { name: 'Search' });
    if (!(await dialog.isVisible())) await this.page.keyboard.press('Control+k');
    await dialog.getByRole('combobox', { name: 'Search messages and rooms' }).fill(query);
    const hits = dialog.getByRole('option').filter({ hasText: query });
    await hits
      .first()
      .waitFor({ timeout: timeoutMs })
      .catch(() => undefined); // none: the count says so
    return hits.count();
  }

  async closeSearch(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.getByRole('dialog', { name: 'Search' }).waitFor({ state: 'detached' });
  }

  // What the app says

  /** Everything that is said in status regions now. */
  async status(): Promise<string> {
    return (await this.page.getByRole('status').allTextContents()).join(' | ');
  }

  async waitStatus(pattern: RegExp, timeoutMs = 30_000): Promise<string> {
    return until(
      `the status ${pattern}`,
      async () => {
        const said = await this.status();
        if (pattern.test(said)) return said;
        throw new Error(`it says: ${said}`);
      },
      { timeoutMs },
    );
  }

  async alertText(timeoutMs = 20_000): Promise<string> {
    return until(
      'an alert',
      async () => (await this.page.getByRole('alert').allTextContents()).join(' ').trim() || undefined,
      { timeoutMs },
    );
  }

  // What WebRTC says

  /** What the page's connections and videos are at now. Who asks while an answer is on its way gets that one. */
  snapshot(): Promise<ProbeSnapshot> {
    this.#asking ??= this.page.evaluate<ProbeSnapshot>(ASK_PROBE).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** What was decoded so far of the tile with this label, up to now. */
  async seen(label: string): Promise<Seen> {
    this.frames.add(await this.snapshot());
    return this.frames.of(label);
  }

  /**
   * Waits until `more` further frames of the tile were decoded and the picture's own counter went on as well.
   * Answers what was seen then.
   */
  async waitFrames(label: string, more: number, timeoutMs = 45_000): Promise<Seen> {
    const before = await this.seen(label);
    try {
      return await until(
        `${more} frames of ${label} on ${this.name}'s screen`,
        async () => {
          const now = await this.seen(label);
          const advanced = now.counterLast !== null && now.counterLast > (before.counterLast ?? -1);
          if (now.framesDecoded >= before.framesDecoded + more && advanced) return now;
          throw new Error(JSON.stringify({ before, now }));
        },
        { timeoutMs, everyMs: 250 },
      );
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new Error(`${said}\n${await Participant.#sceneNow()}`);
    }
  }

  /** What everybody shows, sends and receives: tells where a picture got lost on its way. */
  static async #sceneNow(): Promise<string> {
    const lines = await Promise.all(
      [...everybody].map(async (one) => {
        const { tiles, peers } = await one.snapshot();
        const shown = tiles.map(({ cells, ...tile }) => ({ ...tile, readable: cells !== null }));
        const moved = peers.map(({ connectionState, inboundVideo, outboundVideo }) => ({
          connectionState,
          inboundVideo,
          outboundVideo,
        }));
        return `${one.name}: ${JSON.stringify({ shown, moved })}`;
      }),
    );
    return lines.join('\n');
  }

  // Coming and going

  /** Ends the app; the profile stays. */
  async close(): Promise<void> {
    this.#closed = true;
    everybody.delete(this);
    await this.#watching;
    await this.#app.close();
  }

  /** The same person opens Parley again on the same profile. */
  async reopen(): Promise<Participant> {
    await this.close();
    return Participant.open({ ...this.#options, clip: this.clip });
  }

  async #passWelcome(): Promise<void> {
    const welcome = this.page.getByRole('heading', { name: 'Welcome to Parley' });
    const home = this.page.getByRole('heading', { name: 'Home' });
    await welcome.or(home).first().waitFor({ state: 'attached', timeout: 30_000 });
    if (await welcome.isVisible()) {
      await this.page.getByRole('textbox', { name: 'Your name' }).fill(this.name);
      await this.page.getByRole('button', { name: 'Continue' }).click();
    }
    await home.first().waitFor({ state: 'attached' });
  }

  async #watch(): Promise<void> {
    await until(
      'the end',
      async () => {
        if (this.#closed) return true;
        this.frames.add(await this.snapshot());
        return false;
      },
      { timeoutMs: Number.POSITIVE_INFINITY, everyMs: 500 },
    );
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The profile's folder inside a participant's folder. */
export const profileOf = (folder: string): string => join(folder, 'profile');

/** Core in plain Node, and a Chromium process of its own. */
async function openInChromium(options: ParticipantOptions, clip: Clip): Promise<OpenedApp> {
  const host = await openHost(options);
  let browser: Browser | undefined;
  try {
    browser = await openBrowser({ ...options, clip });
    const { page, close } = browser;
    await page.goto(host.url);
    return {
      page,
      readClipboard: () => page.evaluate<string>('navigator.clipboard.readText()'),
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
    ...(options.hostEnv ? { env: options.hostEnv } : {}),
    ...(options.within ? { within: options.within } : {}),
  });
}
