/** Over which time the speed is taken, in ms. */
const WINDOW_MS = 5_000;

/** The speed of a transfer over the last seconds. */
export class Speed {
  readonly #samples: { bytes: number; at: number }[] = [];

  /** Notes that so many bytes are here at that time; answers bytes per second, null while it cannot be told. */
  at(bytes: number, now: number): number | null {
    this.#samples.push({ bytes, at: now });
    while (this.#samples.length > 2 && now - (this.#samples[1]?.at ?? now) >= WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0];
    if (!first || now - first.at < 500) return null;
    return Math.max(0, ((bytes - first.bytes) * 1_000) / (now - first.at));
  }
}
