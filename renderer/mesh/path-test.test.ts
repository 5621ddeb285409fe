import { describe, expect, it } from 'vitest';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import type { TestLoop } from './path-probes.ts';
import { type PathResult, type PathTestStep, RATE_MAX_BPS, testPaths } from './path-test.ts';

const stun: RTCIceServer = { urls: ['stun:talk.example.org:3478'] };
const turn: RTCIceServer = { urls: ['turn:talk.example.org:3478?transport=udp'], username: 'u', credential: 'c' };

type Network = {
  servers?: RTCIceServer[];
  wayOut?: boolean;
  /** Null where the relay does not answer. */
  relay?: { tripMs?: number; keeps?: (at: number) => boolean; over?: string; sticksAt?: number } | null;
};

/** A test in a made-up network. The clock runs until it is over, or until `stopAfterMs`. */
async function testIn({ servers = [stun, turn], wayOut = true, relay = {} }: Network, stopAfterMs = 60_000) {
  const clock = fakeClock();
  const stop = new AbortController();
  const steps: PathTestStep[] = [];
  let open = 0;
  const openLoop = (signal: AbortSignal): Promise<TestLoop> => {
    if (!relay) return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('closed'))));
    const { tripMs = 80, keeps = () => true, over = 'udp', sticksAt = Number.POSITIVE_INFINITY } = relay;
    let [sent, arrivedBytes, bufferedBytes] = [0, 0, 0];
    let hear: (data: Uint8Array) => void = () => {};
    open += 1;
    return Promise.resolve({
      send(data) {
        if (!keeps(sent++)) return;
        if (arrivedBytes + data.byteLength > sticksAt) bufferedBytes += data.byteLength;
        else arrivedBytes += data.byteLength;
        if (data.byteLength <= 64) clock.after(tripMs, () => hear(data));
      },
      get bufferedBytes() {
        return bufferedBytes;
      },
      get arrivedBytes() {
        return arrivedBytes;
      },
      onEcho: (listener) => {
        hear = listener;
      },
      relayProtocol: async () => over,
      close: () => {
        open -= 1;
      },
    });
  };
  let outcome: PathResult | 'stopped' | null = null;
  void testPaths({
    probes: {
      findsWayOut: (_, signal) =>
        wayOut
          ? Promise.resolve(true)
          : new Promise((resolve) => signal.addEventListener('abort', () => resolve(false))),
      openLoop: (_, signal) => openLoop(signal),
    },
    clock,
    iceServers: servers,
    signal: stop.signal,
    step: (step) => steps.push(step),
  }).then(
    (result) => {
      outcome = result;
    },
    () => {
      outcome = 'stopped';
    },
  );
  for (let ms = 0; ms < 30_000 && outcome === null; ms += 100) {
    if (ms === stopAfterMs) stop.abort();
    await settled(1);
    clock.advance(100);
  }
  await settled(1);
  return { outcome: outcome as PathResult | 'stopped' | null, steps, open, pending: clock.pending };
}

describe('the test of the ways out of a network', () => {
  it('finds that packets leave and the relay answers (C7)', async () => {
    const { outcome, steps, open, pending } = await testIn({});
    expect(outcome).toEqual({
      udp: 'open',
      relay: { at: 'open', over: 'udp', roundTripMs: 40, lossRatio: 0, rateBps: RATE_MAX_BPS },
    });
    expect([steps, open, pending]).toEqual([['way-out', 'relay'], 0, 0]);
  });

  it('finds that packets do not leave, and a relay that answers by TLS (C7)', async () => {
    const { outcome } = await testIn({ wayOut: false, relay: { over: 'tls' } });
    expect(outcome).toMatchObject({ udp: 'blocked', relay: { at: 'open', over: 'tls' } });
  });

  it('takes an answer of the relay by UDP for a way out (C7)', async () => {
    expect((await testIn({ wayOut: false })).outcome).toMatchObject({ udp: 'open' });
  });

  it('gives up on a relay that does not answer (C7)', async () => {
    const { outcome, pending } = await testIn({ wayOut: false, relay: null });
    expect(outcome).toEqual({ udp: 'blocked', relay: { at: 'unreachable' } });
    expect(pending).toBe(0);
  });

  it('says what it cannot test without servers (C7)', async () => {
    expect((await testIn({ servers: [] })).outcome).toEqual({ udp: 'unknown', relay: { at: 'none' } });
    expect((await testIn({ servers: [stun] })).outcome).toEqual({ udp: 'open', relay: { at: 'none' } });
  });

  it('counts what gets lost on the way to the relay or back, not all four times that a packet passes (C7)', async () => {
    const { outcome } = await testIn({ relay: { keeps: (at) => at >= 100 || at % 5 !== 0 } });
    expect(outcome).toMatchObject({ relay: { lossRatio: 1 - 0.8 ** 0.25 } });
  });

  it('says that nothing came back (C7)', async () => {
    const { outcome } = await testIn({ relay: { keeps: () => false } });
    expect(outcome).toMatchObject({ relay: { at: 'open', roundTripMs: null, lossRatio: 1, rateBps: 0 } });
  });

  it('measures a narrow way by what arrives, and lets it be (C7)', async () => {
    const { outcome } = await testIn({ relay: { sticksAt: 26_600 } });
    // 1,600 bytes of the small packets before, then 25,000 of the large ones.
    expect(outcome).toMatchObject({ relay: { rateBps: 26 * 940 * 8 } });
  });

  it.each([200, 1_000, 2_700])('stops at once after %i ms and leaves nothing open (C7)', async (stopAfterMs) => {
    const { outcome, open, pending } = await testIn({ relay: stopAfterMs === 200 ? null : {} }, stopAfterMs);
    expect([outcome, open, pending]).toEqual(['stopped', 0, 0]);
  });
});
