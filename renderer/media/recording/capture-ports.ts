/** The newest picture of a track, as something that can be drawn. */
export type Picture = { image: CanvasImageSource; width: number; height: number };

/** Follows the pictures of one track, whether the window is seen or not. */
export interface PictureWatch {
  latest(): Picture | null;
  /** Resolves when there is one. */
  readonly first: Promise<void>;
  close(): void;
}

/** Several sounds as one track. It is the mixer's clock as well: timers stand almost still while the window is hidden, sound does not. */
export interface MixedSound {
  readonly track: MediaStreamTrack;
  /** Mixes these from now on. */
  set(tracks: readonly MediaStreamTrack[]): void;
  close(): void;
}

/** A picture to draw on, and the track that shows it. */
export interface DrawnVideo {
  readonly track: MediaStreamTrack;
  readonly context: OffscreenCanvasRenderingContext2D;
  /** Shows what is drawn as a frame of this time. A track that nobody reads fast enough leaves it out. */
  show(atMs: number): void;
  close(): void;
}

/** Records a stream piece by piece. */
export interface StreamRecorder {
  /** Resolves when the last piece was handed over. */
  stop(): Promise<void>;
}

export type RecorderEvents = { piece(piece: Blob): void; failed(): void };

export type Size = { width: number; height: number };

/** The part of the browser that recordings and pictures of a call use. */
export type CapturePorts = {
  watch(track: MediaStreamTrack): PictureWatch;
  /** `tick` is called a hundred times a second. */
  mixSound(tick: () => void): MixedSound;
  drawVideo(size: Size): DrawnVideo;
  drawPicture(size: Size): { context: OffscreenCanvasRenderingContext2D; png(): Promise<Blob> };
  record(tracks: readonly MediaStreamTrack[], events: RecorderEvents): StreamRecorder;
};
