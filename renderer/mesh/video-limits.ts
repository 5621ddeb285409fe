import type { ShownSize } from '@parley/shared/protocol';

/** The most that one link sends of a picture. `scale` divides both sides; what is not `active` is not sent at all. */
export type VideoLimits = { active: boolean; scale: number; maxFramerate: number; maxBitrateBps: number };

/** The sizes at which the far end shows this device's pictures; undefined until it said so. */
export type View = { camera: ShownSize; screen: ShownSize };

/** What a camera gives. */
export type CapturedSize = { width: number; height: number; framerate: number };

/** Heights that are sent; a tile that grows by a pixel changes nothing. */
const HEIGHTS = [90, 135, 180, 270, 360, 540, 720, 1_080] as const;
/** Bits for each pixel of each frame: a talking head in VP8 or VP9 looks clean with a tenth of one. */
const BITS_PER_PIXEL = 0.1;
const CAMERA_MIN_BPS = 80_000;
/** Chromium sends no picture with less. */
const PICTURE_MIN_BPS = 30_000;
/** All cameras together: what an ordinary line sends beside the voices. Each link finds out by itself what its way takes. */
export const CAMERAS_MAX_BPS = 4_000_000;
const SCREEN_MAX_BPS = 2_500_000;
const SCREEN_FRAMERATE = 15;

/**
 * Frames a second of a camera that goes out over so many links. Each link encodes for itself, so the processor pays for every one of
 * them; a large tile keeps more frames than a small one.
 */
export function cameraFramerate(links: number, height: number): number {
  if (links <= 2) return 24;
  if (links <= 3) return 20;
  return height >= 270 ? 15 : 10;
}

/** The height that a picture of this shape needs to fill a tile of that size. */
function neededHeight(captured: CapturedSize, shown: ShownSize): number {
  const fromWidth = captured.width === 0 ? 0 : (shown.width * captured.height) / captured.width;
  const needed = Math.max(shown.height, fromWidth);
  return Math.min(captured.height, HEIGHTS.find((height) => height >= needed) ?? captured.height);
}

/**
 * The limits of a camera for each of the links that it goes out over, in their order. `views` has the size at which each far end shows
 * it; undefined where that is not known: then it is sent as it is captured. What is not shown is not sent. `maxBps` is for all of them
 * together; each gets as much as a picture needs at the least, also where that is more.
 */
export function cameraLimits(
  captured: CapturedSize,
  views: readonly (ShownSize | undefined)[],
  maxBps = CAMERAS_MAX_BPS,
): VideoLimits[] {
  const wanted = views.map((shown) => {
    const isShown = shown === undefined || (shown.width > 0 && shown.height > 0);
    const height = shown === undefined ? captured.height : neededHeight(captured, shown);
    const scale = height > 0 ? Math.max(1, captured.height / height) : 1;
    const pixels = (captured.width / scale) * (captured.height / scale);
    return { isShown, scale, height, pixels };
  });
  const links = wanted.filter(({ isShown }) => isShown).length;
  const limits = wanted.map(({ isShown, scale, height, pixels }): VideoLimits => {
    const maxFramerate = Math.min(captured.framerate || 30, cameraFramerate(links, height));
    const maxBitrateBps = Math.max(CAMERA_MIN_BPS, Math.round(pixels * maxFramerate * BITS_PER_PIXEL));
    return { active: isShown, scale, maxFramerate, maxBitrateBps };
  });
  const sum = limits.reduce((total, { active, maxBitrateBps }) => total + (active ? maxBitrateBps : 0), 0);
  const share = Math.min(1, maxBps / Math.max(1, sum));
  const leastBps = Math.max(PICTURE_MIN_BPS, Math.min(CAMERA_MIN_BPS, Math.floor(maxBps / Math.max(1, links))));
  return limits.map((limit) => ({
    ...limit,
    maxBitrateBps: Math.max(leastBps, Math.round(limit.maxBitrateBps * share)),
  }));
}

/**
 * The limits of a shared screen on one of so many links, with `maxBps` for all of them together: text stays sharp, so its size is never
 * changed; what is not shown is not sent.
 */
export const screenLimits = (
  shown: ShownSize | undefined,
  links: number,
  maxBps = Number.POSITIVE_INFINITY,
): VideoLimits => ({
  active: shown === undefined || (shown.width > 0 && shown.height > 0),
  scale: 1,
  maxFramerate: links <= 2 ? SCREEN_FRAMERATE : 8,
  maxBitrateBps: Math.max(
    PICTURE_MIN_BPS,
    Math.round(Math.min(SCREEN_MAX_BPS / Math.max(1, Math.sqrt(links)), maxBps / Math.max(1, links))),
  ),
});

export const sameLimits = (left: VideoLimits | undefined, right: VideoLimits): boolean =>
  left !== undefined &&
  left.active === right.active &&
  left.scale === right.scale &&
  left.maxFramerate === right.maxFramerate &&
  left.maxBitrateBps === right.maxBitrateBps;
