import type { Clock } from '../clock.ts';
import type { Warnings } from '../warnings.ts';
import type { RelayVerdict } from './relay-test.ts';

/** Time between two tests of the relay. */
export const RELAY_TEST_EVERY_MS = 300_000;
/** The relay often starts together with the server. */
const FIRST_TEST_AFTER_MS = 5_000;
/** A fault that may be over at once is tested again sooner than after the usual time. */
const AGAIN_AFTER_MS = 30_000;

export interface RelayWatch {
  /** One of each address; none before the first test has ended. */
  verdicts(): readonly RelayVerdict[];
  /** The slowest of their times; null when one of them failed, 0 before the first test has ended. */
  slowestMs(): number | null;
  /** The first fault, as a sentence. */
  problem(): string | undefined;
  close(): void;
}

export type RelayWatchPorts = {
  urls: readonly string[];
  clock: Clock;
  warnings: Warnings;
  test: (url: string) => Promise<RelayVerdict>;
};

/** Tests every address of the relay after the start, and every five minutes from then on (S19). */
export function watchRelay({ urls, clock, warnings, test }: RelayWatchPorts): RelayWatch {
  let verdicts: readonly RelayVerdict[] = [];
  let isClosed = false;
  let cancel = (): void => {};
  const run = async (): Promise<void> => {
    // One after the other: they share the quota of one user.
    const tested: RelayVerdict[] = [];
    for (const url of urls) tested.push(await test(url));
    if (isClosed) return;
    verdicts = tested;
    for (const verdict of verdicts) {
      if (verdict.at === 'ok') warnings.clear(`relay ${verdict.url}`);
      else warnings.warn(`relay ${verdict.url}`, verdict.sentence);
    }
    const failed = verdicts.some(({ at }) => at === 'failed');
    cancel = clock.after(failed ? AGAIN_AFTER_MS : RELAY_TEST_EVERY_MS, start);
  };
  // A test never rejects.
  const start = (): void => void run();
  cancel = clock.after(FIRST_TEST_AFTER_MS, start);
  return {
    verdicts: () => verdicts,
    slowestMs: () =>
      verdicts.reduce<number | null>(
        (most, verdict) => (most === null || verdict.at === 'failed' ? null : Math.max(most, verdict.tookMs)),
        0,
      ),
    problem: () => verdicts.find((verdict) => verdict.at === 'failed')?.sentence,
    close() {
      isClosed = true;
      cancel();
    },
  };
}
