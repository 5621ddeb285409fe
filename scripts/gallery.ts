/**
 * Saves a picture of every screen and state of the gallery, without a call, a server or a camera:
 * node scripts/run.mjs scripts/gallery.ts <folder> [--theme light,dark,contrast,forced] [--size 960x640,1280x800] [screen …]
 * For looking at; nothing of it ships.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { openBrowser } from '#support/browser.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    theme: { type: 'string', default: 'light,dark' },
    size: { type: 'string', default: '960x640,1280x800,2560x1440' },
  },
});
const [folder, ...wanted] = positionals;
if (folder === undefined) {
  console.error('usage: scripts/gallery.ts <folder> [--theme light,dark,contrast,forced] [--size 1280x800] [screen …]');
  process.exit(2);
}
await mkdir(folder, { recursive: true });

const server = await createServer({
  configFile: join(import.meta.dirname, '../renderer/vite.config.ts'),
  logLevel: 'warn',
  server: { host: '127.0.0.1', port: 0 },
});
try {
  await server.listen();
  const address = server.resolvedUrls?.local[0];
  if (!address) throw new Error('the gallery has no address');
  const browser = await openBrowser();
  try {
    const { page } = browser;
    page.on('pageerror', (error) => console.error(error.message));
    await page.goto(`${address}testing/gallery/index.html`);
    await page.locator('li').first().waitFor();
    const all = await page.locator('li > a:first-child').allTextContents();
    for (const theme of values.theme.split(',')) {
      for (const screen of wanted.length > 0 ? wanted : all) {
        // As a system in high contrast changes the colours of every page.
        await page.emulateMedia({ forcedColors: theme === 'forced' ? 'active' : 'none' });
        const shown = theme === 'forced' ? 'system' : theme;
        await page.goto(`${address}testing/gallery/index.html?screen=${screen}&theme=${shown}`);
        await page.locator('html[data-ready]').waitFor();
        for (const size of values.size.split(',')) {
          const [width = 1280, height = 800] = size.split('x').map(Number);
          await page.setViewportSize({ width, height });
          // Moving pictures need a moment of their own; two frames later the layout has settled.
          await page.waitForFunction(
            "[...document.querySelectorAll('video')].every((video) => video.readyState >= 2) && document.fonts.status === 'loaded'",
          );
          await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
          await page.screenshot({ path: join(folder, `${screen}-${theme}-${width}.png`) });
        }
      }
    }
  } finally {
    await browser.close();
  }
} finally {
  await server.close();
}
