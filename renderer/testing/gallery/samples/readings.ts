import { readingOf } from '../../../mesh/testing/readings.ts';
import { READINGS_KEPT } from '../../../stores/link-records.ts';
import type { ReadingAt } from '../../../stores/state.ts';

/** A wave that never repeats within the record, from 0 to 1. */
const wave = (at: number, seed: number) => (Math.sin(at * 0.31 + seed) + Math.sin(at * 0.83 + 2 * seed) + 2) / 4;

/** Five minutes of a link whose network gets worse towards the end, with a pause in which nothing was measured. */
export function sampleRecord(isBad: boolean, seed = 1): ReadingAt[] {
  return Array.from({ length: READINGS_KEPT }, (_, at) => {
    const trouble = isBad && at > 90 ? wave(at, seed) : 0;
    const rate = 1 - 0.6 * trouble;
    return {
      atMs: at * 2_000,
      reading: readingOf({
        relayed: isBad,
        path: {
          own: {
            kind: isBad ? 'relay' : 'host',
            protocol: 'udp',
            relayProtocol: isBad ? 'tls' : null,
            address: isBad ? '198.51.*.*' : '192.168.*.*',
          },
          far: { kind: 'srflx', protocol: 'udp', relayProtocol: null, address: '203.0.*.*' },
        },
        roundTripMs: 30 + 25 * wave(at, seed + 1) + 160 * trouble,
        receivedBps: (560_000 + 120_000 * wave(at, seed + 2)) * rate,
        sentBps: 480_000 + 90_000 * wave(at, seed + 3),
        received: { lossRatio: 0.14 * trouble, framesPerSecond: 24 * rate, freezes: trouble > 0.9 ? 1 : 0 },
        sent: { lossRatio: 0.01 * wave(at, seed) },
      }),
    };
  }).filter((_, at) => at < 50 || at > 58);
}
