/**
 * Drives the real app and saves pictures of it: node scripts/run.mjs scripts/pictures.ts [--sizes] [folder]
 * Without arguments docs/pictures/*.png, light and dark, at 1280 × 800; with --sizes also 960 × 640 and 2560 × 1440,
 * for looking at, into a folder of their own.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Participant } from '#support/participant.ts';
import { REPOSITORY } from '#support/repository.ts';
import { openStage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

type Size = { width: number; height: number };
const USUAL: Size = { width: 1280, height: 800 };
const OTHERS: Size[] = [
  { width: 960, height: 640 },
  { width: 2560, height: 1440 },
];

const named = process.argv.slice(2).find((arg) => !arg.startsWith('--'));
const folder = named ?? join(REPOSITORY, 'docs/pictures');
const sizes = process.argv.includes('--sizes') ? [USUAL, ...OTHERS] : [USUAL];

const CHAT: [speaker: number, text: string][] = [
  [0, 'Morning! The tomatoes made it through the night.'],
  [1, 'Good. Did the frost reach the pear tree?'],
  [0, 'A little, on the north side. I covered the rest.'],
  [2, 'I can bring the ladder on Friday, and the old nets.'],
  [1, 'Friday works. Photos of last year are at https://example.org/garden'],
  [0, 'Then Friday at ten 🌱'],
];

await mkdir(folder, { recursive: true });
const stage = await openStage();
try {
  for (const theme of ['light', 'dark'] as const) {
    const ana = await stage.enter('Ana Ribeiro', { theme, viewport: USUAL });
    const others = [await stage.enter('Ben Okafor', { theme }), await stage.enter('Chloé Martin', { theme })];
    const people = [ana, ...others];
    for (const one of people) one.page.setDefaultTimeout(90_000);
    const picture = async (title: string) => {
      for (const size of sizes) {
        await ana.page.setViewportSize(size);
        // Two frames: the layout has settled and is painted.
        await ana.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
        const suffix = size === USUAL ? '' : `-${size.width}`;
        await ana.page.screenshot({ path: join(folder, `${title}-${theme}${suffix}.png`) });
      }
      await ana.page.setViewportSize(USUAL);
    };
    await picture('home-empty');
    for (const room of ['Choir', 'Garden plans']) {
      await ana.createRoom(room);
      if (room === 'Garden plans') break;
      await ana.page.getByRole('button', { name: 'Cancel' }).click();
      await ana.goHome();
    }
    await until('the preview', () => ana.page.evaluate('(document.querySelector("video")?.currentTime ?? 0) > 1'));
    await picture('pre-join');
    await ana.enterCall();
    const invite = await ana.copyInvite();
    for (const one of others) await one.joinRoom(invite);
    await others[0]?.page.getByRole('alertdialog', { name: 'Incoming call' }).waitFor();
    for (const one of others) await one.joinCall();
    for (const one of others) await ana.waitFrames(one.name, 60);
    for (const [speaker, text] of CHAT) {
      const one = people[speaker];
      await one?.send(text);
      await one?.waitDelivered(text);
    }
    await ana.openPanel('Chat');
    await dismiss(ana);
    await picture('call-of-three');
    await ana.openPanel('People');
    await picture('people');
    await ana.openPanel('Details');
    await picture('details');
    await others[0]?.press('Share screen');
    await until('the shared screen', async () => (await ana.seen(`${others[0]?.name}'s screen`)).framesDecoded > 5, {
      timeoutMs: 90_000,
    });
    await picture('screen-share');
    await others[0]?.press('Stop sharing');
    await ana.search('Friday');
    await picture('search');
    await ana.closeSearch();
    await ana.leaveCall();
    await ana.openPanel('Chat');
    await picture('chat');
    await ana.goHome();
    await picture('home');
    await ana.typeInvite(invite);
    await picture('lobby');
    await ana.openSettings();
    await picture('settings');
    for (const one of people) await one.close();
  }
  console.log(`Saved in ${folder}`);
} finally {
  await stage.close();
}

/** Notices that ask nothing go before the picture is taken. */
async function dismiss(participant: Participant): Promise<void> {
  const button = participant.page.getByRole('button', { name: /^Dismiss/ });
  while ((await button.count()) > 0) await button.first().click();
}
