import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser } from '#support/browser.ts';
import { REPOSITORY } from '#support/repository.ts';

/** How many tracks the answering side has of each of the offering side's streams, and of how many streams. */
type Shown = { camera: number; screen: number; streams: number };

/** When the offering side's camera comes: at which step of an offer that is under way already. */
const MOMENTS = [
  'before the offer is made',
  'while the offer is made',
  'while the offer is set',
  'when the offer goes out',
  'when the answer is here',
  'while the answer is set',
  'when the round is over',
] as const;
type Moment = (typeof MOMENTS)[number];
type Turn = { moment: Moment; thenOff: boolean };

/**
 * Runs in the page. The answering side sends its picture first, so that the offering side makes a place for it; the
 * camera comes at `moment` of that round, a screen when the camera is there.
 */
async function turnsOfNegotiation({ moment, thenOff }: Turn): Promise<Shown> {
  const { makeSimplePeer } = (
    window as unknown as { mesh: typeof import('../../renderer/mesh/simple-peer-adapter.ts') }
  ).mesh;
  const canvas = document.createElement('canvas');
  canvas.getContext('2d')?.fillRect(0, 0, 8, 8);
  const picture = () => {
    const [track] = canvas.captureStream(5).getVideoTracks();
    if (!track) throw new Error('a canvas without a picture');
    return { track, stream: new MediaStream() };
  };
  const [camera, screen, theirs] = [picture(), picture(), picture()];
  const { resolve: connect, promise: connected } = Promise.withResolvers<void>();
  const streams = new Map<string, MediaStream>();
  let came = () => {};
  /** Until the answering side was told of a stream. */
  const arrived = (stream: MediaStream, what: string) =>
    new Promise<void>((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error(`the ${what} never came`)), 20_000);
      came = () => {
        if (!streams.has(stream.id)) return;
        clearTimeout(patience);
        resolve();
      };
      came();
    });
  let watching = false;
  const at = (now: Moment) => {
    if (!watching || now !== moment) return;
    watching = false;
    offering.addTrack(camera.track, camera.stream);
    if (thenOff) offering.replaceTrack(camera.track, null, camera.stream);
  };
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const nothing = { data: () => {}, fileData: () => {}, fileRoom: () => {}, iceState: () => {}, ended: () => {} };
  const offering = makeSimplePeer({
    initiator: true,
    config: {},
    log,
    listener: {
      ...nothing,
      connected: connect,
      track: () => {},
      signal: (signal) => {
        if ((signal as { sdp?: string }).sdp) at('when the offer goes out');
        setTimeout(() => answering.signal(signal as never));
      },
    },
  });
  const answering = makeSimplePeer({
    initiator: false,
    config: {},
    log,
    listener: {
      ...nothing,
      connected: () => {},
      track: (_track, stream) => {
        streams.set(stream.id, stream);
        came();
      },
      signal: (signal) =>
        setTimeout(() => {
          const { sdp, type } = signal as { sdp?: string; type?: string };
          // The offer that this asks for has a place that only the answering side uses so far.
          if (type === 'transceiverRequest') watching = true;
          if (sdp !== undefined) at('when the answer is here');
          offering.signal(signal as never);
        }),
    },
  });
  // The offering side's own steps, which simple-peer hides.
  const own = RTCPeerConnection.prototype;
  const { createOffer, setLocalDescription, setRemoteDescription } = own;
  const offers = new WeakSet<RTCPeerConnection>();
  const steps = {
    async createOffer(this: RTCPeerConnection) {
      offers.add(this);
      at('before the offer is made');
      const made: unknown = Reflect.apply(createOffer, this, []);
      at('while the offer is made');
      return made;
    },
    async setLocalDescription(this: RTCPeerConnection, description: unknown) {
      const set: unknown = Reflect.apply(setLocalDescription, this, [description]);
      if (offers.has(this)) at('while the offer is set');
      return set;
    },
    async setRemoteDescription(this: RTCPeerConnection, description: unknown) {
      const set: unknown = Reflect.apply(setRemoteDescription, this, [description]);
      if (!offers.has(this)) return set;
      at('while the answer is set');
      await set;
      at('when the round is over');
      return undefined;
    },
  };
  Object.assign(own, steps);
  try {
    await connected;
    answering.addTrack(theirs.track, theirs.stream);
    await arrived(camera.stream, 'camera');
    offering.addTrack(screen.track, screen.stream);
    await arrived(screen.stream, 'screen');
    const tracksOf = (stream: MediaStream) => streams.get(stream.id)?.getTracks().length ?? 0;
    return { camera: tracksOf(camera.stream), screen: tracksOf(screen.stream), streams: streams.size };
  } finally {
    Object.assign(own, { createOffer, setLocalDescription, setRemoteDescription });
    offering.destroy();
    answering.destroy();
  }
}

describe('links in Chromium', () => {
  let browser: Browser;

  beforeAll(async () => {
    const built = await build({
      configFile: false,
      logLevel: 'warn',
      build: {
        write: false,
        minify: false,
        lib: { entry: join(REPOSITORY, 'renderer/mesh/simple-peer-adapter.ts'), formats: ['iife'], name: 'mesh' },
      },
    });
    const [output] = [built].flat();
    const code = output && 'output' in output ? output.output[0].code : '';
    browser = await openBrowser();
    await browser.page.addScriptTag({ content: code });
  });
  afterAll(() => browser?.close());

  it.each(MOMENTS)('keep a camera that comes %s, also when a screen comes after it', async (moment) => {
    const turn: Turn = { moment, thenOff: false };
    const shown = await browser.page.evaluate(turnsOfNegotiation, turn);
    expect(shown).toEqual({ camera: 1, screen: 1, streams: 2 });
  });

  it('take it that a camera is turned off before its turn came', async () => {
    const turn: Turn = { moment: 'when the offer goes out', thenOff: true };
    const shown = await browser.page.evaluate(turnsOfNegotiation, turn);
    expect(shown).toEqual({ camera: 1, screen: 1, streams: 2 });
  });
});
