import { describe, expect, it } from 'vitest';
import { cellsOf } from './counter-code.ts';
import { FrameWatch } from './frame-watch.ts';
import type { ProbeSnapshot } from './page-probe.ts';

const look = (trackId: string, framesDecoded: number, counter: number | null): ProbeSnapshot => ({
  epoch: 0,
  now: 0,
  pressedAt: {},
  firstFrameAt: null,
  peers: [
    {
      connectionState: 'connected',
      candidatePair: 'host ↔ host (udp)',
      relayProtocol: null,
      inboundVideo: [{ trackId, framesDecoded, width: 640, height: 360 }],
      inboundAudio: [{ trackId: 'sound', packets: framesDecoded, samples: 0, concealed: 0 }],
      outboundVideo: [],
      fingerprints: ['AA:BB'],
    },
  ],
  tiles: [
    {
      label: 'Ben',
      kind: 'camera',
      trackIds: [trackId],
      currentTime: 1,
      width: 640,
      height: 360,
      cells: counter === null ? null : cellsOf({ who: 1, counter }).map((cell) => cell * 255),
    },
  ],
});

describe('FrameWatch', () => {
  it('counts on when the clip begins again', () => {
    const watch = new FrameWatch(240);
    watch.add(look('t1', 10, 230));
    watch.add(look('t1', 30, 10));
    expect(watch.of('Ben')).toEqual({ framesDecoded: 30, who: 1, counterFirst: 230, counterLast: 250 });
  });

  it('adds the frames of a new connection to those of the old', () => {
    const watch = new FrameWatch(240);
    watch.add(look('t1', 100, 100));
    watch.add(look('t2', 5, 120));
    expect(watch.of('Ben').framesDecoded).toBe(105);
  });

  it('sees no progress in frames that were decoded without a picture of the clip', () => {
    const watch = new FrameWatch(240);
    watch.add(look('t1', 100, null));
    expect(watch.of('Ben')).toEqual({ framesDecoded: 100, who: null, counterFirst: null, counterLast: null });
  });

  it('does not count a tile whose track nobody decodes', () => {
    const watch = new FrameWatch(240);
    const snapshot = look('t1', 100, 5);
    watch.add({ ...snapshot, tiles: snapshot.tiles.map((tile) => ({ ...tile, trackIds: ['other'] })) });
    expect(watch.of('Ben').framesDecoded).toBe(0);
  });
});
