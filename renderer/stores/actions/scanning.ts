import { accept, type Outcome, refuse } from '@parley/shared/protocol';
import { errorFields } from '../../log.ts';
import { openQrScanner, type QrScanner, readQr } from '../../media/qr-scanner.ts';
import type { ActionContext } from './context.ts';

export type { QrScanner };

export interface ScanningActions {
  /** Opens a camera that looks for a QR code. The caller closes it. */
  openScanner: () => Promise<Outcome<QrScanner>>;
  /** Reads the QR code in a picture from a file or the clipboard. */
  readQrPicture: (picture: Blob) => Promise<Outcome<string>>;
}

export function createScanningActions({ store, ports }: ActionContext): ScanningActions {
  return {
    openScanner: () =>
      openQrScanner({
        devices: ports.media.devices,
        clock: ports.clock,
        cameraId: store.getState().settings.devices.cameraId,
        log: ports.log.area('media'),
      }),
    async readQrPicture(picture) {
      try {
        const text = await readQr(picture);
        if (text !== null) return accept(text);
      } catch (error) {
        ports.log.area('media').info('a picture could not be opened', errorFields(error));
        return refuse('bad-request', { message: 'This picture could not be opened. Try a PNG or JPEG picture.' });
      }
      return refuse('bad-request', {
        message: 'There is no readable QR code in this picture. Try a sharper one that shows the whole code.',
      });
    },
  };
}
