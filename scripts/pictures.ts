/**
 * Drives the real app and saves pictures of it: node scripts/run.mjs scripts/pictures.ts [--sizes] [--servers] [folder]
 * Without arguments docs/pictures/*.png, light and dark, at 1280 × 800; with --sizes also 960 × 640 and 2560 × 1440,
 * for looking at, into a folder of their own; --servers takes only those that show servers, lists and the QR code.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Participant } from '#support/participant.ts';
import { REPOSITORY } from '#support/repository.ts';
import { openStage } from '#support/stage.ts';
import { callPictures } from './pictures/calls.ts';
import type { Look } from './pictures/look.ts';
import { serverPictures } from './pictures/servers.ts';

type Size = { width: number; height: number };
const USUAL: Size = { width: 1280, height: 800 };
const OTHERS: Size[] = [
  { width: 960, height: 640 },
  { width: 2560, height: 1440 },
];

const named = process.argv.slice(2).find((arg) => !arg.startsWith('--'));
const folder = named ?? join(REPOSITORY, 'docs/pictures');
const onlyServers = process.argv.includes('--servers');
const sizes = process.argv.includes('--sizes') ? [USUAL, ...OTHERS] : [USUAL];

await mkdir(folder, { recursive: true });
const stage = await openStage();
try {
  for (const theme of ['light', 'dark'] as const) {
    const look: Look = (title, one) => take(`${title}-${theme}`, one);
    const options = { theme, viewport: USUAL };
    if (!onlyServers) await callPictures(stage, look, options);
    await serverPictures(stage, look, options);
  }
  console.log(`Saved in ${folder}`);
} finally {
  await stage.close();
}

/** Saves what is on somebody's screen, at each size. */
async function take(title: string, { page }: Participant): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    // Two frames: the layout has settled and is painted.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const suffix = size === USUAL ? '' : `-${size.width}`;
    await page.screenshot({ path: join(folder, `${title}${suffix}.png`) });
  }
  await page.setViewportSize(USUAL);
}
