import { type Clock, repeat } from '@parley/shared/timing';
import type { LevelMeter, MediaPorts } from './ports.ts';

export type SpeechPolicy = {
  levelEveryMs: number;
  /** Level from which someone counts as speaking, and how long they do after the last such moment. */
  speakingLevel: number;
  speakingHoldMs: number;
};

export type SpeechPorts = Pick<MediaPorts, 'makeMeter'> & {
  clock: Clock;
  policy: SpeechPolicy;
  /** Some twenty times a second: how loud it is, 0 to 1, and whether somebody talks. */
  heard(level: number, isTalking: boolean): void;
};

/** Measures one's own microphone, whether it is muted or not. */
export class Speech {
  readonly #ports: SpeechPorts;
  #measured: { meter: LevelMeter; clone: MediaStreamTrack; undo: () => void } | undefined;
  #talkedAt = Number.NEGATIVE_INFINITY;

  constructor(ports: SpeechPorts) {
    this.#ports = ports;
  }

  /** Measures this microphone in place of the one before. A copy of it, because a muted track is silent. */
  measure(voice: MediaStreamTrack | null): void {
    this.#measured?.undo();
    this.#measured?.meter.close();
    this.#measured?.clone.stop();
    this.#measured = undefined;
    if (!voice) return;
    const { clock, policy, makeMeter } = this.#ports;
    const clone = voice.clone();
    clone.enabled = true;
    const meter = makeMeter(clone);
    if (!meter) {
      clone.stop();
      return;
    }
    const undo = repeat(clock, policy.levelEveryMs, () => this.#hear(meter.level()));
    this.#measured = { meter, clone, undo };
  }

  #hear(level: number): void {
    const { clock, policy, heard } = this.#ports;
    const now = clock.monotonicMs();
    if (level >= policy.speakingLevel) this.#talkedAt = now;
    heard(level, now - this.#talkedAt < policy.speakingHoldMs);
  }
}
