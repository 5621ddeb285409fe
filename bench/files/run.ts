import { randomBytes } from 'node:crypto';
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { downloadsOf } from '../../tests/support/open-app.ts';
import type { Participant } from '../../tests/support/participant.ts';
import { openStage } from '../../tests/support/stage.ts';
import { pause } from '../../tests/support/wait.ts';
import type { BenchRow } from '../bench-row.ts';
import { publishRun } from '../publish.ts';
import { median, p95 } from '../statistics.ts';
import { openBareChannel } from './bare-channel.ts';
import { endRequestWatch } from './unwatched.ts';

/** V6 holds back more. */
const CHAT_EVERY_MS = 1_500;
/** Messages while nothing else moves. */
const CHAT_ALONE = 10;

async function writeRandom(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let at = 0; at < bytes; at += 4_194_304) await file.write(randomBytes(Math.min(4_194_304, bytes - at)));
  } finally {
    await file.close();
  }
}

/** Notes in the page when Enter was pressed, and when each text was first drawn: in ms since 1970. Looks at what is new alone. */
function noteTimes(): void {
  const enterAt: number[] = [];
  const drawnAt: Record<string, number> = {};
  const wall = (at: number) => performance.timeOrigin + at;
  window.addEventListener('keydown', (event) => event.key === 'Enter' && enterAt.push(wall(event.timeStamp)), true);
  new MutationObserver((changes) => {
    const fresh = changes.flatMap(({ type, target, addedNodes }) =>
      type === 'childList' ? [...addedNodes] : [target],
    );
    for (const node of fresh) {
      for (const text of node.textContent?.match(/chat (?:alone|beside a file) \d+\./g) ?? []) {
        drawnAt[text] ??= wall(performance.now());
      }
    }
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
  Object.assign(window, { times: { enterAt, drawnAt } });
}

/** Tells what lies on the page's heap and in its buffers, in bytes. */
async function memoryOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  return async () => {
    const usage: { usedSize: number; backingStorageSize?: number } = await session.send('Runtime.getHeapUsage');
    return usage.usedSize + (usage.backingStorageSize ?? 0);
  };
}

const card = (one: Participant, name: string): Locator =>
  one.page.getByRole('feed', { name: 'Messages' }).getByRole('group', { name: new RegExp(`^${name}`) });
const says = (one: Participant, name: string, words: string): Promise<void> =>
  card(one, name).getByRole('status').filter({ hasText: words }).waitFor({ timeout: 600_000 });

/** Resolves when the whole file is in the downloads folder. Asks the disk: the page is busy, and its card may be far up in the chat. */
async function untilReceived(one: Participant, name: string, bytes: number): Promise<void> {
  const path = join(downloadsOf(one.folder), name);
  const sizeNow = () =>
    stat(path).then(
      ({ size }) => size,
      () => 0,
    );
  for (const endsAt = Date.now() + 1_800_000; (await sizeNow()) < bytes; await pause(50)) {
    if (Date.now() > endsAt) throw new Error('the file did not arrive');
  }
}

/** Writes a message every now and then while `isWanted`; answers how long each took from Enter to the other's screen, in ms. */
async function chat(
  ana: Participant,
  ben: Participant,
  words: string,
  isWanted: (written: number) => boolean,
): Promise<number[]> {
  const earlier = await ana.page.evaluate<number>('times.enterAt.length');
  // By the keyboard alone: to look for a field by its role costs the page more than a message does.
  await ana.page.getByRole('textbox', { name: /^Message/ }).click();
  let written = 0;
  while (isWanted(written)) {
    await ana.page.keyboard.insertText(`${words} ${written}.`);
    await ana.page.keyboard.press('Enter');
    written += 1;
    await pause(CHAT_EVERY_MS);
  }
  const last = `${words} ${written - 1}.`;
  await ben.page.getByRole('feed', { name: 'Messages' }).getByText(last, { exact: true }).waitFor();
  const enterAt = await ana.page.evaluate<number[]>('times.enterAt');
  const drawnAt = await ben.page.evaluate<Record<string, number>>('times.drawnAt');
  return enterAt.slice(earlier).flatMap((at, index) => {
    const drawn = drawnAt[`${words} ${index}.`];
    return drawn === undefined ? [] : [drawn - at];
  });
}

/**
 * A file from one Chromium process to another through the whole app, hashes and disk included, with messages written beside it. Compared with a
 * bare data channel and frames of the same size.
 */
export async function run({ quick = false } = {}): Promise<BenchRow[]> {
  const bytes = quick ? 50_000_000 : 500_000_000;
  const stage = await openStage();
  const channel = await openBareChannel();
  try {
    const ana = await stage.enter('Ana Ribeiro');
    await ana.createRoom('Bench');
    await ana.openRoom('Bench');
    const ben = await stage.enter('Ben Okafor');
    await ben.joinRoom(await ana.copyInvite());
    await Promise.all([ana.sees('Ben Okafor'), ben.sees('Ana Ribeiro')]);
    await Promise.all([ana.openPanel('Chat'), ben.openPanel('Chat')]);
    const pages = [ana.page, ben.page];
    for (const page of pages) {
      await endRequestWatch(page);
      await page.evaluate(noteTimes);
    }
    const alone = await chat(ana, ben, 'chat alone', (written) => written < CHAT_ALONE);
    const folder = join(stage.folder, 'chosen');
    await mkdir(folder);
    const path = join(folder, 'large.bin');
    await writeRandom(path, bytes);
    await ana.page.getByLabel('Send files', { exact: true }).and(ana.page.locator('input')).setInputFiles(path);
    await says(ben, 'large.bin', 'Offered to you');

    const memories = await Promise.all(pages.map(memoryOf));
    const before = await Promise.all(memories.map((memory) => memory()));
    const grown = pages.map(() => 0);
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        for (const [index, memory] of memories.entries()) {
          grown[index] = Math.max(grown[index] ?? 0, (await memory()) - (before[index] ?? 0));
        }
        await pause(500);
      }
    })();
    // Half of it before and half of it after: something else may begin to run on this computer meanwhile.
    const bareBefore = await channel.seconds(bytes / 2);
    const startedAt = Date.now();
    await card(ben, 'large.bin').getByRole('button', { name: 'Download: large.bin' }).click();
    let seconds = Number.NaN;
    const arriving = untilReceived(ben, 'large.bin', bytes).finally(() => {
      isOver = true;
      seconds = (Date.now() - startedAt) / 1_000;
    });
    const beside = await chat(ana, ben, 'chat beside a file', () => !isOver);
    await arriving;
    await watching;
    const megabytes = bytes / 1e6;
    const bare = bareBefore + (await channel.seconds(bytes / 2));
    return [
      {
        name: `file of ${megabytes} MB through the app`,
        value: megabytes / seconds,
        unit: 'MB/s',
        comparedWith: `bare data channel: ${(megabytes / bare).toFixed(1)} MB/s`,
        ratio: bare / seconds,
        goal: '≥ 0.6 ×',
      },
      { name: '  memory of the sending page grew by', value: (grown[0] ?? 0) / 1e6, unit: 'MB', goal: '< 100 MB' },
      { name: '  memory of the receiving page grew by', value: (grown[1] ?? 0) / 1e6, unit: 'MB', goal: '< 100 MB' },
      { name: '  message beside it, Enter to the other’s screen', value: median(beside), unit: 'ms' },
      {
        name: '  the same, p95',
        value: p95(beside),
        unit: 'ms',
        comparedWith: `without a file: ${median(alone).toFixed(0)} ms, p95 ${p95(alone).toFixed(0)} ms`,
        goal: '≤ 200 ms',
      },
    ];
  } finally {
    await channel.close();
    await stage.close();
  }
}

/** Puts a run into docs/performance-history.md. */
export const publish = (rows: readonly BenchRow[]): Promise<void> => publishRun('performance-history', 'files', rows);
