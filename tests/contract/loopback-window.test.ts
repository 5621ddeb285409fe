import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#core/testing/test-kit.ts';
import { AppPage } from '#support/app-page.ts';
import { ensureBuilt } from '#support/built.ts';
import { type RunningProcess, startProcess } from '#support/processes.ts';
import { type Program, startProgram } from '#support/programs.ts';
import { NODE } from '#support/repository.ts';
import { requireTool } from '#support/tools.ts';
import { until } from '#support/wait.ts';

type Ready = { ready: true; url: string; port: number };
/** The browser's arguments, and the content of the file that it was told to show. */
type Start = { args: string[]; env: Record<string, string>; page: string };

/** The facts about each process that everybody on this computer can read, and those for its owner alone. */
function readProcesses(): string {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'latin1');
    } catch {
      return ''; // ended meanwhile
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => `${read(`/proc/${pid}/cmdline`)}\n${read(`/proc/${pid}/environ`)}`)
    .join('\n');
}

// The list of processes is read where Linux has it.
const onLinux = describe.skipIf(process.platform !== 'linux');

onLinux('the window of the loopback host, in a real Chromium', { timeout: 120_000 }, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let profile: string;
  const started: RunningProcess[] = [];
  const browsers: Browser[] = [];
  const screens: Program[] = [];
  beforeAll(() => ensureBuilt(), 120_000);
  beforeEach(() => {
    folder = temporaryFolder();
    profile = join(folder.path, 'profile');
  });
  afterEach(async () => {
    for (const one of browsers.splice(0)) await one.close();
    for (const one of started.splice(0)) await one.close();
    for (const one of screens.splice(0)) await one.close();
    folder.remove();
  });

  /** Chromium, and a note of each of its starts, taken before it could read anything. */
  const watchedChromium = () => {
    const file = join(folder.path, 'chromium');
    const note = join(folder.path, 'starts');
    writeFileSync(
      file,
      `#!${NODE}
const fs = require('node:fs');
const args = process.argv.slice(2);
const app = args.find((arg) => arg.startsWith('--app=')).slice('--app='.length);
const page = app.startsWith('file:') ? fs.readFileSync(new URL(app), 'utf8') : '';
fs.appendFileSync(${JSON.stringify(note)}, JSON.stringify({ args, env: process.env, page }) + '\\n');
const child = require('node:child_process').spawn(${JSON.stringify(requireTool('chromium'))}, args, { stdio: 'ignore' });
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => process.exit(code ?? 1));
`,
    );
    chmodSync(file, 0o755);
    const starts = () =>
      readFileSync(note, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Start);
    return { file, starts };
  };

  /** A screen that nobody sees, as the `DISPLAY` of a program. */
  const screen = async () => {
    const args = ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'];
    const xvfb = startProgram(requireTool('xvfb'), args);
    screens.push(xvfb);
    await xvfb.whenever('a screen', () => /^\d+$/m.test(xvfb.output));
    return `:${/^\d+$/m.exec(xvfb.output)?.[0] ?? ''}`;
  };

  // Without a screen a second Chromium cannot hand its page to the first, so there only one window is opened.
  it.each([
    ['on a screen, and a later one beside it', true],
    ['without a screen', false],
  ])('comes to Home with the pass, its token in no command line, environment or log: %s', async (_where, onScreen) => {
    const { file, starts } = watchedChromium();
    const env: Record<string, string> = onScreen ? { DISPLAY: await screen() } : {};
    const headless = onScreen ? '' : '--headless=new';
    const start = () => {
      const one = startProcess({
        args: ['electron/loopback/main.ts', '--profile', profile, '--json', '--no-embedded-server'],
        env: {
          ...env,
          CHROMIUM: file,
          PARLEY_CHROMIUM_FLAGS: `${headless} --disable-gpu --remote-debugging-port=0`,
        },
      });
      started.push(one);
      return one;
    };
    const startPages = () => readdirSync(join(profile, 'opening'));
    const host = start();
    const { port } = await host.waitForLine('readiness', (line) =>
      line.startsWith('{"ready":true') ? (JSON.parse(line) as Ready) : undefined,
    );
    const origin = `http://127.0.0.1:${port}`;

    const tokens: string[] = [];
    const seen: string[] = [];
    let sawBrowser = false;
    const lookAround = () => {
      const text = readProcesses();
      seen.push(...tokens.filter((token) => text.includes(token)));
      sawBrowser ||= text.includes(`--app=file://${join(profile, 'opening')}`);
    };
    /** Waits as `until` does, with a look at all processes each time. */
    const untilSeen = <T>(what: string, probe: () => T) =>
      until(
        what,
        () => {
          lookAround();
          return probe();
        },
        { timeoutMs: 60_000, everyMs: 20 },
      );
    /** The token that the latest start was given; the file says it, the rest of the start does not. */
    const tokenOf = async (nth: number) => {
      const noted = await until('the start of the browser', () => starts()[nth]);
      const token = /\/\?start=([\w-]{43})"/.exec(noted.page)?.[1] ?? '';
      expect(token).not.toBe('');
      tokens.push(token);
      expect(JSON.stringify([noted.args, noted.env])).not.toContain(token);
      expect(noted.args.filter((arg) => /start=|http:/.test(arg))).toEqual([]);
    };

    await tokenOf(0);
    // The browser writes down where it listens once it runs; it is watched until then.
    const portFile = join(profile, 'window', 'DevToolsActivePort');
    const debugPort = await untilSeen('the browser', () =>
      existsSync(portFile) ? /^\d+(?=\n)/.exec(readFileSync(portFile, 'utf8'))?.[0] : undefined,
    );
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${debugPort}`);
    browsers.push(browser);
    const pages = (): Page[] =>
      browser.contexts().flatMap((context) => context.pages().filter((page) => page.url() === `${origin}/`));
    const page = await untilSeen('the page', () => pages()[0]);
    await page.getByRole('heading', { name: 'Welcome to Parley' }).waitFor();
    await page.getByRole('textbox', { name: 'Your name' }).fill('Ana');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Home' }).first().waitFor({ state: 'attached' });

    expect(startPages()).toEqual([]);
    expect(await page.context().cookies()).toEqual([
      expect.objectContaining({ name: `parley_${port}`, httpOnly: true, sameSite: 'Strict', domain: '127.0.0.1' }),
    ]);
    const answer = await page.reload();
    expect(answer?.headers()['content-security-policy']).toContain("default-src 'none'");
    await page.getByRole('heading', { name: 'Home' }).first().waitFor({ state: 'attached' });
    // Nothing leads back to the file or to the token.
    expect(await page.evaluate('history.length')).toBe(1);

    if (onScreen) {
      // The Parley that runs opens the window, in the browser that runs already.
      expect((await start().ended).code).toBe(3);
      await tokenOf(1);
      await untilSeen('the second window', () => pages().length === 2);
      expect(startPages()).toEqual([]);
    }

    expect(new Set(tokens).size).toBe(onScreen ? 2 : 1);
    expect([sawBrowser, seen]).toEqual([true, []]);
    host.kill('SIGTERM');
    expect(await host.ended).toEqual({ code: 0, signal: null });
    expect(existsSync(join(profile, 'opening'))).toBe(false);
    const log = readFileSync(join(profile, 'parley.log'), 'utf8') + host.errorText;
    expect(tokens.filter((token) => log.includes(token))).toEqual([]);
  });

  it('leaves no name of a room and no word of a person in the data of the browser', async () => {
    const { file } = watchedChromium();
    const host = startProcess({
      args: ['electron/loopback/main.ts', '--profile', profile, '--json'],
      env: {
        DISPLAY: await screen(),
        CHROMIUM: file,
        PARLEY_CHROMIUM_FLAGS:
          '--disable-gpu --remote-debugging-port=0 --use-fake-device-for-media-stream --use-fake-ui-for-media-stream',
      },
    });
    started.push(host);
    await host.waitForLine('readiness', (line) => line.startsWith('{"ready":true') || undefined);
    const portFile = join(profile, 'window', 'DevToolsActivePort');
    const debugPort = await until(
      'the browser',
      () => (existsSync(portFile) ? /^\d+(?=\n)/.exec(readFileSync(portFile, 'utf8'))?.[0] : undefined),
      { timeoutMs: 60_000 },
    );
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${debugPort}`);
    browsers.push(browser);
    const page = await until(
      'the page',
      () => browser.contexts().flatMap((context) => context.pages().filter((each) => each.url().startsWith('http')))[0],
    );
    const ana = new AppPage({ page, readClipboard: () => Promise.resolve('') });
    await ana.passWelcome('Anemone');
    const words = ['Zebrafinken', 'Quittenmus', 'Hagebutte', 'Bernsteinweg'];
    const [roomName = '', sent = '', draft = '', sought = ''] = words;
    await ana.createRoom(roomName);
    await ana.goHome();
    await page.getByRole('button', { name: roomName }).first().click();
    await ana.send(sent);
    await ana.message(sent).waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill(draft);
    await ana.search(sought, 1_000);
    await ana.closeSearch();
    // The browser writes its visits and sessions down now and then, with titles and with what fields hold.
    const data = (name: string) => readdirSync(join(profile, 'window', 'Default', name), { withFileTypes: true });
    await until(
      'the browser to write its history',
      () => readFileSync(join(profile, 'window', 'Default', 'History')).includes(new URL(page.url()).host),
      { timeoutMs: 60_000, everyMs: 250 },
    );
    expect(data('Sessions')).not.toEqual([]);
    host.kill('SIGTERM');
    await host.ended;

    const files = readdirSync(join(profile, 'window'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const found = files.flatMap(({ parentPath, name }) => {
      const content = readFileSync(join(parentPath, name));
      const has = (word: string) => content.includes(word) || content.includes(Buffer.from(word, 'utf16le'));
      return words.filter(has).map((word) => `${word} in ${name}`);
    });
    expect(files.length).toBeGreaterThan(20);
    expect(found).toEqual([]);
  });
});
