import { describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { openQrScanner } from './qr-scanner.ts';
import { FakeMedia } from './testing/fake-media.ts';

const video = { readyState: 4 } as HTMLVideoElement;

async function opened(codes: (string | null)[]) {
  const clock = fakeClock();
  const media = new FakeMedia();
  const scanner = await openQrScanner({
    log: noLog,
    devices: media.ports().devices,
    clock,
    cameraId: null,
    read: async () => codes.shift() ?? null,
  });
  if (!scanner.ok) throw new Error(scanner.code);
  return { clock, media, scanner: scanner.value };
}

describe('the QR scanner', () => {
  it('calls back once with the first code, and holds the camera until it is closed', async () => {
    const { clock, media, scanner } = await opened([null, 'parley://join/x', 'another']);
    const found: string[] = [];
    scanner.watch(video, (text) => found.push(text));
    for (let look = 0; look < 5; look++) {
      clock.advance(150);
      await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(found).toEqual(['parley://join/x']);
    expect(media.lights).toHaveLength(1);
    scanner.close();
    expect(media.lights).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('says why there is no camera', async () => {
    const media = new FakeMedia();
    media.trouble.video = 'NotAllowedError';
    const refused = await openQrScanner({
      devices: media.ports().devices,
      clock: fakeClock(),
      cameraId: null,
      log: noLog,
    });
    expect(refused).toMatchObject({ ok: false, code: 'camera-denied' });
  });
});
