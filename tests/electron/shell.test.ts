import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '#support/wait.ts';
import { type ElectronApp, installApp, openElectron, ownFolder, processesOf } from './support/electron-app.ts';
import { openScreen, type Screen } from './support/screen.ts';

describe('the app in Electron', () => {
  let folder: string;
  let screen: Screen;
  let installed: Awaited<ReturnType<typeof installApp>>;
  let app: ElectronApp;

  beforeAll(async () => {
    folder = ownFolder(mkdtempSync(join(tmpdir(), 'parley-shell-')));
    [screen, installed] = await Promise.all([openScreen(), installApp()]);
    app = await openElectron({ installed, screen, home: join(folder, 'ana') });
  });
  afterAll(async () => {
    await app?.close();
    await screen?.close();
    await installed?.remove();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('runs its page in a sandbox of the system, away from Node', async () => {
    const pages = processesOf(app.pid).filter(({ command }) => command.includes('--type=renderer'));
    expect(pages).toHaveLength(1);
    // A filter of system calls, and no way to new privileges.
    expect(pages[0]?.status).toMatch(/^Seccomp:\s+2$/m);
    expect(pages[0]?.status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(await app.page.evaluate('[typeof require, typeof process.versions, typeof module]')).toEqual([
      'undefined',
      'undefined',
      'undefined',
    ]);
  });

  it('loads its page again when the page asks for it', async () => {
    await app.page.evaluate('window.before = true');
    await app.page.evaluate('location.reload()');
    await until('the page to be loaded again', async () => (await app.page.evaluate('window.before')) === undefined);
    expect(app.page.url()).toBe('app://bundle/index.html');
    expect(await app.page.evaluate('desktop.call("app.info", {})')).toMatchObject({ ok: true });
  });
});
