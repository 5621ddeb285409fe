import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillOnlyRoom } from '#support/long-history.ts';
import type { Participant } from '#support/participant.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

const STORED = 3_000;
const UNREAD = 300;
/** More rows are never in the document, whatever is stored. */
const ROWS_MAX = 80;

/** The rows that are in view, from top to bottom: number of the message, and its place in the list. */
type Shown = { number: number; top: number }[];
const LOOK = `(() => {
  const list = document.querySelector('[role=feed]');
  if (!list) return [];
  const { top, bottom } = list.getBoundingClientRect();
  return [...list.querySelectorAll('article')]
    .map((article) => ({ box: article.getBoundingClientRect(), text: article.textContent }))
    .filter(({ box }) => box.bottom > top && box.top < bottom)
    .map(({ box, text }) => ({ number: Number(/Message (\\d+)\\./.exec(text)?.[1]), top: Math.round(box.top - top) }));
})()`;

describe('a room with a long history', () => {
  let stage: Stage;
  let ana: Participant;
  let page: Page;
  /** The day of the last message, as a date field takes it. */
  let lastDay: string;
  /** The number of the first message of that day. */
  let firstOfDay: number;
  beforeAll(async () => {
    stage = await openStage();
    ana = await stage.enter('Ana Ribeiro');
    await ana.createRoom('Archive');
    const { profile } = ana;
    await ana.close();
    const now = new Date();
    lastDay = now.toLocaleDateString('en-CA');
    firstOfDay = STORED - Math.floor((now.getTime() - new Date(now).setHours(0, 0, 0, 0)) / 60_000);
    fillOnlyRoom(profile, STORED, UNREAD);
    ana = await stage.reopen(ana);
    ({ page } = ana);
  });
  afterAll(() => stage?.close());

  const look = () => page.evaluate<Shown>(LOOK);
  const feed = () => page.getByRole('feed', { name: 'Messages' });
  const rowCount = () => feed().getByRole('article').count();
  /** Waits until the list shows this message. */
  const shows = (number: number) =>
    until(`message ${number} in view`, async () => (await look()).some((row) => row.number === number));
  /** The list, once there is one, after nothing moved in it from one look to the next for a while. */
  const settled = async (): Promise<Shown> => {
    let before = '';
    let same = 0;
    return until('the list to stand still', async () => {
      const now = await look();
      same = now.length > 0 && JSON.stringify(now) === before ? same + 1 : 0;
      before = JSON.stringify(now);
      return same >= 3 ? now : undefined;
    });
  };
  const openRoom = () =>
    page
      .getByRole('list', { name: 'Rooms' })
      .getByRole('button', { name: /Archive/ })
      .click();

  it('opens at the first message that was not seen, under its mark', async () => {
    await openRoom();
    await shows(STORED - UNREAD + 1);
    const numbers = (await settled()).map(({ number }) => number);
    // A part of the message before it is behind the day that floats above the list.
    expect(numbers.indexOf(STORED - UNREAD + 1)).toBeLessThanOrEqual(1);
    expect(numbers).toContain(STORED - UNREAD + 1);
    expect(await feed().getByText('New messages').isVisible()).toBe(true);
    expect(await rowCount()).toBeLessThan(ROWS_MAX);
    await page.getByRole('button', { name: /^\d+ new messages$/ }).waitFor();
  });

  it('counts as read only what was on the screen, on every screen alike', async () => {
    const count = async () =>
      Number(/^(\d+) new/.exec(await page.getByRole('button', { name: /^\d+ new messages$/ }).innerText())?.[1]);
    await until('some to be read', async () => (await count()) < UNREAD);
    await settled();
    const unread = await count();
    expect(UNREAD - unread).toBeLessThan(40);
    expect(await page.title()).toBe(`(${unread}) Parley`);
    await page.getByRole('button', { name: new RegExp(`^Room .*Archive.*, ${unread} unread`) }).waitFor();
    await page.getByRole('button', { name: 'Home', exact: true }).click();
    await page.getByRole('list', { name: 'Rooms' }).getByText(`${unread} new`).waitFor();
    await openRoom();
  });

  it('keeps what is read in its place while older and newer messages are loaded around it', async () => {
    await feed().hover();
    for (let step = 0; step < 12; step++) {
      const before = await settled();
      await page.mouse.wheel(0, -400);
      const after = await until('the list to have moved', async () => {
        const now = await settled();
        return JSON.stringify(now) === JSON.stringify(before) ? undefined : now;
      });
      const kept = before.find(({ number }) => after.some((row) => row.number === number));
      expect(kept, 'a message that is in view before and after').toBeDefined();
      const moved = (after.find(({ number }) => number === kept?.number)?.top ?? 0) - (kept?.top ?? 0);
      expect(Math.abs(moved - 400)).toBeLessThanOrEqual(2);
      expect(await rowCount()).toBeLessThan(ROWS_MAX);
    }
  });

  it('is where it was after a look at another screen', async () => {
    const before = await settled();
    await page.getByRole('button', { name: 'Home' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor({ state: 'attached' });
    await openRoom();
    await shows(before[0]?.number ?? 0);
    expect(await settled()).toEqual(before);
  });

  it('goes to its first message with Home and to its last with End', async () => {
    await feed().focus();
    await page.keyboard.press('Home');
    await shows(1);
    await page.keyboard.press('End');
    await shows(STORED);
    expect(await rowCount()).toBeLessThan(ROWS_MAX);
  });

  it('never shows an empty part while one pages up', async () => {
    await feed().focus();
    for (let step = 0; step < 30; step++) {
      await page.keyboard.press('PageUp');
      const rows = await settled();
      expect(rows.length).toBeGreaterThan(1);
      const numbers = rows.map(({ number }) => number);
      expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
    }
  });

  it('keeps the focus on a message that is scrolled out of view', async () => {
    await page.keyboard.press('End');
    await shows(STORED);
    await page.keyboard.press('ArrowUp');
    const focused = () => page.evaluate<string>("document.activeElement?.textContent ?? ''");
    await until('a message with the focus', async () => /Message \d+\./.test(await focused()));
    const text = await focused();
    await feed().hover();
    await page.mouse.wheel(0, -3_000);
    await settled();
    expect(await focused()).toBe(text);
  });

  it('goes to the first message, and to the day of the last one', async () => {
    const day = page.getByRole('button', { name: /, go to another day$/ });
    await day.click();
    await page.getByRole('button', { name: 'First message' }).click();
    await shows(1);
    const firstDay = await day.textContent();
    await day.click();
    const field = page.locator('input[type=date]');
    await field.fill(lastDay);
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await until('another day', async () => (await day.textContent()) !== firstDay || undefined);
    const [first] = await settled();
    expect(Math.abs((first?.number ?? 0) - firstOfDay)).toBeLessThan(20);
  });

  it('takes everything as read on request', async () => {
    await page.getByRole('button', { name: 'Mark all as read' }).click();
    await until('nothing new', async () => (await page.title()) === 'Parley' || undefined);
    expect(await page.getByRole('button', { name: 'Mark all as read' }).count()).toBe(0);
  });

  it('shows what one writes at the end, wherever one reads', async () => {
    await ana.send('Here I am again');
    await ana.message('Here I am again').waitFor();
    await until(
      'the end in view',
      async () =>
        (await page.evaluate<boolean>(
          "(() => { const l = document.querySelector('[role=feed]'); return l.scrollHeight - l.scrollTop - l.clientHeight < 3; })()",
        )) || undefined,
    );
  });
});
