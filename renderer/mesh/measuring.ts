import { type Clock, repeat } from '@parley/shared/timing';
import { errorFields, type Log } from '../log.ts';
import type { LinkPolicy } from './link-policy.ts';
import { type LinkReading, readLink } from './link-reading.ts';
import type { RawPeer } from './raw-peer.ts';
import type { StatsSnapshot } from './stats-view.ts';

export type MeasuringOptions = {
  peer: Pick<RawPeer, 'stats' | 'audioLevel' | 'playedAt' | 'refreshVideo'>;
  clock: Clock;
  policy: Pick<LinkPolicy, 'statsEveryMs' | 'voiceEveryMs' | 'stalledMs'>;
  log: Log;
  /** Statistics may come when another connection has taken the place of this one. */
  isCurrent(): boolean;
  /** Whether anything of the far end can be heard. */
  isHeard(): boolean;
  reading(reading: LinkReading): void;
  voice(level: number): void;
  /** Nothing of the far end is played any more, which was before. Once, until something is played again. */
  stalled(): void;
};

/** Reads the statistics of a connection and how loud the far end is, now and again from then on. Returns the undos. */
export function measure(options: MeasuringOptions): (() => void)[] {
  const { peer, clock, policy, log, isCurrent, isHeard, reading, voice, stalled } = options;
  let before: StatsSnapshot | null = null;
  const readStats = () => {
    peer.stats().then(
      (stats) => {
        if (!isCurrent()) return;
        const read = readLink(stats, before);
        before = read.snapshot;
        reading(read.reading);
      },
      (error: unknown) => log.debug('statistics could not be read', errorFields(error)),
    );
  };
  readStats();
  let playedAt: number | null = null;
  let sameSince = clock.monotonicMs();
  let lookedAt = sameSince;
  let isTold = false;
  const received = async (): Promise<number> => {
    const stats = await peer.stats();
    return stats.reduce(
      (sum, entry) => sum + (entry.type === 'inbound-rtp' ? Number(entry.packetsReceived ?? 0) : 0),
      0,
    );
  };
  /** Playing may stop for reasons of this computer, such as another speaker: nothing may come any more either. */
  const confirmStall = async () => {
    try {
      const before = await received();
      clock.after(policy.voiceEveryMs, () => {
        received().then(
          (now) => {
            if (isCurrent() && now === before) stalled();
          },
          () => undefined,
        );
      });
    } catch (error) {
      log.debug('statistics could not be read', errorFields(error));
    }
  };
  const watchStall = () => {
    const now = clock.monotonicMs();
    const played = peer.playedAt();
    // A page that hardly gets to look knows nothing about the far end.
    const isLate = now - lookedAt > 3 * policy.voiceEveryMs;
    lookedAt = now;
    if (played !== playedAt || isLate) {
      playedAt = played ?? playedAt;
      sameSince = now;
      if (played !== null && !isLate) {
        // A way that was broken works again, for both ends as a rule: the far end lacks what was sent meanwhile.
        if (isTold) peer.refreshVideo();
        isTold = false;
      }
    } else if (played !== null && !isTold && now - sameSince >= policy.stalledMs) {
      isTold = true;
      void confirmStall();
    }
  };
  return [
    repeat(clock, policy.statsEveryMs, readStats),
    repeat(clock, policy.voiceEveryMs, () => {
      if (!isHeard()) return;
      voice(peer.audioLevel());
      watchStall();
    }),
  ];
}
