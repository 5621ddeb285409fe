import type { Clock } from '@parley/shared/timing';
import type { BackgroundPicture } from './processing/background-scene.ts';
import type { ProcessedTrack } from './processing/processed-track.ts';

/** The part of the browser that the device manager uses. */
export type MediaPorts = {
  devices: Pick<
    MediaDevices,
    'getUserMedia' | 'getDisplayMedia' | 'enumerateDevices' | 'addEventListener' | 'removeEventListener'
  >;
  /** A stream without tracks. Its id stays, whatever tracks come and go. */
  makeStream: () => MediaStream;
  /** Null where the browser cannot measure. */
  makeMeter: (track: MediaStreamTrack) => LevelMeter | null;
  /**
   * Takes noise out of a voice with a neural network. Rejects where that does not start; `fellBehind` is called once when the computer
   * no longer keeps up.
   */
  cleanVoice: (voice: MediaStreamTrack, clock: Clock, fellBehind: () => void) => Promise<ProcessedTrack>;
  /**
   * Puts something else behind the person in a picture. Resolves with the first picture that is done and rejects where there is none;
   * `tooSlow` is called once when pictures no longer come fast enough.
   */
  coverBackground: (
    camera: MediaStreamTrack,
    background: BackgroundPicture,
    clock: Clock,
    tooSlow: () => void,
  ) => Promise<ProcessedTrack>;
  /** Makes a JPEG to stand behind a person out of a file that they chose. Null where that is no picture that can be one. */
  makeBackground: (file: Blob) => Promise<Blob | null>;
};

/** Measures one microphone track. */
export interface LevelMeter {
  /** Level of this moment, 0 to 1. */
  level(): number;
  close(): void;
}

/**
 * The browser's own media; an AudioContext is made with the first meter and closed with the last. `readOwn` gives the picture of their own
 * that the person has behind them.
 */
export function browserMedia(window: Window & typeof globalThis, readOwn: () => Promise<Blob | null>): MediaPorts {
  let context: AudioContext | undefined;
  let meters = 0;
  return {
    devices: window.navigator.mediaDevices,
    makeStream: () => new MediaStream(),
    // Loaded when they are first wanted: most calls need neither.
    cleanVoice: async (...wanted) => (await import('./processing/voice-cleaner.ts')).cleanVoice(...wanted),
    coverBackground: async (...wanted) =>
      (await import('./processing/background-cover.ts')).coverBackground(...wanted, readOwn),
    makeBackground: async (file) => (await import('./processing/make-background.ts')).makeBackground(file),
    makeMeter: (track) => {
      context ??= new AudioContext();
      const audio = context;
      // A page may have to wait for a click before it may measure; the clicks that open pre-join count.
      if (audio.state === 'suspended') void audio.resume();
      const source = audio.createMediaStreamSource(new MediaStream([track]));
      const analyser = audio.createAnalyser();
      analyser.fftSize = 512;
      source.connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      meters += 1;
      let closed = false;
      return {
        level: () => {
          analyser.getFloatTimeDomainData(samples);
          return levelOf(samples);
        },
        close: () => {
          if (closed) return;
          closed = true;
          source.disconnect();
          meters -= 1;
          if (meters > 0) return;
          context = undefined;
          void audio.close();
        },
      };
    },
  };
}

/** From −60 dB (0) to −10 dB (1), so that speech moves a meter over most of its width. */
export function levelOf(samples: Float32Array): number {
  let squares = 0;
  for (const sample of samples) squares += sample * sample;
  const decibels = 10 * Math.log10(squares / Math.max(1, samples.length) + 1e-12);
  return Math.min(1, Math.max(0, (decibels + 60) / 50));
}
