/** Saves a picture of a call of two in a real Electron: node scripts/run.mjs scripts/electron-picture.ts [file] */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '#support/repository.ts';
import { installApp, ownFolder } from '../tests/electron/support/electron-app.ts';
import { openPerson } from '../tests/electron/support/person.ts';
import { openScreen } from '../tests/electron/support/screen.ts';

const CHAT: [isAna: boolean, text: string][] = [
  [true, 'Morning! The tomatoes made it through the night.'],
  [false, 'Good. Did the frost reach the pear tree?'],
  [true, 'A little, on the north side. I covered the rest.'],
  [false, 'I can bring the ladder on Friday, and the old nets.'],
];

const folder = ownFolder(mkdtempSync(join(tmpdir(), 'parley-picture-')));
const [screen, installed] = await Promise.all([openScreen(), installApp()]);
try {
  const ana = await openPerson('Ana Ribeiro', 0, { installed, screen, home: join(folder, 'ana') });
  const ben = await openPerson('Ben Okafor', 1, { installed, screen, home: join(folder, 'ben') });
  await ana.at.page.evaluate('desktop.call("settings.change", { appearance: { theme: "light" } })');
  await ana.at.createRoom('Garden plans');
  await ana.at.enterCall();
  await ben.at.joinRoom(await ana.at.copyInvite());
  await ben.at.joinCall();
  for (const [isAna, text] of CHAT) {
    const { at } = isAna ? ana : ben;
    await at.send(text);
    await at.waitDelivered(text);
  }
  await ana.at.waitFrames(ben.at.name, 40);
  const dismiss = ana.at.page.getByRole('button', { name: /^Dismiss/ });
  while ((await dismiss.count()) > 0) await dismiss.first().click();
  const file = process.argv[2] ?? join(REPOSITORY, 'docs/pictures/electron-light.png');
  await ana.at.page.screenshot({ path: file });
  await Promise.all([ana.at.close(), ben.at.close()]);
  console.log(`Saved ${file}`);
} finally {
  await screen.close();
  await installed.remove();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
