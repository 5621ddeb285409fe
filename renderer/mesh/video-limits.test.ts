import { describe, expect, it } from 'vitest';
import { CAMERAS_MAX_BPS, cameraLimits, screenLimits } from './video-limits.ts';

const captured = { width: 640, height: 360, framerate: 24 };
const tile = (width: number, height: number) => ({ width, height });

describe('the limits of a camera', () => {
  it('leave it as it is captured for one large tile, and where nothing is known', () => {
    const [large, unknown] = cameraLimits(captured, [tile(1_280, 720), undefined]);
    expect(large).toEqual({ active: true, scale: 1, maxFramerate: 24, maxBitrateBps: 552_960 });
    expect(unknown).toEqual(large);
  });

  it('follow the size at which it is shown, by steps', () => {
    const scales = [tile(640, 360), tile(480, 270), tile(479, 269), tile(320, 180), tile(160, 90), tile(90, 160)].map(
      (shown) => cameraLimits(captured, [shown])[0]?.scale,
    );
    expect(scales).toEqual([1, 360 / 270, 360 / 270, 2, 4, 2]);
  });

  it('send nothing that is not shown, and count it as no link', () => {
    const [hidden, shown] = cameraLimits(captured, [tile(0, 0), tile(640, 360), tile(0, 0), tile(0, 0), tile(0, 0)]);
    expect([hidden?.active, shown]).toEqual([
      false,
      { active: true, scale: 1, maxFramerate: 24, maxBitrateBps: 552_960 },
    ]);
  });

  it('keep more frames in a large tile than in small ones when many are sent', () => {
    const limits = cameraLimits(captured, [tile(1_280, 720), ...Array.from({ length: 4 }, () => tile(160, 90))]);
    expect(limits.map(({ maxFramerate }) => maxFramerate)).toEqual([15, 10, 10, 10, 10]);
  });

  it('stay within what a line sends, all together', () => {
    const large = { width: 1_920, height: 1_080, framerate: 30 };
    const limits = cameraLimits(
      large,
      Array.from({ length: 7 }, () => tile(1_920, 1_080)),
    );
    const sum = limits.reduce((total, { maxBitrateBps }) => total + maxBitrateBps, 0);
    expect(sum).toBeLessThanOrEqual(CAMERAS_MAX_BPS + limits.length);
    expect(limits.every(({ maxBitrateBps }) => maxBitrateBps >= 80_000)).toBe(true);
  });

  it('stay within what the person allows, down to the least that a picture needs', () => {
    const views = Array.from({ length: 4 }, () => tile(640, 360));
    const sumOf = (maxBps: number) =>
      cameraLimits(captured, views, maxBps).reduce((total, { maxBitrateBps }) => total + maxBitrateBps, 0);
    expect(sumOf(400_000)).toBe(400_000);
    expect(sumOf(200_000)).toBe(200_000);
    expect(sumOf(0)).toBe(4 * 30_000);
  });
});

it('a shared screen keeps its size, at fewer frames for many, and is not sent where it is not shown', () => {
  expect(screenLimits(undefined, 1)).toMatchObject({ active: true, scale: 1, maxFramerate: 15 });
  expect(screenLimits(tile(200, 100), 5)).toMatchObject({ active: true, scale: 1, maxFramerate: 8 });
  expect(screenLimits(tile(0, 0), 1).active).toBe(false);
  expect(screenLimits(undefined, 2, 600_000).maxBitrateBps).toBe(300_000);
});
