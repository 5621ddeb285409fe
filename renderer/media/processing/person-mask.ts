/** Below the first a pixel is background, above the second it is the person; between them the edge is soft. */
const SURELY_NOT = 0.3;
const SURELY = 0.7;
/** The share of the earlier mask in the next one where they differ little: edges do not flicker. */
const KEPT = 0.5;
/** A pixel that changes by more than this has been left or entered: it follows at once, so that nothing of the room stays visible. */
const MOVED = 0.35;

/**
 * Brings a mask up to what the network says of the next picture, both of the same length: how surely each pixel is the person, 0 to 1.
 * Writes it as the alpha of `pixels`, RGBA.
 */
export function takeMask(mask: Float32Array, said: Float32Array, pixels: Uint8ClampedArray): void {
  for (let at = 0; at < mask.length; at++) {
    const next = soft(said[at] ?? 0);
    const before = mask[at] ?? 0;
    const now = Math.abs(next - before) > MOVED ? next : before * KEPT + next * (1 - KEPT);
    mask[at] = now;
    pixels[at * 4 + 3] = now * 255;
  }
}

/** Writes the colours of a picture, RGBA, as the network takes them: red, green and blue from 0 to 1. */
export function toNetwork(pixels: Uint8ClampedArray, input: Float32Array): void {
  for (let from = 0, to = 0; to < input.length; from += 4, to += 3) {
    input[to] = (pixels[from] ?? 0) / 255;
    input[to + 1] = (pixels[from + 1] ?? 0) / 255;
    input[to + 2] = (pixels[from + 2] ?? 0) / 255;
  }
}

const soft = (sure: number): number => {
  const share = Math.min(1, Math.max(0, (sure - SURELY_NOT) / (SURELY - SURELY_NOT)));
  return share * share * (3 - 2 * share);
};
