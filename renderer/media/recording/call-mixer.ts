import type { Clock } from '@parley/shared/timing';
import type { CapturePorts, DrawnVideo, MixedSound, PictureWatch, Size } from './capture-ports.ts';
import { type CallTile, paintCall } from './paint-call.ts';

/** The size of a recorded picture. */
export const PICTURE_SIZE: Size = { width: 1_280, height: 720 };
const FRAME_MS = 1_000 / 20;
/** Drawing takes this part of the page's time at most: without a graphics card there are fewer pictures, and the call goes on. */
const SHARE = 0.4;
/** So often the mixer looks who is in the call. */
const LOOK_EVERY_MS = 250;
/** How long a picture of the call waits for cameras that show nothing yet. */
const FIRST_PICTURE_MS = 1_500;

/** The people and sounds of a call as they are now. */
export type CallSources = { tiles: readonly CallTile[]; sounds: readonly MediaStreamTrack[] };

export type CallMixerPorts = {
  capture: Pick<CapturePorts, 'watch' | 'mixSound' | 'drawVideo'>;
  clock: Clock;
  sources: () => CallSources;
};

/** One picture and one sound of a whole call. It goes by the clock of its sound, also while the window is hidden. */
export class CallMixer {
  readonly #ports: CallMixerPorts;
  readonly #video: DrawnVideo;
  readonly #sound: MixedSound;
  readonly #watches = new Map<string, { track: MediaStreamTrack; watch: PictureWatch }>();
  #tiles: readonly CallTile[] = [];
  #lookedAt = Number.NEGATIVE_INFINITY;
  #paintAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(ports: CallMixerPorts) {
    this.#ports = ports;
    this.#video = ports.capture.drawVideo(PICTURE_SIZE);
    this.#sound = ports.capture.mixSound(() => this.#tick());
  }

  get tracks(): readonly MediaStreamTrack[] {
    return [this.#video.track, this.#sound.track];
  }

  close(): void {
    this.#closed = true;
    this.#sound.close();
    this.#video.close();
    for (const { watch } of this.#watches.values()) watch.close();
    this.#watches.clear();
  }

  #tick(): void {
    if (this.#closed) return;
    const now = this.#ports.clock.monotonicMs();
    if (now - this.#lookedAt >= LOOK_EVERY_MS) {
      this.#lookedAt = now;
      this.#look();
    }
    // A tick comes every 10 ms: half of one early is as good as late.
    if (now < this.#paintAt - 5) return;
    paintCall(
      this.#video.context,
      PICTURE_SIZE,
      this.#tiles,
      ({ key }) => this.#watches.get(key)?.watch.latest() ?? null,
    );
    this.#video.show(now);
    const tookMs = this.#ports.clock.monotonicMs() - now;
    this.#paintAt = now + Math.max(FRAME_MS, tookMs / SHARE);
  }

  /** Takes up who came, and lets go who left. */
  #look(): void {
    const { tiles, sounds } = this.#ports.sources();
    const wanted = new Map(tiles.flatMap(({ key, track }) => (track ? [[key, track] as const] : [])));
    for (const [key, { track, watch }] of this.#watches) {
      if (wanted.get(key) === track) continue;
      watch.close();
      this.#watches.delete(key);
    }
    for (const [key, track] of wanted) {
      if (!this.#watches.has(key)) this.#watches.set(key, { track, watch: this.#ports.capture.watch(track) });
    }
    this.#tiles = tiles;
    this.#sound.set(sounds);
  }
}

/** A picture of these tiles as they are now, as PNG; of a single one as large as what came of it. */
export async function takePicture(
  ports: { capture: Pick<CapturePorts, 'watch' | 'drawPicture'>; clock: Clock },
  tiles: readonly CallTile[],
): Promise<Blob> {
  const watches = new Map(
    tiles.flatMap(({ key, track }) => (track ? [[key, ports.capture.watch(track)] as const] : [])),
  );
  try {
    const late = Promise.withResolvers<void>();
    const undo = ports.clock.after(FIRST_PICTURE_MS, late.resolve);
    await Promise.race([Promise.all([...watches.values()].map(({ first }) => first)), late.promise]);
    undo();
    const [only] = tiles.length === 1 ? watches.values() : [];
    const { width, height } = only?.latest() ?? PICTURE_SIZE;
    const size = { width, height };
    const { context, png } = ports.capture.drawPicture(size);
    paintCall(context, size, tiles, ({ key }) => watches.get(key)?.latest() ?? null);
    return await png();
  } finally {
    for (const watch of watches.values()) watch.close();
  }
}
