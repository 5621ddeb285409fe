import type { Clock } from '@parley/shared/timing';

/** A browser that lets no sound run by then will not let it run. */
const START_WITHIN_MS = 4_000;

/** A context that plays nothing by itself: it needs no speaker, and runs by a clock of its own. */
type SilentOptions = AudioContextOptions & { sinkId?: { type: 'none' } };

/** Makes a context whose sound goes into tracks alone. */
export const silentContext = (sampleRate: number): AudioContext => {
  const options: SilentOptions = { sampleRate, latencyHint: 'interactive', sinkId: { type: 'none' } };
  return new AudioContext(options);
};

/** Lets a context run; rejects where the browser does not let it. */
export function startSound(context: AudioContext, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const undo = clock.after(START_WITHIN_MS, () => reject(new Error('the sound did not start')));
    void context.resume().then(resolve, reject).finally(undo);
  });
}
