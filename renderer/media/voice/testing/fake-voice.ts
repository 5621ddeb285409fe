import type { Sound, SoundEvents, VoicePorts } from '../voice-ports.ts';

/** A sound in the hands of a test. */
export class FakeSound implements Sound {
  readonly events: SoundEvents;
  readonly bytes: number[] = [];
  whole = false;
  isPlaying = false;
  isClosed = false;
  speed = 1;
  positionMs = 0;
  /** Set where the bytes are no sound. */
  readonly isNoise: boolean;

  constructor(events: SoundEvents, isNoise: boolean) {
    this.events = events;
    this.isNoise = isNoise;
  }

  async append(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.isNoise) throw new Error('no sound');
    this.bytes.push(bytes.length);
    if (this.isPlaying && this.bytes.length === 1) this.events.playing();
  }

  end(): void {
    this.whole = true;
  }

  async play(): Promise<void> {
    this.isPlaying = true;
    if (this.bytes.length > 0) this.events.playing();
  }

  pause(): void {
    this.isPlaying = false;
  }

  seek(toMs: number): void {
    this.positionMs = toMs;
  }

  setSpeed(times: number): void {
    this.speed = times;
  }

  close(): void {
    this.isClosed = true;
  }
}

/** A browser's recorder and player in the hands of a test. */
export class FakeVoice {
  /** Whether the browser can record and play. */
  isAble = true;
  isNoise = false;
  recorded = new Blob([new Uint8Array(100)]);
  /** Set where the browser makes no recorder, or that breaks at its end. */
  breaks: 'start' | 'stop' | null = null;
  readonly sounds: FakeSound[] = [];

  ports(): VoicePorts {
    return {
      record: () => {
        if (this.breaks === 'start') throw new DOMException('no', 'NotSupportedError');
        const stop = async () => {
          if (this.breaks === 'stop') throw new DOMException('no', 'InvalidStateError');
          return this.recorded;
        };
        return this.isAble ? { stop } : null;
      },
      makeSound: (events) => {
        if (!this.isAble) return null;
        const sound = new FakeSound(events, this.isNoise);
        this.sounds.push(sound);
        return sound;
      },
    };
  }
}
