import type { PeerLink } from '../mesh/peer-link.ts';
import { type CapturedSize, cameraLimits, screenLimits, type View } from '../mesh/video-limits.ts';
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

/** Sends each viewer no more of the camera and the screen than they show, and all of them no more than the line and the processor take. */
export function governVideo({ tracks }: Pick<OwnMedia, 'tracks'>, viewers: readonly Viewer[]): void {
  const cameras = cameraLimits(
    capturedBy(tracks.camera),
    viewers.map(({ view }) => view?.camera),
  );
  for (const [at, { view, link }] of viewers.entries()) {
    const camera = cameras[at];
    if (camera) link.limitVideo({ camera, screen: screenLimits(view?.screen, viewers.length) });
  }
}
