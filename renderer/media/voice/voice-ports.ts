/** Sound in Opus inside WebM: every Chromium records and plays it, and a page that expects it plays nothing else. */
export const VOICE_TYPE = 'audio/webm; codecs="opus"';
const BITS_PER_SECOND = 28_000;
/** So often a recorder hands over what it has. */
const SLICE_MS = 1_000;

/** Records one track. */
export interface SoundRecorder {
  /** Resolves with everything that was recorded; the track is the caller's to stop. */
  stop(): Promise<Blob>;
}

/** Plays one recording, whose bytes come piece by piece. */
export interface Sound {
  /** Takes the next bytes. Rejects when they are no sound of this kind. */
  append(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** There are no more bytes. */
  end(): void;
  /** Resolves when it plays, which may need bytes that are still to come. Rejects when it cannot. */
  play(): Promise<void>;
  pause(): void;
  seek(toMs: number): void;
  setSpeed(times: number): void;
  readonly positionMs: number;
  close(): void;
}

export type SoundEvents = {
  /** It stands because bytes are missing; or goes on. */
  waiting(): void;
  playing(): void;
  ended(): void;
  failed(): void;
};

/** The part of the browser that voice messages use. Null where it cannot do that. */
export type VoicePorts = {
  record(stream: MediaStream): SoundRecorder | null;
  makeSound(events: SoundEvents, speakerId: string | null): Sound | null;
};

/** The browser's own recorder and player. */
export function browserVoice(window: Window & typeof globalThis): VoicePorts {
  return {
    record: (stream) =>
      window.MediaRecorder?.isTypeSupported(VOICE_TYPE) ? recorderOf(new MediaRecorder(stream, options)) : null,
    makeSound: (events, speakerId) =>
      window.MediaSource?.isTypeSupported(VOICE_TYPE) ? soundOf(window, events, speakerId) : null,
  };
}

const options: MediaRecorderOptions = { mimeType: VOICE_TYPE, audioBitsPerSecond: BITS_PER_SECOND };

function recorderOf(recorder: MediaRecorder): SoundRecorder {
  const pieces: Blob[] = [];
  const stopped = new Promise<void>((resolve) => recorder.addEventListener('stop', () => resolve(), { once: true }));
  recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
  recorder.start(SLICE_MS);
  return {
    async stop() {
      // A track that ended has stopped it already.
      if (recorder.state !== 'inactive') recorder.stop();
      await stopped;
      return new Blob(pieces, { type: VOICE_TYPE });
    },
  };
}

/** A recording has no index and does not say how long it is: fed by hand it can be gone through all the same, and begin before its end is here. */
function soundOf(window: Window & typeof globalThis, events: SoundEvents, speakerId: string | null): Sound {
  const source = new window.MediaSource();
  const element: HTMLAudioElement & { setSinkId?(id: string): Promise<void> } = new window.Audio();
  const address = window.URL.createObjectURL(source);
  const opened = new Promise<SourceBuffer>((resolve, reject) => {
    source.addEventListener(
      'sourceopen',
      () => {
        try {
          resolve(source.addSourceBuffer(VOICE_TYPE));
        } catch (error) {
          reject(error);
        }
      },
      { once: true },
    );
  });
  opened.catch(() => {});
  let turn: Promise<unknown> = opened;
  let closed = false;
  for (const event of ['waiting', 'playing', 'ended'] as const) element.addEventListener(event, () => events[event]());
  element.addEventListener('error', () => {
    if (!closed) events.failed();
  });
  element.src = address;
  // The system's usual speaker goes on where the chosen one is gone.
  if (speakerId !== null) element.setSinkId?.(speakerId).catch(() => {});

  const appendNow = async (bytes: Uint8Array<ArrayBuffer>) => {
    const buffer = await opened;
    await new Promise<void>((resolve, reject) => {
      buffer.addEventListener('updateend', () => resolve(), { once: true });
      buffer.addEventListener('error', () => reject(new Error('no sound')), { once: true });
      buffer.appendBuffer(bytes);
    });
  };
  return {
    append(bytes) {
      const mine = turn.then(() => appendNow(bytes));
      turn = mine;
      mine.catch(() => {});
      return mine;
    },
    end() {
      turn.then(
        () => {
          if (source.readyState === 'open') source.endOfStream();
        },
        () => {},
      );
    },
    play: () => element.play(),
    pause: () => element.pause(),
    seek(toMs) {
      element.currentTime = toMs / 1_000;
    },
    setSpeed(times) {
      element.defaultPlaybackRate = times;
      element.playbackRate = times;
    },
    get positionMs() {
      return element.currentTime * 1_000;
    },
    close() {
      closed = true;
      element.pause();
      element.removeAttribute('src');
      element.load();
      window.URL.revokeObjectURL(address);
    },
  };
}
