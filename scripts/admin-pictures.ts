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
import { PROTOCOL_VERSION, RoomJoined, SIGNALING_PATH, toBase64Url } from '@parley/shared/protocol';
import { proveMembership, proveOwnership, signListing } from '@parley/shared/sealing';
import type { Clock } from '@parley/signaling-server/clock.ts';
import { readConfig } from '@parley/signaling-server/config.ts';
import { createLog } from '@parley/signaling-server/log.ts';
import { type SignalingServer, startSignaling } from '@parley/signaling-server/server.ts';
import { io, type Socket } from 'socket.io-client';
import WebSocket from 'ws';
import { openBrowser } from '#support/browser.ts';
import { ensureBuilt } from '#support/built.ts';
import { REPOSITORY } from '#support/repository.ts';
import { pause, until } from '#support/wait.ts';
import { PUBLIC_HOST, RoomKey } from '../tests/integration/signaling/harness.ts';
import { makeRoom } from '../tests/integration/signaling/owner.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sizes: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const folder = positionals[0] ?? join(REPOSITORY, 'docs/pictures');

const TOKEN = toBase64Url(randomBytes(32));
const MINUTE_MS = 60_000;
const HURRY = 45;

/** Time that can be hurried. It begins behind, so that it is right when the hurry is over. */
function hurriedClock(behindMs: number): Clock & { atItsOwnPace(): void } {
  let rate = HURRY;
  let from = Date.now();
  let shown = from - behindMs;
  const now = () => shown + (Date.now() - from) * rate;
  const due = new Map<() => void, { at: number; timer: NodeJS.Timeout }>();
  const arm = (run: () => void, at: number) =>
    due.set(run, { at, timer: setTimeout(run, Math.max(0, at - now()) / rate) });
  return {
    now,
    wall: now,
    after(delayMs, callback) {
      const run = () => {
        due.delete(run);
        callback();
      };
      arm(run, now() + delayMs);
      return () => {
        clearTimeout(due.get(run)?.timer);
        due.delete(run);
      };
    },
    atItsOwnPace() {
      shown = now();
      from = Date.now();
      rate = 1;
      for (const [run, { at, timer }] of [...due]) {
        clearTimeout(timer);
        arm(run, at);
      }
    },
  };
}

/** The same load each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

type Seat = { socket: Socket; roomId: string; streaming: boolean };

/** People in rooms, as many as asked for, who relay, stream, leave and come. */
class Load {
  readonly #port: number;
  readonly #clock: Clock;
  readonly #chance: () => number;
  readonly #seats = new Set<Seat>();
  readonly #rooms: RoomKey[] = [];
  #addresses = 0;
  #running = true;

  constructor(port: number, clock: Clock, seed: number) {
    this.#port = port;
    this.#clock = clock;
    this.#chance = seeded(seed);
  }

  get size(): number {
    return this.#seats.size;
  }

  /** Somebody comes, into a room that has place or a new one. */
  async enter(roomCount: number): Promise<void> {
    while (this.#rooms.length < roomCount) this.#rooms.push(new RoomKey());
    // Some rooms are liked more than others.
    const key = this.#rooms[Math.floor(this.#chance() ** 1.6 * roomCount)];
    if (!key) return;
    this.#addresses += 1;
    const ip = `203.0.113.${this.#addresses % 250}`;
    const socket = connect(this.#port, ip);
    const challenge = await call(socket, 'challenge:get', { v: PROTOCOL_VERSION });
    const joined = await call(socket, 'room:join', {
      v: PROTOCOL_VERSION,
      roomId: key.roomId,
      authPub: key.authPub,
      ownerPub: key.ownerPub,
      sig: key.prove(String(answerOf(challenge).challenge), PUBLIC_HOST),
    });
    if (!RoomJoined.safeParse(answerOf(joined)).success || !this.#running) {
      socket.disconnect();
      return;
    }
    const seat: Seat = { socket, roomId: key.roomId, streaming: false };
    this.#seats.add(seat);
    if (this.#chance() < 0.7) {
      seat.streaming = true;
      socket.emit('stream:start', { roomId: key.roomId, kind: this.#chance() < 0.25 ? 'screen' : 'camera' }, () => {});
    }
    this.#talk(seat);
  }

  leave(): void {
    const [seat] = this.#seats;
    if (!seat) return;
    this.#seats.delete(seat);
    seat.socket.emit('room:leave', { roomId: seat.roomId }, () => seat.socket.disconnect());
  }

  /** One box to everyone, every few seconds of the load's time. */
  #talk(seat: Seat): void {
    if (!this.#running || !this.#seats.has(seat)) return;
    const input = {
      roomId: seat.roomId,
      to: '*',
      id: toBase64Url(randomBytes(16)),
      box: toBase64Url(randomBytes(400)),
    };
    seat.socket.emit('signal:send', input, () => {});
    this.#clock.after(6_000 + this.#chance() * 9_000, () => this.#talk(seat));
  }

  /** Brings the number of people to `size` over about `rooms` rooms, and changes a few of them. */
  async be(size: number, rooms: number): Promise<void> {
    if (this.#chance() < 0.5) this.leave();
    while (this.#seats.size > size) this.leave();
    while (this.#seats.size < size) await this.enter(rooms);
  }

  close(): void {
    this.#running = false;
    for (const { socket } of this.#seats) socket.disconnect();
  }
}

const connect = (port: number, ip: string): Socket =>
  io(`http://127.0.0.1:${port}`, {
    path: SIGNALING_PATH,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { v: PROTOCOL_VERSION },
    extraHeaders: { 'x-forwarded-for': ip },
  });

/** An answer, or undefined where the connection ended first; one that ended before it was asked says nothing. */
const call = (socket: Socket, event: string, input: unknown): Promise<unknown> =>
  new Promise((resolve) => {
    socket.once('disconnect', () => resolve(undefined));
    socket.once('connect_error', () => resolve(undefined));
    socket.timeout(10_000).emit(event, input, (failure: Error | null, answer: unknown) => {
      resolve(failure ? undefined : answer);
    });
  });

function answerOf(outcome: unknown): Record<string, unknown> {
  const found = typeof outcome === 'object' && outcome !== null && 'value' in outcome ? outcome.value : undefined;
  return typeof found === 'object' && found !== null ? { ...found } : {};
}

/** Somebody in a room of their own, who puts it on the server's list. */
async function listRoom(port: number, name: string, passphrase: string | null): Promise<Socket> {
  const { invite, keys, ownerKey, roomId } = await makeRoom(passphrase);
  const socket = connect(port, '192.0.2.7');
  const challenge = async () => {
    const { challenge: text } = answerOf(await call(socket, 'challenge:get', { v: PROTOCOL_VERSION }));
    return new Uint8Array(Buffer.from(String(text), 'base64url'));
  };
  const sig = toBase64Url(await proveMembership(keys, PUBLIC_HOST, await challenge()));
  const [authPub, ownerPub] = [toBase64Url(keys.authPub), toBase64Url(keys.ownerPub)];
  await call(socket, 'room:join', { v: PROTOCOL_VERSION, roomId, authPub, ownerPub, sig });
  const about = { host: PUBLIC_HOST, challenge: await challenge(), roomId, name };
  const { needsPassphrase } = invite;
  const secret = toBase64Url(invite.secret);
  const fields = { roomId, name, secret, authPub, ownerPub, needsPassphrase, issuedAt: 1 };
  await call(socket, 'room:publish', {
    ...(await signListing(ownerKey, fields, [PUBLIC_HOST])),
    proof: toBase64Url(await proveOwnership(ownerKey, 'publish', about)),
  });
  return socket;
}

/** The moves of an attacker, once each. */
const mischief: ((port: number, ip: string) => Promise<void>)[] = [
  // Frames that nobody can read.
  (port, ip) =>
    new Promise((resolve) => {
      const raw = new WebSocket(`ws://127.0.0.1:${port}${SIGNALING_PATH}/?EIO=4&transport=websocket`, {
        headers: { 'x-forwarded-for': ip },
      });
      raw.on('open', () => {
        raw.send(`40{"v":${PROTOCOL_VERSION}}`);
        raw.send('42{{{');
      });
      raw.on('error', () => resolve());
      raw.on('close', () => resolve());
    }),
  // A proof for a room whose secret is not known, and calls that there are not.
  async (port, ip) => {
    const socket = connect(port, ip);
    const key = new RoomKey();
    const challenge = answerOf(await call(socket, 'challenge:get', { v: PROTOCOL_VERSION })).challenge;
    if (typeof challenge === 'string') {
      const sig = new RoomKey().prove(challenge, PUBLIC_HOST);
      await call(socket, 'room:join', {
        v: PROTOCOL_VERSION,
        roomId: key.roomId,
        authPub: key.authPub,
        ownerPub: key.ownerPub,
        sig,
      });
      for (let n = 0; n < 4; n++) await call(socket, 'room:list-all', {});
      for (let n = 0; n < 4; n++) await call(socket, 'signal:send', { roomId: key.roomId });
    }
    socket.disconnect();
  },
  // A guess at the admin's token.
  async (port, ip) => {
    await fetch(`http://127.0.0.1:${port}/admin/api/overview`, {
      headers: { 'x-forwarded-for': ip, authorization: 'Bearer guess' },
    });
  },
];

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
