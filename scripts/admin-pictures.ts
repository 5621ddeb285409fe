/**
 * Saves pictures of the admin page: node scripts/run.mjs scripts/admin-pictures.ts [--sizes] [--only state,…] [folder]
 * Without arguments docs/pictures/admin-*.png, whole pages at 1280 px; with --sizes every state in both themes also at
 * 400, 960, 1280 and 2560 px, for looking at, into a folder of their own.
 *
 * Every figure is the server's own, under real load: real sockets that join, relay, stream and leave, and for the
 * incident real malformed frames, wrong proofs and guesses at the token, from addresses of documentation networks that
 * the server believes because it trusts the proxy 127.0.0.0/8. Two things are not as they would be. The server's clock
 * and the load's are hurried while the hour is made, so that it takes little more than a minute; they keep real time when the pictures
 * are taken. And in the incident this process, which is the server's too, is held up on purpose, as by a neighbour that
 * takes the processor.
 */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { toBase64Url } from '@parley/shared/protocol';
import { readConfig } from '@parley/signaling-server/config.ts';
import { createLog } from '@parley/signaling-server/log.ts';
import { type SignalingServer, startSignaling } from '@parley/signaling-server/server.ts';
import type { Socket } from 'socket.io-client';
import { openBrowser } from '#support/browser.ts';
import { ensureBuilt } from '#support/built.ts';
import { REPOSITORY } from '#support/repository.ts';
import { pause, until } from '#support/wait.ts';
import { PUBLIC_HOST } from '../tests/integration/signaling/harness.ts';
import { hurriedClock } from './pictures/hurried-clock.ts';
import { Load, listRoom, mischief } from './pictures/server-traffic.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sizes: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const folder = positionals[0] ?? join(REPOSITORY, 'docs/pictures');

const TOKEN = toBase64Url(randomBytes(32));
const MINUTE_MS = 60_000;

/** Holds this process, and so the server, for a while. */
function hold(ms: number): void {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
}

type Scene = {
  /** How far behind the clock begins. */
  minutes: number;
  /** People and rooms at each minute of the hour, from 0 to 1 of it. */
  people: (share: number) => [people: number, rooms: number];
  /** Whether the last quarter of the hour is an incident. */
  incident?: boolean;
};

/** Rooms that stand on the list wherever there are people: name and passphrase. */
const LISTED: readonly [name: string, passphrase: string | null][] = [
  ['Garden', null],
  ['Reading circle', 'five random words in a row'],
  ['Thursday singers', null],
];

const SCENES: Record<string, Scene> = {
  empty: { minutes: 14, people: () => [0, 0] },
  usual: {
    minutes: 60,
    people: (share) => [Math.round(11 + 6 * Math.sin(share * 7)), 5],
  },
  busy: {
    minutes: 60,
    people: (share) => [Math.round(16 + 46 / (1 + Math.exp(-9 * (share - 0.55))) + 5 * Math.sin(share * 20)), 16],
  },
  incident: {
    minutes: 60,
    people: (share) => [Math.round(34 + 8 * Math.sin(share * 7)), 9],
    incident: true,
  },
};

/** The pictures that the documents show. */
const SHOWN: Record<string, readonly [name: string, theme: 'light' | 'dark'][]> = {
  empty: [['admin-empty-light', 'light']],
  usual: [
    ['admin-light', 'light'],
    ['admin-dark', 'dark'],
  ],
  busy: [['admin-busy-dark', 'dark']],
  incident: [['admin-incident-light', 'light']],
};

async function makeScene(name: string, scene: Scene): Promise<void> {
  const clock = hurriedClock(scene.minutes * MINUTE_MS);
  const reading = readConfig({
    PORT: '0',
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    PUBLIC_HOSTS: PUBLIC_HOST,
    TRUST_PROXY: '127.0.0.0/8',
    ADMIN_TOKEN: TOKEN,
    SHUTDOWN_GRACE_MS: '0',
    BLOCK_MIN_MS: '1200000',
    STRIKES_PER_MINUTE: '60',
    SEAT_GRACE_MS: '0',
  });
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const { log } = createLog(reading.config, { write: () => {} });
  const server = await startSignaling(reading.config, { clock, log });
  const load = new Load(server.port, clock, 7);
  const listed: Socket[] = [];
  const startedAt = clock.now();
  try {
    for (;;) {
      const share = (clock.now() - startedAt) / (scene.minutes * MINUTE_MS);
      if (share >= 1) break;
      await load.be(...scene.people(share));
      if (load.size > 0 && Math.floor(share * 200) % 3 === 0) await fetch(`${server.url}/health`);
      if (scene.incident && share > 0.72) await trouble(server, share);
      else await pause(100);
    }
    clock.atItsOwnPace();
    for (const [roomName, passphrase] of load.size > 0 ? LISTED : [])
      listed.push(await listRoom(server.port, roomName, passphrase));
    if (scene.incident) server.drain();
    const stop = { now: false };
    const goingOn = scene.incident ? goOnMaking(server, stop) : Promise.resolve();
    await takePictures(name, server);
    stop.now = true;
    await goingOn;
  } finally {
    for (const socket of listed) socket.disconnect();
    load.close();
    await server.close();
  }
}

let strangers = 0;

/** A quarter of an hour of it: strangers who are blocked one after the other, and a process that is held up. */
async function trouble(server: SignalingServer, share: number): Promise<void> {
  strangers += 1;
  const ip = `198.51.100.${20 + (Math.floor(strangers / 9) % 6) * 17}`;
  await mischief[strangers % mischief.length]?.(server.port, ip);
  if (share > 0.76 && share < 0.97) hold(280);
  await pause(30);
}

/** Strangers keep knocking while the page is looked at. */
async function goOnMaking(server: SignalingServer, stop: { now: boolean }): Promise<void> {
  while (!stop.now) {
    strangers += 1;
    await mischief[strangers % mischief.length]?.(server.port, `198.51.100.${20 + (strangers % 6) * 17}`);
    hold(280);
    await pause(700);
  }
}

async function takePictures(name: string, server: SignalingServer): Promise<void> {
  const browser = await openBrowser({ viewport: { width: 1280, height: 800 } });
  try {
    const { page } = browser;
    page.on('pageerror', (error) => console.error(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(`${name}: ${message.text()}`);
    });
    await page.goto(`${server.url}/admin`);
    const shoot = async (file: string, fullPage: boolean) => {
      await page.evaluate('document.fonts.ready');
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      await page.screenshot({ path: join(folder, `${file}.png`), fullPage });
    };
    if (values.sizes && name === 'empty')
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await shoot(`sign-in-${colorScheme}`, false);
      }
    await page.getByLabel('Admin token').fill(TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'The last hour' }).waitFor();
    // Rates are what grew between looks: the page has to look a few times first.
    const looks = { seen: 0 };
    page.on('response', (answer) => {
      if (answer.url().endsWith('/overview')) looks.seen += 1;
    });
    await until('three more looks', () => looks.seen >= 3);
    for (const [file, theme] of SHOWN[name] ?? []) {
      await page.emulateMedia({ colorScheme: theme });
      await shoot(file, true);
    }
    if (!values.sizes) return;
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [width, height] of [
        [400, 800],
        [960, 640],
        [1280, 800],
        [2560, 1440],
      ] as const) {
        await page.setViewportSize({ width, height });
        await shoot(`${name}-${colorScheme}-${width}`, width !== 2560);
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    if (name === 'busy') {
      await page.getByRole('slider', { name: 'Messages relayed' }).focus();
      for (let n = 0; n < 4; n++) await page.keyboard.press('PageDown');
      await shoot('busy-reading', false);
      await page.getByRole('button', { name: 'Table' }).click();
      await shoot('busy-table', false);
      await page.getByRole('button', { name: 'Drain…' }).click();
      await shoot('busy-drain', false);
    }
  } finally {
    await browser.close();
  }
}

await mkdir(folder, { recursive: true });
await ensureBuilt();
const only = values.only?.split(',') ?? Object.keys(SCENES);
for (const [name, scene] of Object.entries(SCENES)) {
  if (only.includes(name)) await makeScene(name, scene);
}
console.log(`Saved in ${folder}`);
process.exit(0);
