import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testClock } from '#core/testing/test-kit.ts';
import { findChromium } from './find-chromium.mjs';
import { openerFor } from './open-outside.ts';
import { usualProfile } from './profile.ts';
import { readArguments, windowGone } from './run.ts';
import { chromiumArguments } from './window.ts';

describe('the command line', () => {
  it('has usual values', () => {
    expect(readArguments(['--profile', '/p'])).toMatchObject({
      profile: '/p',
      port: 0,
      window: 'auto',
      embeddedServer: true,
      json: false,
      deepLink: null,
    });
  });

  it('takes every option and one link', () => {
    const link = 'parley://join/example.org#1.a.b';
    const given = ['--profile', '/p', '--port', '4000', '--window', 'none', '--no-embedded-server', '--json', link];
    expect(readArguments(given)).toMatchObject({
      port: 4000,
      window: 'none',
      embeddedServer: false,
      json: true,
      deepLink: link,
    });
  });

  it.each([
    [['--port', 'x'], /--port takes a number/],
    [['--port', '70000'], /--port takes a number/],
    [['--port', '-1'], /--port/],
    [['--window', 'two'], /--window takes/],
    [['--unknown'], /--unknown/],
    [['parley://a', 'parley://b'], /one link/],
  ])('refuses %j with a sentence', (given, sentence) => {
    expect(() => readArguments(given)).toThrow(sentence);
  });
});

describe('the place of the profile', () => {
  it.each([
    ['linux', {}, '/home/ana/.local/share/Parley'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/Parley'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/ana/.local/share/Parley'],
    ['darwin', {}, '/home/ana/Library/Application Support/Parley'],
    ['win32', { APPDATA: '/roaming' }, '/roaming/Parley'],
    ['linux', { PARLEY_PROFILE: '/mine' }, '/mine'],
  ])('on %s with %j is %s', (platform, env, path) => {
    expect(usualProfile(env, platform, '/home/ana')).toBe(path);
  });
});

describe('the Chromium window', () => {
  const options = { url: 'file:///p/opening/1.html', profile: '/p', asRoot: false };

  it('is an app window with a browser profile of its own that asks as usual for camera and microphone', () => {
    const args = chromiumArguments(options);
    expect(args).toContain('--app=file:///p/opening/1.html');
    expect(args).toContain(`--user-data-dir=${join('/p', 'window')}`);
    expect(args).toContain('--disable-background-networking');
    expect(
      args.filter((arg) => /fake-ui|fake-device|disable-web-security|remote-debugging|no-sandbox/.test(arg)),
    ).toEqual([]);
  });

  it('goes without the sandbox only as root, where there is none', () => {
    const args = chromiumArguments({ ...options, asRoot: true });
    expect(args).toEqual(expect.arrayContaining(['--no-sandbox', '--test-type']));
  });

  const findIn = (there: string[], env: Record<string, string>, platform = 'linux') =>
    findChromium({ env, platform, exists: (path) => there.includes(path), playwright: () => '/playwright/chrome' });

  it('takes the named browser or none', () => {
    expect(findIn(['/x/chrome', '/usr/bin/chromium'], { CHROMIUM: '/x/chrome', PATH: '/usr/bin' })).toBe('/x/chrome');
    expect(findIn(['/usr/bin/chromium'], { CHROMIUM: '/x/chrome', PATH: '/usr/bin' })).toBeNull();
  });

  it('prefers a Chromium anywhere on PATH to any other of its family', () => {
    const there = ['/a/msedge', '/b/google-chrome', '/b/chromium'];
    expect(findIn(there, { PATH: '/a:/b' })).toBe('/b/chromium');
    expect(findIn(['/a/msedge', '/b/google-chrome'], { PATH: '/a:/b' })).toBe('/b/google-chrome');
  });

  it('knows the usual places of macOS, and what Playwright brought', () => {
    const chrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
    expect(findIn([chrome], { PATH: '/bin', HOME: '/Users/ana' }, 'darwin')).toBe(chrome);
    expect(findIn([`/Users/ana${chrome}`], { PATH: '/bin', HOME: '/Users/ana' }, 'darwin')).toBe(`/Users/ana${chrome}`);
    expect(findIn(['/playwright/chrome'], { PATH: '/bin' })).toBe('/playwright/chrome');
    expect(findIn([], { PATH: '/bin' })).toBeNull();
  });
});

describe('a link that leads outside', () => {
  it('is one argument of the program that opens it, on every system', () => {
    const url = new URL('https://example.org/?a=1&b=$(id)');
    for (const platform of ['linux', 'darwin', 'win32']) {
      expect(openerFor(url.href, platform).args.at(-1)).toBe(url.href);
    }
  });
});

describe('the end of the window', () => {
  /** Runs until the host would close; says how long after the browser's end that was. */
  const goneAfter = async (
    code: number | null,
    connected: (atMs: number) => number,
    seen: (atMs: number) => number,
  ) => {
    const clock = testClock();
    const begin = clock.now();
    const at = () => clock.now() - begin;
    const ended = Promise.resolve(code);
    let gone: number | undefined;
    void windowGone({ ended }, { windows: () => connected(at()), windowsSeen: () => seen(at()) }, clock).then(() => {
      gone = at();
    });
    while (gone === undefined && at() < 60_000) {
      // Lets everything run that waits for nothing but its turn.
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (gone === undefined) clock.advance(250);
    }
    return gone;
  };

  it('is the end of the browser', async () => {
    expect(
      await goneAfter(
        0,
        () => 0,
        () => 1,
      ),
    ).toBe(1_000);
    expect(
      await goneAfter(
        1,
        () => 0,
        () => 0,
      ),
    ).toBe(0);
    expect(
      await goneAfter(
        null,
        () => 0,
        () => 1,
      ),
    ).toBe(0);
  });

  it("is the end of the page's connection where a running browser took it over, however late it shows it", async () => {
    const shown = (at: number) => (at >= 5_000 && at < 30_000 ? 1 : 0);
    expect(await goneAfter(0, shown, (at) => (at >= 5_000 ? 1 : 0))).toBeGreaterThanOrEqual(30_000);
    expect(
      await goneAfter(
        0,
        () => 0,
        () => 0,
      ),
    ).toBe(10_000);
  });
});
