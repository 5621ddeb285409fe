import { type Clock, repeat } from '@parley/shared/timing';
import { errorFields, type Log } from '../log.ts';
import type { LinkPolicy } from './link-policy.ts';
import { type LinkReading, type ReadingTotals, readQuality } from './quality.ts';
import type { RawPeer } from './raw-peer.ts';

export type MeasuringOptions = {
  peer: Pick<RawPeer, 'stats' | 'audioLevel'>;
  clock: Clock;
  policy: Pick<LinkPolicy, 'statsEveryMs' | 'voiceEveryMs'>;
  log: Log;
  /** Statistics may come when another connection has taken the place of this one. */
  isCurrent(): boolean;
  /** Whether anything of the far end can be heard. */
  isHeard(): boolean;
  reading(reading: LinkReading): void;
  voice(level: number): void;
};

/** Reads the quality of a connection and how loud the far end is, now and again from then on. Returns the undos. */
export function measure(options: MeasuringOptions): (() => void)[] {
  const { peer, clock, policy, log, isCurrent, isHeard, reading, voice } = options;
  let totals: ReadingTotals | null = null;
  const readStats = () => {
    peer.stats().then(
      (stats) => {
        if (!isCurrent()) return;
        const read = readQuality(stats, totals);
        totals = read.totals;
        reading(read.reading);
      },
      (error: unknown) => log.debug('statistics could not be read', errorFields(error)),
    );
  };
  readStats();
  return [
    repeat(clock, policy.statsEveryMs, readStats),
    repeat(clock, policy.voiceEveryMs, () => {
      if (isHeard()) voice(peer.audioLevel());
    }),
  ];
}
