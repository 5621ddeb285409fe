import type { PeerLink } from '../mesh/peer-link.ts';
import { soundBps } from '../mesh/sound-limits.ts';
import { CAMERAS_MAX_BPS, type CapturedSize, cameraLimits, screenLimits, type View } from '../mesh/video-limits.ts';
import type { OwnMedia } from './call-membership.ts';

/** Somebody in the call, as far as what is sent to them goes. */
export type Viewer = { view: View | undefined; link: Pick<PeerLink, 'limitVideo'> };

/** What a camera gives where the browser does not say. */
const USUAL: CapturedSize = { width: 640, height: 360, framerate: 24 };

function capturedBy(track: MediaStreamTrack | null): CapturedSize {
  const { width, height, frameRate } = track?.getSettings() ?? {};
  return {
    width: width || USUAL.width,
    height: height || USUAL.height,
    framerate: frameRate || USUAL.framerate,
  };
}

/** Headers of the fifty packets a second that carry a sound. */
const SOUND_HEADERS_BPS = 16_000;
/** While a screen is shared, its text gets more than the faces beside it. */
const SCREEN_SHARE = 0.7;

/** How much of the whole uplink is left for pictures beside the sounds, which go to everybody. Undefined where the person set no limit. */
function picturesBps({ tracks, uplinkMaxBps }: Pick<OwnMedia, 'tracks' | 'uplinkMaxBps'>, links: number) {
  if (uplinkMaxBps === undefined) return undefined;
  const sounds = (['voice', 'screenSound'] as const).filter((slot) => tracks[slot]);
  const sound = sounds.reduce((sum, slot) => sum + soundBps(slot, tracks[slot]) + SOUND_HEADERS_BPS, 0);
  return Math.max(0, uplinkMaxBps - links * sound);
}

/**
 * Sends each viewer no more of the camera and the screen than they show, and all of them no more than the line and the processor take, or
 * than the person allows. Voices keep their share; pictures get smaller.
 */
export function governVideo(media: Pick<OwnMedia, 'tracks' | 'uplinkMaxBps'>, viewers: readonly Viewer[]): void {
  const { tracks } = media;
  const maxBps = picturesBps(media, viewers.length);
  const screenMaxBps = maxBps !== undefined && tracks.camera ? maxBps * SCREEN_SHARE : maxBps;
  const cameraMaxBps = maxBps !== undefined && tracks.screen ? maxBps * (1 - SCREEN_SHARE) : maxBps;
  const cameras = cameraLimits(
    capturedBy(tracks.camera),
    viewers.map(({ view }) => view?.camera),
    cameraMaxBps === undefined ? undefined : Math.min(cameraMaxBps, CAMERAS_MAX_BPS),
  );
  for (const [at, { view, link }] of viewers.entries()) {
    const camera = cameras[at];
    if (camera) link.limitVideo({ camera, screen: screenLimits(view?.screen, viewers.length, screenMaxBps) });
  }
}
