import { accept, type Outcome, refuse } from '@parley/shared/protocol';
import { type Clock, repeat } from '@parley/shared/timing';
import { BarcodeDetector } from 'qr/decode.js';
import { errorFields, type Log } from '../log.ts';
import type { MediaPorts } from './ports.ts';

const LOOK_EVERY_MS = 150;

/** A camera that looks for a QR code, and nothing else. */
export interface QrScanner {
  /** For the preview. */
  readonly stream: MediaStream;
  /** Looks for a code in what this video element shows, until `close`. Calls back once, with the code's text. */
  watch(video: HTMLVideoElement, onFound: (text: string) => void): void;
  /** Stops looking and releases the camera. */
  close(): void;
}

/** Reads the first QR code in a picture; null where there is none. */
export type ReadQr = (picture: ImageBitmapSource) => Promise<string | null>;

export const readQr: ReadQr = async (picture) => {
  const [found] = await new BarcodeDetector({ formats: ['qr_code'] }).detect(picture);
  return found?.rawValue ?? null;
};

/** Opens a camera to scan a code with. Refuses with `camera-missing`, `camera-denied` or `camera-busy`. */
export async function openQrScanner(options: {
  devices: Pick<MediaPorts['devices'], 'getUserMedia'>;
  clock: Clock;
  /** The camera the person chose; null for any, rather one that looks away from the person. */
  cameraId: string | null;
  read?: ReadQr;
  log: Log;
}): Promise<Outcome<QrScanner>> {
  const { devices, clock, cameraId, read = readQr, log } = options;
  let stream: MediaStream;
  try {
    const wanted = cameraId ? { deviceId: { ideal: cameraId } } : { facingMode: { ideal: 'environment' } };
    stream = await devices.getUserMedia({ video: { ...wanted, width: { ideal: 1_280 }, height: { ideal: 720 } } });
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'NotAllowedError') return refuse('camera-denied');
    return refuse(name === 'NotReadableError' || name === 'AbortError' ? 'camera-busy' : 'camera-missing');
  }
  let stop = () => {};
  let closed = false;
  return accept({
    stream,
    watch(video, onFound) {
      let busy = false;
      stop();
      stop = repeat(clock, LOOK_EVERY_MS, () => {
        // No frame yet, or the last one is still being read.
        if (busy || video.readyState < 2) return;
        busy = true;
        void read(video)
          .catch((error: unknown) => {
            // The next frame follows in a moment.
            log.debug('a frame could not be read', errorFields(error));
            return null;
          })
          .then((text) => {
            busy = false;
            if (text === null || closed) return;
            stop();
            onFound(text);
          });
      });
    },
    close() {
      if (closed) return;
      closed = true;
      stop();
      for (const track of stream.getTracks()) track.stop();
    },
  });
}
