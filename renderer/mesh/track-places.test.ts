import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noLog } from '../log.ts';
import { settled } from '../testing/fake-clock.ts';
import { fakeTrack } from './testing/fake-peers.ts';
import { TrackPlaces } from './track-places.ts';

type Kind = 'audio' | 'video';
const OURS: Kind[] = ['audio', 'video', 'video', 'audio'];

/** A transceiver as far as places use it, and what was done with it. */
class FakeTransceiver {
  direction = 'recvonly';
  streams: unknown[] = [];
  readonly sent: (MediaStreamTrack | null)[] = [];
  readonly receiver: { track: MediaStreamTrack };
  readonly sender = {
    setStreams: (...streams: unknown[]) => {
      this.streams = streams;
    },
    replaceTrack: async (track: MediaStreamTrack | null) => {
      this.sent.push(track);
      if (track?.id === this.refuses) throw new DOMException('the connection has ended', 'InvalidStateError');
    },
    getParameters: () => ({ encodings: [{}] }),
    setParameters: async () => {},
  };
  refuses: string | undefined;

  constructor(kind: Kind) {
    this.receiver = { track: fakeTrack(kind) };
  }
}

function connection(kinds: readonly Kind[] = []) {
  const all = kinds.map((kind) => new FakeTransceiver(kind));
  const fake = {
    addTransceiver(kind: Kind, init: RTCRtpTransceiverInit) {
      const made = new FakeTransceiver(kind);
      made.direction = init.direction ?? '';
      made.streams = init.streams ?? [];
      all.push(made);
      return made;
    },
    getTransceivers: () => all,
  };
  return { all, of: fake as unknown as RTCPeerConnection }; // what places use of one
}

describe('the places for tracks of a connection', () => {
  beforeEach(() => vi.stubGlobal('MediaStream', class {}));
  afterEach(() => vi.unstubAllGlobals());

  it('are offered empty, each in the stream that it belongs to', () => {
    const { all, of } = connection();
    new TrackPlaces(noLog).offer(of);
    expect(all.map(({ receiver, direction, sent }) => [receiver.track.kind, direction, sent])).toEqual(
      OURS.map((kind) => [kind, 'sendrecv', []]),
    );
    const [voice, camera, screen, sound] = all.map(({ streams }) => streams[0]);
    expect([voice === camera, screen === sound, voice === screen]).toEqual([true, true, false]);
  });

  it('are answered once, and take the tracks that were set before', () => {
    const { all, of } = connection(OURS);
    const places = new TrackPlaces(noLog);
    const camera = fakeTrack('video');
    places.set('camera', camera);
    places.answer(of);
    places.answer(of);
    expect(all.map(({ direction }) => direction)).toEqual(['sendrecv', 'sendrecv', 'sendrecv', 'sendrecv']);
    expect(all.map(({ sent }) => sent)).toEqual([[], [camera], [], []]);
    places.set('camera', null);
    expect(all[1]?.sent).toEqual([camera, null]);
  });

  it('stay closed where the far end offers other ones: nothing is sent there', () => {
    const { all, of } = connection(['audio', 'audio', 'video']);
    const places = new TrackPlaces(noLog);
    places.set('camera', fakeTrack('video'));
    places.answer(of);
    expect(all.map(({ direction, sent }) => [direction, sent.length])).toEqual([
      ['sendrecv', 0],
      ['recvonly', 0],
      ['recvonly', 0],
    ]);
  });

  it('tell the place of a received track, and none for one more than there are', () => {
    const { all, of } = connection([...OURS, 'video']);
    const places = new TrackPlaces(noLog);
    const slots = all.map(({ receiver }) => places.slotOf(receiver.track, of));
    expect(slots).toEqual(['voice', 'camera', 'screen', 'screenSound', undefined]);
    expect(places.slotOf(fakeTrack('video'), of)).toBe(undefined);
  });

  it('take it that a connection has ended meanwhile', async () => {
    const { all, of } = connection();
    const places = new TrackPlaces(noLog);
    places.offer(of);
    const voice = fakeTrack('audio');
    const [first] = all;
    if (first) first.refuses = voice.id;
    places.set('voice', voice);
    await settled();
    expect(first?.sent).toEqual([voice]);
  });
});
