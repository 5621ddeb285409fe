/** Sounds that tell of something, whatever the window shows. */
export type RingTone = {
  /** Rings until the returned undo is called, through a speaker by its id; null is the system's usual one. */
  start(speakerId: string | null): () => void;
};

const RATE = 24_000;
/** Two strokes, then a pause: known as a ring, and no alarm. */
const STROKES_S = [0, 0.55] as const;
const STROKE_S = 0.4;
const PERIOD_S = 3;
/** A fifth that is mellow on small speakers. */
const PITCHES_HZ = [523.25, 783.99] as const;
const LOUDNESS = 0.16;

/** One period of the ring, between −1 and 1, at 24,000 samples a second. */
export function ringSamples(): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(RATE * PERIOD_S);
  for (const startS of STROKES_S) {
    for (let at = 0; at < STROKE_S * RATE; at++) {
      const seconds = at / RATE;
      // Begins within a hundredth of a second and fades like a bell: nothing clicks.
      const envelope = Math.min(1, seconds / 0.01) * (1 - seconds / STROKE_S) ** 2;
      const wave = PITCHES_HZ.reduce((sum, hz) => sum + Math.sin(2 * Math.PI * hz * seconds), 0) / PITCHES_HZ.length;
      samples[Math.round(startS * RATE) + at] = LOUDNESS * envelope * wave;
    }
  }
  return samples;
}

/** Chromium's contexts may be sent to a speaker; TypeScript's library does not know it. */
type WithSink = AudioContext & { setSinkId?(id: string): Promise<void> };

/** The browser's own sound. A context is open only while it rings. */
export function browserRingTone(window: Window & typeof globalThis): RingTone {
  return {
    start(speakerId) {
      const context: WithSink = new window.AudioContext();
      // A speaker that is gone leaves the usual one.
      if (speakerId !== null) void context.setSinkId?.(speakerId).catch(() => undefined);
      const samples = ringSamples();
      const buffer = context.createBuffer(1, samples.length, RATE);
      buffer.copyToChannel(samples, 0);
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.loop = true;
      source.connect(context.destination);
      source.start();
      return () => {
        source.stop();
        void context.close();
      };
    },
  };
}
