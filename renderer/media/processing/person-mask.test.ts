import { describe, expect, it } from 'vitest';
import { takeMask, toNetwork } from './person-mask.ts';

function masked(pictures: number[][]): number[] {
  const mask = new Float32Array(pictures[0]?.length ?? 0);
  const pixels = new Uint8ClampedArray(mask.length * 4);
  for (const said of pictures) takeMask(mask, Float32Array.from(said), pixels);
  return Array.from(mask, (_, at) => pixels[at * 4 + 3] ?? 0);
}

describe('the mask of a person', () => {
  it('is clear where there is surely none, opaque where there is, and soft between', () => {
    const [none, edge, person] = masked([[0.1, 0.5, 0.9]]);
    expect([none, person]).toEqual([0, 255]);
    expect(edge).toBeGreaterThan(40);
    expect(edge).toBeLessThan(215);
  });

  it('follows at once where somebody moved away, so that nothing of the room stays', () => {
    expect(masked([[0.9], [0.1]])).toEqual([0]);
  });

  it('settles where the network is unsure', () => {
    const flicker = masked([[0.5], [0.55], [0.5], [0.55]])[0] ?? 0;
    const [low = 0, high = 0] = [masked([[0.5], [0.5], [0.5]])[0], masked([[0.55], [0.55], [0.55]])[0]];
    expect(flicker).toBeGreaterThan(low);
    expect(flicker).toBeLessThan(high);
  });

  it('gives the network red, green and blue from 0 to 1', () => {
    const input = new Float32Array(6);
    toNetwork(Uint8ClampedArray.from([255, 0, 51, 255, 0, 255, 102, 255]), input);
    expect(Array.from(input, (value) => Math.round(value * 10) / 10)).toEqual([1, 0, 0.2, 0, 1, 0.4]);
  });
});
