import { Loudness } from './loudness.ts';

/** No sample leaves louder than this: one decibel below full scale. */
const CEILING = 10 ** (-1 / 20);
/** The gain reaches two thirds of a change in this time, also after a loud moment was held down. */
const SETTLE_SECONDS = 0.1;

/** The samples of each channel, all of one length. */
type Channels = readonly Float32Array[];

/**
 * Brings one voice to the loudness of the others, block by block as an audio worklet is given them. What leaves is one block late: the
 * next one is known by then, so the gain is down before a loud moment comes and nothing is clipped.
 */
export class VoiceEvener {
  readonly #loudness: Loudness;
  readonly #sampleRate: number;
  /** The block that waits, by channels. */
  #held: Float32Array[] = [];
  #heldPeak = 0;
  /** At the end of the block that left last. */
  #gain = 1;

  /** `sampleRate` in samples a second. */
  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
    this.#loudness = new Loudness(sampleRate);
  }

  /** Takes a block and writes the one before. Channels that are missing are silent. */
  process(input: Channels, output: Channels): void {
    const samples = output[0]?.length ?? 0;
    if (samples === 0) return;
    const { peak, squares } = measure(input);
    this.#loudness.take(squares, samples);
    const settled = this.#gain + (this.#loudness.gain - this.#gain) * (samples / (this.#sampleRate * SETTLE_SECONDS));
    const next = Math.min(settled, CEILING / Math.max(peak, this.#heldPeak, CEILING / 8));
    for (const [channel, out] of output.entries()) {
      let held = this.#held[channel];
      if (held?.length !== samples) held = new Float32Array(samples);
      ramp(held, out, this.#gain, next);
      const came = input[channel];
      if (came) held.set(came);
      else held.fill(0);
      this.#held[channel] = held;
    }
    this.#heldPeak = peak;
    this.#gain = next;
  }
}

/** The loudest sample, and the sum of squares as a mean of the channels. */
function measure(channels: Channels): { peak: number; squares: number } {
  let [peak, squares] = [0, 0];
  for (const channel of channels) {
    for (const sample of channel) {
      peak = Math.max(peak, Math.abs(sample));
      squares += sample * sample;
    }
  }
  return { peak, squares: squares / Math.max(1, channels.length) };
}

/** Both gains hold the block below the ceiling, and so does every one between them. */
function ramp(from: Float32Array, into: Float32Array, begin: number, end: number): void {
  const step = (end - begin) / into.length;
  for (let index = 0; index < into.length; index++) into[index] = (from[index] ?? 0) * (begin + step * (index + 1));
}
