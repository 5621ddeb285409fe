import { type Clock, repeat } from '@parley/shared/timing';
import type { PathProbes, TestLoop } from './path-probes.ts';

/** How a network lets packets out, as far as the servers of a room can tell. */
export type PathResult = {
  /** Whether packets leave by UDP, which calls need for their best; `unknown` where there is no server to try it with. */
  udp: 'open' | 'blocked' | 'unknown';
  /** The relay that calls fall back on; `none` where the room's server has none. */
  relay: { at: 'none' } | { at: 'unreachable' } | ({ at: 'open' } & RelayMeasure);
};

export type RelayMeasure = {
  /** `udp`, `tcp` or `tls`. */
  over: string | null;
  /** From this device to the relay and back, in ms; null where no test packet came back. */
  roundTripMs: number | null;
  /** Share of packets lost on the way to the relay or from it, 0 to 1. */
  lossRatio: number;
  /** A lower bound of what the way takes, in bits a second; no more than `RATE_MAX_BPS` is tried. */
  rateBps: number;
};

export type PathTestOptions = {
  probes: PathProbes;
  clock: Clock;
  iceServers: readonly RTCIceServer[];
  signal: AbortSignal;
  /** Another part begins. */
  step: (step: PathTestStep) => void;
};

export type PathTestStep = 'way-out' | 'relay';

const WAY_OUT_MAX_MS = 6_000;
const LOOP_MAX_MS = 10_000;
const PINGS = 100;
const PING_EVERY_MS = 20;
const PING_BYTES = 16;
/** For those that are still on their way. */
const LAST_PINGS_MS = 600;
const FILL_MS = 1_000;
const FILL_EVERY_MS = 10;
const FILL_PACKETS = 4;
const FILL_BYTES = 940;
const FILL_BUFFER_MAX_BYTES = 65_536;
/** As much as the rate test sends: a call with pictures needs no more. */
export const RATE_MAX_BPS = (FILL_PACKETS * FILL_BYTES * 8 * 1_000) / FILL_EVERY_MS;

const urlsOf = (servers: readonly RTCIceServer[]): string[] => servers.flatMap(({ urls }) => urls);

/**
 * Tests the ways out of this network without anybody else: first whether a STUN server hears this device, then a loop of two own
 * connections through the relay, over which test packets go for some three seconds. Rejects with the reason of `signal` when that is
 * aborted; a way that does not work is a result.
 */
export async function testPaths(options: PathTestOptions): Promise<PathResult> {
  const { probes, clock, iceServers, signal, step } = options;
  const hasServers = urlsOf(iceServers).length > 0;
  const hasRelay = urlsOf(iceServers).some((url) => /^turns?:/.test(url));
  step('way-out');
  const wayOut =
    hasServers && (await within(clock, WAY_OUT_MAX_MS, signal, (until) => probes.findsWayOut(iceServers, until)));
  signal.throwIfAborted();
  const relay = hasRelay ? await testRelay(options) : { at: 'none' as const };
  signal.throwIfAborted();
  // A computer with a public address of its own hears nothing new of a STUN server: that the relay answers by UDP says the same.
  const isOpen = wayOut || (relay.at === 'open' && relay.over === 'udp');
  return { udp: isOpen ? 'open' : hasServers ? 'blocked' : 'unknown', relay };
}

async function testRelay({ probes, clock, iceServers, signal, step }: PathTestOptions): Promise<PathResult['relay']> {
  step('relay');
  let loop: TestLoop;
  try {
    loop = await within(clock, LOOP_MAX_MS, signal, (until) => probes.openLoop(iceServers, until));
  } catch {
    signal.throwIfAborted();
    return { at: 'unreachable' };
  }
  try {
    const pings = await ping(loop, clock, signal);
    const rateBps = await fill(loop, clock, signal);
    return { at: 'open', over: await loop.relayProtocol(), ...pings, rateBps };
  } finally {
    loop.close();
  }
}

/**
 * Sends small packets around the loop. Each goes to the relay and back from it twice, so the way to the relay and back takes half of
 * the time, and what gets lost has four chances to.
 */
async function ping(loop: TestLoop, clock: Clock, signal: AbortSignal) {
  const sentAt: number[] = [];
  const tripsMs = new Map<number, number>();
  loop.onEcho((data) => {
    const at = data.byteLength === PING_BYTES ? new DataView(data.buffer, data.byteOffset).getUint32(0) : -1;
    const sent = sentAt[at];
    if (sent !== undefined && !tripsMs.has(at)) tripsMs.set(at, clock.monotonicMs() - sent);
  });
  const undo = repeat(clock, PING_EVERY_MS, () => {
    const data = new Uint8Array(PING_BYTES);
    new DataView(data.buffer).setUint32(0, sentAt.length);
    sentAt.push(clock.monotonicMs());
    loop.send(data);
  });
  await wait(clock, PINGS * PING_EVERY_MS, signal).finally(undo);
  await wait(clock, LAST_PINGS_MS, signal);
  const trips = [...tripsMs.values()].sort((left, right) => left - right);
  const middle = trips[Math.floor(trips.length / 2)];
  return {
    roundTripMs: middle === undefined ? null : middle / 2,
    // A busy computer sends fewer than it meant to: those were not lost.
    lossRatio: sentAt.length === 0 ? 0 : 1 - (trips.length / sentAt.length) ** (1 / 4),
  };
}

/** Sends what a call with pictures needs, and counts what arrives. */
async function fill(loop: TestLoop, clock: Clock, signal: AbortSignal): Promise<number> {
  const before = loop.arrivedBytes;
  const undo = repeat(clock, FILL_EVERY_MS, () => {
    if (loop.bufferedBytes > FILL_BUFFER_MAX_BYTES) return;
    for (let packet = 0; packet < FILL_PACKETS; packet++) loop.send(new Uint8Array(FILL_BYTES));
  });
  await wait(clock, FILL_MS, signal).finally(undo);
  return Math.min(RATE_MAX_BPS, ((loop.arrivedBytes - before) * 8 * 1_000) / FILL_MS);
}

/** Runs `act` for at most so long: then its signal is aborted, as it is when `signal` is. */
async function within<T>(
  clock: Clock,
  maxMs: number,
  signal: AbortSignal,
  act: (until: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const until = new AbortController();
  const stop = () => until.abort();
  const undo = clock.after(maxMs, stop);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await act(until.signal);
  } finally {
    undo();
    signal.removeEventListener('abort', stop);
  }
}

/** Resolves after `delayMs`; rejects when `signal` is aborted before. */
function wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      undo();
      reject(new Error('the test was stopped'));
    };
    const undo = clock.after(delayMs, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}
