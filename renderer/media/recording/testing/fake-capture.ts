import type { CapturePorts, Picture, PictureWatch, RecorderEvents, Size } from '../capture-ports.ts';

type FakeTrack = Pick<MediaStreamTrack, 'id'>;

/** A capture in the test's hands: which pictures are followed, which sounds mixed, and what a recorder hands over. */
export class FakeCapture {
  /** Tracks whose pictures are followed now. */
  readonly watched = new Set<FakeTrack>();
  sounds: readonly FakeTrack[] = [];
  /** Texts on the picture that was drawn last. */
  texts: string[] = [];
  frames = 0;
  /** Mixers and videos that are open. */
  open = 0;
  recorder: RecorderEvents | undefined;
  /** Handed over when the recorder is stopped. */
  last: Blob | undefined;
  cannotRecord = false;
  /** The newest picture of every track. */
  picture: Picture | null = null;
  pictureSize: Size | undefined;
  tick: () => void = () => {};

  ports(): CapturePorts {
    return {
      watch: (track): PictureWatch => {
        this.watched.add(track);
        return {
          latest: () => this.picture,
          first: Promise.resolve(),
          close: () => void this.watched.delete(track),
        };
      },
      mixSound: (tick) => {
        this.tick = tick;
        this.open += 1;
        return {
          track: { id: 'mixed' } as MediaStreamTrack,
          set: (tracks) => {
            this.sounds = tracks;
          },
          close: () => {
            this.open -= 1;
          },
        };
      },
      drawVideo: () => {
        this.open += 1;
        return {
          track: { id: 'drawn' } as MediaStreamTrack,
          context: this.#context(),
          show: () => {
            this.frames += 1;
          },
          close: () => {
            this.open -= 1;
          },
        };
      },
      drawPicture: (size) => {
        this.pictureSize = size;
        return { context: this.#context(), png: async () => new Blob(['png']) };
      },
      record: (_tracks, events) => {
        if (this.cannotRecord) throw new Error('no recorder');
        this.recorder = events;
        return {
          stop: async () => {
            if (this.last) events.piece(this.last);
            this.last = undefined;
          },
        };
      },
    };
  }

  /** A canvas that notes the texts of the newest picture. */
  #context(): OffscreenCanvasRenderingContext2D {
    const nothing = () => {};
    const canvas = {
      ...{ save: nothing, restore: nothing, beginPath: nothing, clip: nothing, fill: nothing, arc: nothing },
      ...{ roundRect: nothing, drawImage: nothing, measureText: () => ({ width: 10 }) },
      fillRect: (x: number, y: number) => {
        if (x === 0 && y === 0) this.texts = [];
      },
      fillText: (text: string) => this.texts.push(text),
    };
    return canvas as unknown as OffscreenCanvasRenderingContext2D;
  }
}
