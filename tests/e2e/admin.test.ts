import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { refuse } from '@parley/shared/protocol';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { axeComplaints } from '#support/axe.ts';
import { type Browser, openBrowser } from '#support/browser.ts';
import { ensureBuilt } from '#support/built.ts';
import { NODE, REPOSITORY } from '#support/repository.ts';
import { startServer, type TestServer } from '#support/server.ts';
import { until } from '#support/wait.ts';
import { Client, newSignalId, PUBLIC_HOST, RoomKey, someBox } from '../integration/signaling/harness.ts';
import { makeRoom, Owner } from '../integration/signaling/owner.ts';

const TOKEN = 'the-token-of-the-admin-0123456789-abcdef';
/** Its port of the first start is kept, and its limits are those that the test needs. */
const start = (env: Record<string, string> = {}): Promise<TestServer> =>
  startServer({
    env: {
      ADMIN_TOKEN: TOKEN,
      PUBLIC_HOSTS: PUBLIC_HOST,
      TRUST_PROXY: '127.0.0.0/8',
      SHUTDOWN_GRACE_MS: '0',
      HTTP_PER_MINUTE: '0',
      ...env,
    },
  });

/** The value of a key number, as it stands there. */
const keyNumber = (page: Page, name: string) =>
  page
    .getByRole('region', { name: 'Key numbers' })
    .locator('div', { has: page.getByText(name, { exact: true }) })
    .locator('dd')
    .first();
/** The charts take their new size while the next frame is laid out, before it is painted. */
const NEXT_FRAMES = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';
/** Elements that end beyond the right edge and cannot be scrolled to. */
const CUT_OFF = `[...document.querySelectorAll('main *, header *')].flatMap((element) => {
  const scrolls = element.closest('[tabindex="0"][aria-label]:not([role])');
  return !scrolls && element.getBoundingClientRect().right > innerWidth + 1 ? [element.outerHTML.slice(0, 120)] : [];
})`;

/** The environment of a server that lets in by token, with its rights in a file of their own. */
function byToken(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-admin-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { ACCESS: 'token', TOKEN_SECRET: randomBytes(32).toString('hex'), TOKEN_FILE: join(folder, 'tokens.db') };
}
/** A right made as the admin makes one, by the server's own command. */
async function makeRight(env: Record<string, string>, ...options: string[]): Promise<{ id: string; token: string }> {
  const args = ['signaling-server/src/main.ts', 'token', 'create', ...options, '--json'];
  const { stdout } = await promisify(execFile)(NODE, args, { cwd: REPOSITORY, env: { ...process.env, ...env } });
  return JSON.parse(stdout) as { id: string; token: string };
}
async function exchange(server: TestServer, token: string): Promise<{ access_token: string; refresh_token: string }> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/auth/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.1' },
    body: JSON.stringify({ refresh_token: token }),
  });
  return (await answer.json()) as { access_token: string; refresh_token: string };
}
/** Somebody who uses a right, inside. */
async function enterWith(server: TestServer, token: string): Promise<Client> {
  const { access_token } = await exchange(server, token);
  const client = new Client(server, { auth: { v: 1, token: access_token } });
  await client.join(new RoomKey());
  return client;
}
let addresses = 0;
/** Somebody in a room of their own, from an address of their own, who lists it. */
async function list(server: TestServer, name: string, passphrase: string | null = null): Promise<Owner> {
  addresses += 1;
  const client = new Client(server, { ip: `203.0.113.${addresses % 250}` });
  const owner = new Owner(client, await makeRoom(passphrase));
  await owner.enter();
  expect(await owner.publish(name)).toMatchObject({ ok: true });
  return owner;
}
const said = (page: Page, text: string) => page.getByRole('status').getByText(text).waitFor({ state: 'attached' });

describe('the admin page (S8)', () => {
  let browser: Browser;
  let page: Page;
  let server: TestServer;
  /** The browser's complaints: the page's policy, its code. */
  let complaints: string[];

  beforeAll(async () => {
    await ensureBuilt();
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    server = await start();
    page = await browser.context.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A refused or unanswered request is what some of the tests are about.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        complaints.push(message.text());
    });
    onTestFinished(async () => {
      await page.close();
      await server.close();
    });
  });

  const open = () => page.goto(`http://127.0.0.1:${server.port}/admin`);
  const signIn = async () => {
    await open();
    await page.getByLabel('Admin token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The last hour' }).waitFor();
  };

  it('is opened with the keyboard alone, stays open over a reload, and closes', async () => {
    await open();
    await page.locator('input:focus').waitFor();
    await page.keyboard.type(TOKEN);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Status: In order' }).waitFor();
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Drain…');
    await page.reload();
    await page.getByRole('heading', { name: 'Status: In order' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByLabel('Admin token').waitFor();
    expect(await page.evaluate('document.activeElement.type')).toBe('password');
    expect(await page.evaluate('sessionStorage.length + localStorage.length + document.cookie.length')).toBe(0);
    await page.reload();
    await page.getByLabel('Admin token').waitFor();
    expect(complaints).toEqual([]);
  });

  it('stays shut for a wrong token, says so in a sentence, and after many says how long to wait', async () => {
    await open();
    const field = page.getByLabel('Admin token');
    const button = page.getByRole('button', { name: 'Sign in' });
    await field.fill('a-guess');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('That is not the admin token of this server.').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await until('the block', async () => {
      if (await button.isEnabled()) await button.click();
      return page.getByText('The server has blocked this address for a while.').isVisible();
    });
    // A minute, and some seconds more so that not all come back at once.
    expect(await page.getByText('You can try again in').textContent()).toMatch(/in (1 min( 1?\d s)?|[1-5]\d s)\.$/);
    expect(await button.isDisabled()).toBe(true);
    expect(await page.getByRole('heading', { name: 'The last hour' }).count()).toBe(0);
  });

  it('shows what happens on the server while it happens', async () => {
    await signIn();
    expect(await keyNumber(page, 'Participants').textContent()).toBe('0');
    await page.getByText('Nobody is in a room.').waitFor();
    const key = new RoomKey();
    const people = [new Client(server, { ip: '203.0.113.1' }), new Client(server, { ip: '203.0.113.2' })];
    for (const one of people) await one.join(key);
    const [ana] = people;
    expect(await ana?.call('stream:start', { roomId: key.roomId, kind: 'camera' })).toMatchObject({ ok: true });
    for (let n = 0; n < 3; n++)
      await ana?.call('signal:send', { roomId: key.roomId, to: '*', id: newSignalId(), box: someBox() });
    // A proof of another room: refused, and counted under its code.
    expect((await new Client(server, { ip: '203.0.113.3' }).tryJoin(key, { prover: new RoomKey() })).ok).toBe(false);

    const seen = async () => {
      const names = ['Connections', 'Rooms', 'Participants', 'Streams', 'Errors'];
      return Promise.all(names.map((name) => keyNumber(page, name).textContent()));
    };
    await until('the figures', async () => (await seen()).join() === '3,1,2,1,1');
    await page.getByText('3 in all').waitFor();
    const rooms = page.getByRole('region', { name: 'Rooms', exact: true });
    await rooms.getByText('1 room, 2 participants').waitFor();
    expect(await rooms.getByRole('rowheader').textContent()).toMatch(/^[0-9a-f]{16}$/);
    const errors = page.getByRole('region', { name: 'Errors', exact: true });
    await errors.getByText('proof-invalid').waitFor();
    await errors.getByText('The server refused this invite. It may be wrong or meant for another server.').waitFor();
    expect(await page.content()).not.toContain(key.roomId);

    await ana?.call('room:leave', { roomId: key.roomId });
    await until('one fewer', async () => (await keyNumber(page, 'Participants').textContent()) === '1');
    // The first of the samples that the charts are made of.
    const chart = page.getByRole('slider', { name: 'Connections and participants: moment' });
    await chart.waitFor();
    expect(await chart.getAttribute('aria-valuetext')).toMatch(/Connections \d+, Participants \d+$/);
    await page.getByRole('button', { name: 'Table' }).click();
    await page.getByRole('columnheader', { name: 'Participants' }).first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('lets a blocked address in again, after asking', async () => {
    const stranger = { 'x-forwarded-for': '203.0.113.9', authorization: 'Bearer guess' };
    const knock = async () => (await fetch(`http://127.0.0.1:${server.port}/`, { headers: stranger })).status;
    for (let n = 0; n < 7; n++)
      await fetch(`http://127.0.0.1:${server.port}/admin/api/overview`, { headers: stranger });
    await until('the block', async () => (await knock()) === 429);
    await signIn();
    const open = page.getByRole('button', { name: 'Unblock 203.0.113.9' });
    await open.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Unblock 203.0.113.9?' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await knock()).toBe(429);
    await open.click();
    await dialog.getByRole('button', { name: 'Unblock' }).click();
    await said(page, '203.0.113.9 is unblocked.');
    const card = page.getByRole('region', { name: 'Blocked addresses', exact: true });
    await card.getByText('Nobody is blocked.').waitFor();
    // The pressed button is gone; the keyboard goes on from the card.
    expect(await page.evaluate('document.activeElement.textContent')).toBe(await card.textContent());
    expect(await knock()).toBe(200);
    expect(complaints).toEqual([]);
  });

  it('shows who may use the server by token, and revokes a right with the keyboard alone', async () => {
    const env = byToken();
    await server.close();
    server = await start(env);
    const [anna, ben] = [await makeRight(env, '--name', 'Anna'), await makeRight(env, '--name', 'Ben', '--days', '9')];
    const annas = await enterWith(server, anna.token);
    await signIn();
    const card = page.getByRole('region', { name: 'Rights by token', exact: true }).first();
    await card.getByText('2 of 2 in force').waitFor();
    const rowOf = (name: string) => card.getByRole('row', { name });
    await rowOf('Anna').getByText('1 connection, used').waitFor();
    expect(await rowOf('Anna').getByRole('cell').first().textContent()).toMatch(/^Without end/);
    expect(await rowOf('Ben').getByRole('cell').first().textContent()).toMatch(/^Until .+never used$/);
    expect(await page.content()).not.toContain(anna.token);

    const focused = () => page.evaluate('document.activeElement.ariaLabel');
    await page.getByRole('button', { name: `Revoke the right of Anna, ${anna.id}` }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Revoke the right of Anna?' });
    await dialog.getByText('1 connection of it is open now.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused()).toBe(`Revoke the right of Anna, ${anna.id}`);
    expect(annas.socket.connected).toBe(true);
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await said(page, 'The right of Anna is revoked.');
    expect(await annas.hear('server:closing')).toEqual({ code: 'access-revoked' });
    await rowOf('Anna').getByText('Revoked').waitFor();
    await card.getByText('1 of 2 in force').waitFor();
    // The pressed button is gone; the keyboard goes on from the list.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe(`Revoke the right of Ben, ${ben.id}`);
    expect(complaints).toEqual([]);
  });

  it('shows rights that fit at every width, and nothing that axe complains about', async () => {
    const env = byToken();
    await server.close();
    server = await start(env);
    const { token } = await makeRight(env, '--name', 'Dominique-Maximilienne Oberhauser-Wintersteiger');
    const copied = (await makeRight(env, '--name', 'Eve')).token;
    await enterWith(server, token);
    // Both have used it: who came first goes on, then the other one comes.
    await exchange(server, (await exchange(server, copied)).refresh_token);
    await exchange(server, copied);
    await signIn();
    await page.getByText('its token was used twice').waitFor();
    for (const width of [320, 400, 960, 1280, 2560]) {
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate(NEXT_FRAMES);
      expect(await page.evaluate('document.documentElement.scrollWidth'), `at ${width}`).toBeLessThanOrEqual(width);
      const box = page.locator('[tabindex="0"][aria-label="Rights by token"]');
      const [shown, needed] = await box.evaluate((element) => [element.clientWidth, element.scrollWidth]);
      expect(needed, `at ${width}`).toBe(shown);
    }
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeComplaints(page), colorScheme).toEqual([]);
      await page.getByRole('button', { name: 'Revoke the right of Dominique' }).click();
      expect(await axeComplaints(page), `${colorScheme}, asking`).toEqual([]);
      await page.keyboard.press('Escape');
    }
    expect(complaints).toEqual([]);
  });

  it('shows no rights where access is not by token', async () => {
    const answer = page.waitForResponse((response) => response.url().endsWith('/admin/api/rights'));
    await signIn();
    expect((await answer).status()).toBe(404);
    expect(await page.getByText('Rights by token').count()).toBe(0);
    expect(await keyNumber(page, 'Errors').textContent()).toBe('0');
  });

  it('takes a room off the list after asking, with the keyboard alone, and says how it went', async () => {
    const garden = await list(server, 'Garden');
    await list(server, 'Quiet corner', 'five random words in a row');
    await signIn();
    const card = page.getByRole('region', { name: 'Listed rooms', exact: true }).first();
    await card.getByText('2 rooms').waitFor();
    const names = () => card.getByRole('rowheader').allTextContents();
    expect(await names()).toEqual(['Garden1 participant', 'Quiet corner1 participant, with a passphrase']);

    const focused = () => page.evaluate('document.activeElement.ariaLabel');
    await page.getByRole('button', { name: 'Take off the list: Garden' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Take “Garden” off the list?' });
    await dialog.getByText('People in it stay').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused()).toBe('Take off the list: Garden');
    expect(await names()).toHaveLength(2);

    // Redis is away: the server cannot take it off now.
    const away = { ...refuse('server-busy', { retryAfterMs: 2_000 }) };
    await page.route('**/admin/api/listed-rooms/*', (route) => route.fulfill({ status: 503, json: away }), {
      times: 1,
    });
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').getByText(away.message).waitFor();
    await said(page, away.message);
    expect(await names()).toHaveLength(2);

    await dialog.getByRole('button', { name: 'Take off' }).focus();
    await page.keyboard.press('Enter');
    await said(page, '“Garden” is off the list.');
    await dialog.waitFor({ state: 'detached' });
    expect(await names()).toEqual(['Quiet corner1 participant, with a passphrase']);
    const seen = await garden.client.call('room:list', { limit: 50 });
    expect(seen.ok && seen.value.items.map(({ name }) => name)).toEqual(['Quiet corner']);
    // The pressed button is gone; the keyboard goes on from the list.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Take off the list: Quiet corner');
    // The room goes on, and whoever is in it can list it again.
    expect(await garden.publish('Garden')).toMatchObject({ ok: true });
    expect(complaints).toEqual([]);
  });

  it('says that a room was off the list already', async () => {
    const garden = await list(server, 'Garden');
    await signIn();
    await page.getByRole('button', { name: 'Take off the list: Garden' }).click();
    expect(await garden.withdraw()).toMatchObject({ ok: true });
    await page.getByRole('dialog').getByRole('button', { name: 'Take off' }).click();
    await said(page, '“Garden” was not on the list any more.');
    await page.getByText('No room is listed.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('finds listed rooms by name where there are many, fits at every width, and pleases axe', async () => {
    for (let n = 10; n < 62; n++) await list(server, `Room ${n}`);
    await list(server, 'Wintersteiger-Oberhauser-Dominique-Maximilienne, without a blank where a line could end');
    await signIn();
    const card = page.getByRole('region', { name: 'Listed rooms', exact: true }).first();
    await card.getByText('53 rooms').waitFor();
    await card.getByText('3 more: search by name.').waitFor();
    await page.getByRole('button', { name: 'Show the first 50' }).click();
    expect(await card.getByRole('rowheader').count()).toBe(50);
    await page.getByLabel('Search listed rooms by name').fill('WINTER');
    await card.getByText('1 room', { exact: true }).waitFor();
    const takeOff = page.getByRole('button', { name: 'Take off the list: Wintersteiger' });
    await takeOff.waitFor();
    for (const width of [320, 400, 960, 1280, 2560]) {
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate(NEXT_FRAMES);
      expect(await page.evaluate('document.documentElement.scrollWidth'), `at ${width}`).toBeLessThanOrEqual(width);
      const box = page.locator('[tabindex="0"][aria-label="Listed rooms"]');
      const [shown, needed] = await box.evaluate((element) => [element.clientWidth, element.scrollWidth]);
      expect(needed, `at ${width}`).toBe(shown);
    }
    await page.setViewportSize({ width: 320, height: 800 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeComplaints(page), colorScheme).toEqual([]);
      await takeOff.click();
      expect(await axeComplaints(page), `${colorScheme}, asking`).toEqual([]);
      await page.keyboard.press('Escape');
    }
    await page.getByLabel('Search listed rooms by name').fill('none of them');
    await card.getByText('No listed room has such a name.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('drains after saying what that does, and takes clients again', async () => {
    const client = new Client(server);
    await client.join(new RoomKey());
    const ready = async () => (await fetch(`http://127.0.0.1:${server.port}/health/ready`)).status;
    await signIn();
    await page.getByRole('button', { name: 'Drain…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Drain this server?' });
    await dialog.getByText('One client is connected.').waitFor();
    await dialog.getByText('New clients are refused').waitFor();
    expect(await ready()).toBe(200);
    const heard = client.hear('server:drain');
    await dialog.getByRole('button', { name: 'Drain' }).click();
    await heard;
    await said(page, 'Draining: clients are told to go elsewhere.');
    await page.getByRole('heading', { name: 'Status: Draining' }).waitFor();
    expect(await ready()).toBe(503);
    expect(await page.title()).toBe('Draining · Parley server');
    await page.getByRole('button', { name: 'Take clients again' }).click();
    await said(page, 'This server takes clients again.');
    await page.getByRole('heading', { name: 'Status: In order' }).waitFor();
    expect(await ready()).toBe(200);
    await new Client(server, { ip: '203.0.113.5' }).join(new RoomKey());
    expect(complaints).toEqual([]);
  });

  it('says when the server is away, keeps what it saw, and goes on when it is back', async () => {
    await signIn();
    await server.stop();
    await page.getByText('The server does not answer.').first().waitFor();
    await page.getByText('These figures are from').waitFor();
    expect(await page.title()).toBe('No answer · Parley server');
    expect(await keyNumber(page, 'Connections').textContent()).toBe('0');
    await server.start();
    await said(page, 'The server answers again.');
    await page.getByText('These figures are from').waitFor({ state: 'detached' });
  });

  it('fits from 320 to 2560 pixels without scrolling sideways', async () => {
    await signIn();
    await page.getByRole('slider').first().waitFor();
    for (const width of [320, 400, 700, 960, 1280, 2560]) {
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate(NEXT_FRAMES);
      expect(await page.evaluate('document.documentElement.scrollWidth'), `at ${width}`).toBeLessThanOrEqual(width);
      expect(await page.evaluate(CUT_OFF), `at ${width}`).toEqual([]);
    }
  });

  for (const theme of ['light', 'dark'] as const) {
    it(`has nothing that axe complains about: ${theme}`, async () => {
      await page.emulateMedia({ colorScheme: theme });
      const found: string[] = [];
      const look = async (what: string) => {
        found.push(...(await axeComplaints(page)).map((line) => `${what}: ${line}`));
      };
      await open();
      await look('sign-in');
      await page.getByLabel('Admin token').fill('guess');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('That is not').waitFor();
      await look('refused');
      // Something in every list.
      const client = new Client(server);
      await client.join(new RoomKey());
      await client.raw('room:list-all', {});
      const stranger = { 'x-forwarded-for': '203.0.113.9', authorization: 'Bearer guess' };
      for (let n = 0; n < 8; n++)
        await fetch(`http://127.0.0.1:${server.port}/admin/api/overview`, { headers: stranger });
      await signIn();
      await page.getByRole('slider').first().waitFor();
      await page.getByRole('slider').first().press('Home');
      await look('dashboard');
      await page.getByRole('button', { name: 'Table' }).click();
      await look('table');
      await page.getByRole('button', { name: 'Unblock 203.0.113.9' }).click();
      await look('unblock');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Drain…' }).click();
      await look('drain dialog');
      await page.getByRole('dialog').getByRole('button', { name: 'Drain' }).click();
      await page.getByRole('heading', { name: 'Status: Draining' }).waitFor();
      await look('draining');
      await server.stop();
      await page.getByText('These figures are from').waitFor();
      await look('no answer');
      expect(found).toEqual([]);
    });
  }
});
