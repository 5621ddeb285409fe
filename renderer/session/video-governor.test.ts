import { describe, expect, it } from 'vitest';
import { fakeTrack } from '../mesh/testing/fake-peers.ts';
import { NO_TRACKS } from '../mesh/track-slots.ts';
import type { VideoLimits } from '../mesh/video-limits.ts';
import { governVideo } from './video-governor.ts';

const large = { width: 1_280, height: 720 };

function governed(tracks: Partial<typeof NO_TRACKS>, uplinkMaxBps?: number, people = 3) {
  const set: { camera: VideoLimits; screen: VideoLimits }[] = [];
  const viewers = Array.from({ length: people }, () => ({
    view: { camera: large, screen: large },
    link: { limitVideo: (limits: { camera: VideoLimits; screen: VideoLimits }) => void set.push(limits) },
  }));
  governVideo(
    { tracks: { ...NO_TRACKS, ...tracks }, ...(uplinkMaxBps === undefined ? {} : { uplinkMaxBps }) },
    viewers,
  );
  const sum = (of: 'camera' | 'screen') => set.reduce((total, limits) => total + limits[of].maxBitrateBps, 0);
  return { camera: sum('camera'), screen: sum('screen') };
}

describe('what goes out to everybody together (C3)', () => {
  it('is what the pictures need where the person set no limit', () => {
    expect(governed({ camera: fakeTrack('video') }).camera).toBe(3 * 460_800);
  });

  it('stays with its sounds within the limit that the person set', () => {
    // Three voices of 32 kbit/s with 16 kbit/s of headers leave 856 kbit/s.
    const { camera } = governed({ camera: fakeTrack('video'), voice: fakeTrack('audio') }, 1_000_000);
    expect(camera).toBeGreaterThan(850_000);
    expect(camera).toBeLessThanOrEqual(856_003);
  });

  it('gives a shared screen more than the faces beside it', () => {
    const { camera, screen } = governed({ camera: fakeTrack('video'), screen: fakeTrack('video') }, 1_000_000);
    expect(screen).toBeLessThanOrEqual(700_003);
    expect(screen).toBeGreaterThan(695_000);
    expect(camera + screen).toBeLessThanOrEqual(1_000_006);
  });

  it('keeps the smallest picture where the voices take all of it', () => {
    expect(governed({ camera: fakeTrack('video'), voice: fakeTrack('audio') }, 500_000, 12).camera).toBe(12 * 30_000);
  });
});
