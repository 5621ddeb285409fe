import { chownSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockProfile } from '#core/lock-profile.ts';
import { until } from '#support/wait.ts';
import { installApp, NOBODY, openElectron, ownFolder, startElectron } from './support/electron-app.ts';
import { openScreen, type Screen } from './support/screen.ts';

describe('the app in Electron, when something is wrong', () => {
  let folder: string;
  let screen: Screen;
  let installed: Awaited<ReturnType<typeof installApp>>;

  beforeAll(async () => {
    folder = ownFolder(mkdtempSync(join(tmpdir(), 'parley-trouble-')));
    [screen, installed] = await Promise.all([openScreen(), installApp()]);
  });
  afterAll(async () => {
    await screen?.close();
    await installed?.remove();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  /** A home with an empty profile. */
  const newHome = (name: string) => {
    const home = ownFolder(join(folder, name));
    const profile = join(home, '.local', 'share', 'Parley');
    for (const part of ['.local', '.local/share', '.local/share/Parley']) ownFolder(join(home, part));
    return { home, profile };
  };

  it('loads its page again when the process of the page died', async () => {
    const app = await openElectron({ installed, screen, home: newHome('crash').home });
    try {
      await app.page.evaluate('desktop.call("rooms.create", { name: "Kitchen" })');
      const contents = 'electron.BrowserWindow.getAllWindows()[0].webContents';
      const before = await app.main.ask(`${contents}.getOSProcessId()`);
      await app.main.ask(`(${contents}.forcefullyCrashRenderer(), null)`);
      await until('another process', async () => {
        const now = await app.main.ask(`${contents}.getOSProcessId()`);
        return now !== 0 && now !== before;
      });
      const rooms = await until('the page', () =>
        app.main.ask(`${contents}.executeJavaScript('desktop.call("rooms.list", {})')`),
      );
      expect(rooms).toMatchObject({ ok: true, value: { items: [{ name: 'Kitchen' }] } });
    } finally {
      await app.close();
    }
  });

  it('says that Parley is open already, and ends with 3, when another program has the profile', async () => {
    const { home, profile } = newHome('taken');
    const lock = lockProfile(profile);
    if (process.getuid?.() === 0)
      for (const name of readdirSync(profile)) chownSync(join(profile, name), NOBODY, NOBODY);
    const started = startElectron({ installed, screen, home });
    await screen.press('Error', 'Return');
    expect(await started.insist()).toEqual({ code: 3, signal: null });
    if (lock.ok) lock.value.close();
  });

  it('says so, and ends with 1, when its key cannot be read', async () => {
    const { home, profile } = newHome('broken');
    writeFileSync(join(profile, 'device.key'), 'not a key');
    const started = startElectron({ installed, screen, home });
    await screen.press('Error', 'Return');
    expect(await started.insist()).toEqual({ code: 1, signal: null });
  });
});
