import type { BackgroundPicture } from './background-scene.ts';

/** The first message to the worker: pictures come out of one stream and go into the other. */
export type CoverOrder = {
  type: 'start';
  from: ReadableStream<VideoFrame>;
  into: WritableStream<VideoFrame>;
  background: BackgroundPicture;
  /** The person's own picture, where that is the background. */
  picture: ImageBitmap | null;
  /** Files of the app's own bundle. */
  files: { script: string; program: string; model: string };
};

/** Looks for the person less often, because the computer is busy. */
export type CoverEasier = { type: 'easier' };

/** The worker's answers. `looked`: how long one picture took on average in the last second. */
export type CoverNews = { type: 'first' } | { type: 'failed'; why: string } | { type: 'looked'; msPerPicture: number };
