import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser } from '#support/browser.ts';
import { REPOSITORY } from '#support/repository.ts';

/** When both sides put their voice and camera into their places. */
const MOMENTS = ['before the offer is made', 'while the answer is under way', 'when the link is open'] as const;
type Moment = (typeof MOMENTS)[number];
type Seen = {
  descriptions: string[];
  /** Packets of sound and picture that both sides sent while their places were empty. */
  sentWhileEmpty: number;
  streamsOf: Record<'offering' | 'answering', string[]>;
  /** Whether the camera came again after it was off, and the screen in the stream of the other name. */
  cameraCameBack: boolean;
  tracksOfScreen: number;
};

/** Runs in the page: two ends of a connection, whose tracks come at `moment`, go, come back, and are joined by a screen. */
async function tracksAt(moment: Moment): Promise<Seen> {
  type Adapter = typeof import('../../renderer/mesh/simple-peer-adapter.ts');
  type Peer = ReturnType<Adapter['makeSimplePeer']>;
  const { makeSimplePeer } = (window as unknown as { mesh: Adapter }).mesh; // the script that the test added
  const canvas = document.createElement('canvas');
  const paint = canvas.getContext('2d');
  const timer = setInterval(() => paint?.fillRect(Math.random() * 300, Math.random() * 100, 8, 8), 30);
  const picture = () => canvas.captureStream(20).getVideoTracks()[0] as MediaStreamTrack; // a canvas has one
  const audio = new AudioContext();
  const sound = () => {
    const [source, out] = [audio.createOscillator(), audio.createMediaStreamDestination()];
    source.connect(out);
    source.start();
    return out.stream.getAudioTracks()[0] as MediaStreamTrack; // such a node has one
  };
  const descriptions: string[] = [];
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const make = (initiator: boolean, far: () => Peer) => {
    const streams = new Map<string, MediaStream>();
    const { resolve: connect, promise: connected } = Promise.withResolvers<void>();
    const nothing = {
      data: () => {},
      fileData: () => {},
      fileRoom: () => {},
      iceState: () => {},
      wayChanged: () => {},
      ended: () => {},
    };
    const peer = makeSimplePeer({
      initiator,
      config: {},
      log,
      listener: {
        ...nothing,
        connected: connect,
        track: (slot, stream) => {
          streams.set(slot === 'voice' || slot === 'camera' ? 'camera' : 'screen', stream);
        },
        signal: (signal) => {
          const { sdp, type = '' } = signal as { sdp?: string; type?: string }; // simple-peer's own
          if (sdp !== undefined) descriptions.push(type);
          if (type === 'answer' && moment === 'while the answer is under way') fill();
          setTimeout(() => far().signal(signal as never));
        },
      },
    });
    return { peer, streams, connected };
  };
  const fill = () => {
    for (const { peer } of [offering, answering]) {
      peer.setTrack('voice', sound());
      peer.setTrack('camera', picture());
    }
  };
  const offering: ReturnType<typeof make> = make(true, () => answering.peer);
  const answering: ReturnType<typeof make> = make(false, () => offering.peer);
  if (moment === 'before the offer is made') fill();
  const video = document.createElement('video');
  video.muted = true;
  const frame = (stream: MediaStream | undefined) =>
    new Promise<void>((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error('no frame came')), 20_000);
      if (!stream) throw new Error('no stream');
      video.srcObject = new MediaStream(stream.getVideoTracks());
      video.requestVideoFrameCallback(() => {
        clearTimeout(patience);
        resolve();
      });
      void video.play();
    });
  const voice = async (peer: Peer) => {
    for (const until = performance.now() + 20_000; peer.playedAt() === null; ) {
      if (performance.now() > until) throw new Error('no sound came');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  try {
    await Promise.all([offering.connected, answering.connected]);
    let sentWhileEmpty = 0;
    if (moment === 'when the link is open') {
      for (const { peer } of [offering, answering]) {
        for (const entry of await peer.stats()) {
          if (entry.type === 'outbound-rtp') sentWhileEmpty += Number(entry.packetsSent ?? 0);
        }
      }
      fill();
    }
    for (const { streams, peer } of [offering, answering]) {
      await frame(streams.get('camera'));
      await voice(peer);
    }
    // Off and on again, and a screen beside it.
    offering.peer.setTrack('camera', null);
    offering.peer.setTrack('camera', picture());
    answering.peer.setTrack('screen', picture());
    await frame(offering.streams.get('screen'));
    await frame(answering.streams.get('camera'));
    return {
      descriptions,
      sentWhileEmpty,
      streamsOf: { offering: [...offering.streams.keys()], answering: [...answering.streams.keys()] },
      cameraCameBack: true,
      tracksOfScreen: offering.streams.get('screen')?.getTracks().length ?? 0,
    };
  } finally {
    clearInterval(timer);
    offering.peer.destroy();
    answering.peer.destroy();
    await audio.close();
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

  it.each(MOMENTS)('carry sound, camera and screen both ways with one negotiation, set %s', async (moment) => {
    expect(await browser.page.evaluate(tracksAt, moment)).toEqual({
      descriptions: ['offer', 'answer'],
      sentWhileEmpty: 0,
      streamsOf: { offering: ['camera', 'screen'], answering: ['camera', 'screen'] },
      cameraCameBack: true,
      tracksOfScreen: 2,
    });
  });
});
