import { type Clock, repeat } from '@parley/shared/timing';
import { loadRnnoise, RnnoiseWorkletNode } from '@sapphi-red/web-noise-suppressor';
import rnnoiseUrl from '@sapphi-red/web-noise-suppressor/rnnoise.wasm?url';
import rnnoiseSimdUrl from '@sapphi-red/web-noise-suppressor/rnnoise_simd.wasm?url';
import rnnoiseWorkletUrl from '@sapphi-red/web-noise-suppressor/rnnoiseWorklet.js?url';
import { silentContext, startSound } from '../start-sound.ts';
import { Pace } from './pace.ts';
import type { ProcessedTrack } from './processed-track.ts';

/** The rate at which RNNoise was trained and works. */
const SAMPLE_RATE = 48_000;
/** How often the sound is compared with the clock, and from when on it is behind: nine tenths, four times in a row. */
const LOOK_EVERY_MS = 1_000;
const BEHIND_BELOW = 0.9;
const BEHIND_LOOKS = 4;

let binary: Promise<ArrayBuffer> | undefined;

/** Takes noise out of a voice with RNNoise, in an audio worklet of its own context. The port `cleanVoice` says what is promised. */
export async function cleanVoice(
  voice: MediaStreamTrack,
  clock: Clock,
  fellBehind: () => void,
): Promise<ProcessedTrack> {
  const context = silentContext(SAMPLE_RATE);
  try {
    binary ??= loadRnnoise({ url: rnnoiseUrl, simdUrl: rnnoiseSimdUrl });
    const [wasmBinary] = await Promise.all([binary, context.audioWorklet.addModule(rnnoiseWorkletUrl)]);
    // The worklet tells nobody when the page may not compile it, and would be silent for ever.
    await WebAssembly.compile(wasmBinary);
    await startSound(context, clock);
    const source = context.createMediaStreamSource(new MediaStream([voice]));
    const cleaner = new RnnoiseWorkletNode(context, { wasmBinary, maxChannels: 1 });
    const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1, channelCountMode: 'explicit' });
    source.connect(cleaner).connect(out);
    const [track] = out.stream.getAudioTracks();
    if (!track) throw new Error('the cleaned sound has no track');
    const undo = watch(context, clock, fellBehind);
    cleaner.onprocessorerror = () => {
      undo();
      fellBehind();
    };
    const close = () => {
      undo();
      cleaner.onprocessorerror = null;
      cleaner.destroy();
      source.disconnect();
      track.stop();
      void context.close();
    };
    return { track, close };
  } catch (error) {
    binary = undefined;
    await context.close();
    throw error;
  }
}

/** Tells once when less sound was made than time went by. Returns the undo. */
function watch(context: AudioContext, clock: Clock, fellBehind: () => void): () => void {
  const pace = new Pace(BEHIND_BELOW, BEHIND_LOOKS);
  let [madeMs, atMs] = [context.currentTime * 1_000, clock.monotonicMs()];
  return repeat(clock, LOOK_EVERY_MS, () => {
    const [nowMadeMs, nowMs] = [context.currentTime * 1_000, clock.monotonicMs()];
    const isBehind = pace.take(nowMadeMs - madeMs, nowMs - atMs);
    [madeMs, atMs] = [nowMadeMs, nowMs];
    if (isBehind) fellBehind();
  });
}
