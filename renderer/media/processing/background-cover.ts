import type { Clock } from '@parley/shared/timing';
import modelUrl from '@twilio/video-processors/dist/build/selfie_segmentation_landscape.tflite?url';
import scriptUrl from '@twilio/video-processors/dist/build/tflite-simd-1-0-0.js?url';
import programUrl from '@twilio/video-processors/dist/build/tflite-simd-1-0-0.wasm?url';
import type { CoverEasier, CoverNews, CoverOrder } from './background-messages.ts';
import type { BackgroundPicture } from './background-scene.ts';
import workerUrl from './background-worker.ts?worker&url';
import { CoverPace } from './cover-pace.ts';
import { ownWorker } from './own-worker.ts';
import type { ProcessedTrack } from './processed-track.ts';

/** Chromium's way to the pictures of a track, which the standard library's types do not have. */
declare class MediaStreamTrackProcessor {
  constructor(init: { track: MediaStreamTrack; maxBufferSize?: number });
  readonly readable: ReadableStream<VideoFrame>;
}
declare class MediaStreamTrackGenerator extends MediaStreamTrack {
  constructor(init: { kind: 'video' });
  readonly writable: WritableStream<VideoFrame>;
}

/** A computer that has not made a picture by then makes none. */
const FIRST_WITHIN_MS = 10_000;

/** Puts another background behind the person, in a worker. The port `coverBackground` says what is promised. */
export async function coverBackground(
  camera: MediaStreamTrack,
  background: BackgroundPicture,
  clock: Clock,
  tooSlow: () => void,
  readOwn: () => Promise<Blob | null>,
): Promise<ProcessedTrack> {
  const picture = background === 'own' ? await readPicture(readOwn) : null;
  const { readable } = new MediaStreamTrackProcessor({ track: camera, maxBufferSize: 1 });
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  const worker = ownWorker(workerUrl);
  const whole = (url: string) => new URL(url, location.href).href;
  const order: CoverOrder = {
    type: 'start',
    from: readable,
    into: track.writable,
    background,
    picture,
    files: { script: whole(scriptUrl), program: whole(programUrl), model: whole(modelUrl) },
  };
  const pace = new CoverPace();
  const close = () => {
    worker.terminate();
    track.stop();
  };
  return new Promise((resolve, reject) => {
    let isReady = false;
    const undo = clock.after(FIRST_WITHIN_MS, () => fail(new Error('no picture came')));
    const fail = (error: Error) => {
      undo();
      close();
      // What failed later stands still for the others as for oneself, and is as good as too slow.
      if (isReady) tooSlow();
      else reject(error);
    };
    worker.onerror = ({ message }) => fail(new Error(message));
    worker.onmessage = ({ data }: MessageEvent<CoverNews>) => {
      if (data.type === 'failed') return fail(new Error(data.why));
      if (data.type === 'first') {
        isReady = true;
        undo();
        return resolve({ track, close });
      }
      const step = pace.take(data.msPerPicture);
      if (step === 'easier') worker.postMessage({ type: 'easier' } satisfies CoverEasier);
      if (step === 'give-up') tooSlow();
    };
    worker.postMessage(order, [order.from, order.into, ...(picture ? [picture] : [])] as Transferable[]);
  });
}

async function readPicture(read: () => Promise<Blob | null>): Promise<ImageBitmap> {
  const own = await read();
  if (!own) throw new Error('the own picture is gone');
  return createImageBitmap(own);
}
