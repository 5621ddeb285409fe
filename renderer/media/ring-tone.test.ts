import { expect, it } from 'vitest';
import { ringSamples } from './ring-tone.ts';

it('rings softly, without a click where it begins, ends or starts again', () => {
  const samples = ringSamples();
  expect(samples.length / 24_000).toBe(3);
  expect(Math.max(...samples.map(Math.abs))).toBeGreaterThan(0.05);
  expect(Math.max(...samples.map(Math.abs))).toBeLessThan(0.2);
  const steps = samples.map((sample, at) => Math.abs(sample - (samples.at(at - 1) ?? 0)));
  expect(Math.max(...steps)).toBeLessThan(0.05);
  // Two strokes in the first second, silence after that.
  const loudest = (fromS: number, toS: number) =>
    Math.max(...samples.slice(fromS * 24_000, toS * 24_000).map(Math.abs));
  expect([loudest(0, 0.3) > 0.05, loudest(0.45, 0.54), loudest(0.6, 0.8) > 0.05, loudest(1, 3)]).toEqual([
    true,
    0,
    true,
    0,
  ]);
});
