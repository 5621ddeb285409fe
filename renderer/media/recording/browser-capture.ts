import type { CapturePorts, DrawnVideo, MixedSound, PictureWatch, RecorderEvents, Size } from './capture-ports.ts';

/** Every Chromium writes and plays it; its encoder is the one that leaves most of a small computer to the call. */
const TYPE = 'video/webm; codecs="vp8,opus"';
const OPTIONS: MediaRecorderOptions & { videoKeyFrameIntervalDuration: number } = {
  mimeType: TYPE,
  videoBitsPerSecond: 2_500_000,
  audioBitsPerSecond: 96_000,
  // Where a player can jump to, in ms.
  videoKeyFrameIntervalDuration: 2_000,
};
/** So often a recorder hands over what it has: a crash loses this, and what was on its way to the disk. */
const SLICE_MS = 500;

/** Chromium's own, not in the standard library's types. */
type Processor<T> = { readonly readable: ReadableStream<T> };
type Generator = MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
type Chromium = Window &
  typeof globalThis & {
    MediaStreamTrackProcessor: new (init: {
      track: MediaStreamTrack;
      maxBufferSize?: number;
    }) => Processor<VideoFrame | AudioData>;
    MediaStreamTrackGenerator: new (init: { kind: 'video' }) => Generator;
  };

/** The browser's own capture. Nothing of it needs an element of the page or a window that is seen. */
export function browserCapture(page: Window & typeof globalThis): CapturePorts {
  const window = page as Chromium;
  const read = (track: MediaStreamTrack, take: (data: VideoFrame | AudioData) => void): (() => void) => {
    const reader = new window.MediaStreamTrackProcessor({ track, maxBufferSize: 1 }).readable.getReader();
    const next = async (): Promise<void> => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        take(value);
      }
    };
    // A track that ended gives no more, and that is all there is to it.
    next().catch(() => {});
    return () => void reader.cancel().catch(() => {});
  };

  const watch = (track: MediaStreamTrack): PictureWatch => {
    const copy = track.clone();
    let frame: VideoFrame | null = null;
    let closed = false;
    const first = Promise.withResolvers<void>();
    const stop = read(copy, (data) => {
      if (closed || !('displayWidth' in data)) return data.close();
      frame?.close();
      frame = data;
      first.resolve();
    });
    return {
      latest: () => frame && { image: frame, width: frame.displayWidth, height: frame.displayHeight },
      first: first.promise,
      close() {
        closed = true;
        stop();
        copy.stop();
        frame?.close();
        frame = null;
      },
    };
  };

  const mixSound = (tick: () => void): MixedSound => {
    // Without a speaker of its own: one that is unplugged does not hold it up.
    const context = new window.AudioContext({ sinkId: { type: 'none' } } as AudioContextOptions);
    void context.resume();
    const mixed = context.createMediaStreamDestination();
    const [track] = mixed.stream.getAudioTracks();
    if (!track) throw new Error('no sound');
    // A sound that is not heard: where nobody else makes one, the clock goes on all the same.
    const silence = context.createConstantSource();
    silence.offset.value = 0;
    silence.connect(mixed);
    silence.start();
    const sources = new Map<string, MediaStreamAudioSourceNode>();
    const stop = read(track, (data) => {
      data.close();
      tick();
    });
    return {
      track,
      set(tracks) {
        const ids = new Set(tracks.map(({ id }) => id));
        for (const [id, source] of sources) {
          if (ids.has(id)) continue;
          source.disconnect();
          sources.delete(id);
        }
        for (const each of tracks) {
          if (sources.has(each.id)) continue;
          const source = context.createMediaStreamSource(new MediaStream([each]));
          source.connect(mixed);
          sources.set(each.id, source);
        }
      },
      close() {
        stop();
        silence.stop();
        track.stop();
        void context.close();
      },
    };
  };

  const drawVideo = (size: Size): DrawnVideo => {
    const context = contextOf(new window.OffscreenCanvas(size.width, size.height));
    const track = new window.MediaStreamTrackGenerator({ kind: 'video' });
    const writer = track.writable.getWriter();
    return {
      track,
      context,
      show(atMs) {
        if ((writer.desiredSize ?? 0) <= 0) return;
        const frame = new window.VideoFrame(context.canvas, { timestamp: Math.round(atMs * 1_000), alpha: 'discard' });
        // The track was stopped: nobody looks at it any more.
        writer.write(frame).catch(() => frame.close());
      },
      close() {
        writer.close().catch(() => {});
        track.stop();
      },
    };
  };

  return {
    watch,
    mixSound,
    drawVideo,
    drawPicture(size) {
      const canvas = new window.OffscreenCanvas(size.width, size.height);
      return { context: contextOf(canvas), png: () => canvas.convertToBlob({ type: 'image/png' }) };
    },
    record: (tracks, events) => recorderOf(new window.MediaRecorder(new MediaStream([...tracks]), OPTIONS), events),
  };
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('no canvas');
  return context;
}

function recorderOf(recorder: MediaRecorder, events: RecorderEvents) {
  const stopped = Promise.withResolvers<void>();
  let wanted = true;
  recorder.addEventListener('dataavailable', ({ data }) => {
    if (data.size > 0) events.piece(data);
  });
  recorder.addEventListener('stop', () => {
    stopped.resolve();
    if (wanted) events.failed();
  });
  recorder.start(SLICE_MS);
  return {
    async stop() {
      wanted = false;
      if (recorder.state !== 'inactive') recorder.stop();
      await stopped.promise;
    },
  };
}
