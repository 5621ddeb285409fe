import type { Locator, Page } from 'playwright-core';
import type { OpenedApp } from './open-app.ts';
import { until } from './wait.ts';

export type DeliveryWord = 'Queued' | 'Sent' | 'Delivered' | 'Read' | 'Not sent';
const DELIVERY = /(Queued|Not sent|Sent|Delivered|Read)\s*$/;

/** The app's page as a person uses it: everything goes by the names that a screen reader says. */
export class AppPage {
  readonly page: Page;
  readonly #readClipboard: () => Promise<string>;
  readonly #answerQuestion: (button: string) => Promise<void>;

  constructor(app: Pick<OpenedApp, 'page' | 'readClipboard' | 'answerQuestion'>) {
    this.page = app.page;
    this.#readClipboard = () => app.readClipboard();
    this.#answerQuestion = async (button) => {
      if (!app.answerQuestion) throw new Error('this app asks in dialogs of the system');
      await app.answerQuestion(button);
    };
  }

  /** Presses a button of the next question that Parley asks outside its page. */
  answerQuestion(button: string): Promise<void> {
    return this.#answerQuestion(button);
  }

  /** Says `name` where the app asks for it, and waits for Home. */
  async passWelcome(name: string): Promise<void> {
    const welcome = this.page.getByRole('heading', { name: 'Welcome to Parley' });
    const home = this.page.getByRole('heading', { name: 'Home' });
    await welcome.or(home).first().waitFor({ state: 'attached', timeout: 30_000 });
    if (await welcome.isVisible()) {
      await this.page.getByRole('textbox', { name: 'Your name' }).fill(name);
      await this.page.getByRole('button', { name: 'Continue' }).click();
    }
    await home.first().waitFor({ state: 'attached' });
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

  /** Lets other computers of the network into this computer's rooms, as the dialog with the invite offers it. */
  async letNetworkJoin(): Promise<void> {
    await this.page.getByRole('button', { name: 'Invite people' }).first().click();
    const dialog = this.page.getByRole('dialog', { name: /^Invite people/ });
    await dialog.getByRole('button', { name: 'Let them join' }).click();
    await dialog.getByText('Computers on this network can join').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  async #copyFromInvite(button: string, isIt: (text: string) => boolean): Promise<string> {
    const dialog = this.page.getByRole('dialog', { name: /^Invite people/ });
    await this.page.getByRole('button', { name: 'Invite people' }).first().click();
    await dialog.getByRole('button', { name: button }).click();
    const text = await until('the invite on the clipboard', async () => {
      const copied = await this.#readClipboard();
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
    // The card of a ringing call lies over the header, comes after it in the page, and may come between the look and the press: what
    // is covered then was not pressed. One press, which ends on the pre-join screen.
    const ready = this.page.getByRole('heading', { name: 'Ready to join?' });
    await until('the press that leads to the call', async () => {
      if (await ready.isVisible()) return true;
      await header.or(answer).last().click({ timeout: 2_000 });
      // A card that comes while the button is down takes the press away.
      await ready.waitFor({ timeout: 5_000 });
      return true;
    });
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
    return this.page.getByRole('feed', { name: 'Messages' }).getByRole('article').filter({ hasText: text });
  }

  /** Does something with a message, by the name of its button. */
  async doWith(text: string, action: string): Promise<void> {
    const article = this.message(text).first();
    await article.hover();
    await article.getByRole('button', { name: action, exact: true }).click();
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

  // Status and alerts

  /** The text of all status regions. */
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
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
