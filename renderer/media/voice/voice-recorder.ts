import type { Voice } from '@parley/shared/model';
import { LIMITS } from '@parley/shared/protocol';
import { type Clock, repeat } from '@parley/shared/timing';
import { type CountedClock, countedClock } from '../../clock.ts';
import { codeOf, type DeviceTrouble, errorNameOf, troubleOf } from '../devices.ts';
import type { LevelMeter, MediaPorts } from '../ports.ts';
import { audioConstraints } from '../processing/processing.ts';
import { levelsOf } from './levels.ts';
import type { SoundRecorder, VoicePorts } from './voice-ports.ts';

const LEVEL_EVERY_MS = 50;
/** Shorter than this nobody said anything. */
const SHORTEST_MS = 300;

/** A recording that came to its end. */
export type Recorded = { blob: Blob; voice: Voice };

export type RecorderPorts = {
  media: Pick<MediaPorts, 'devices' | 'makeMeter'>;
  voice: Pick<VoicePorts, 'record'>;
  clock: Clock;
  /** How long it is, and the level of this moment, 0 to 1. */
  heard(elapsedMs: number, level: number): void;
  /** It cannot go on: it is as long as it may be, or the microphone is gone. What was said until then is there. */
  ended(why: 'longest' | 'unplugged'): void;
};

type Open = { track: MediaStreamTrack; recorder: SoundRecorder; meter: LevelMeter | null; startedAt: number };

/**
 * One recording, on a track of its own: a call goes on beside it with its own. new → opening → recording → over
 */
export class VoiceRecorder {
  readonly #ports: RecorderPorts;
  readonly #clock: CountedClock;
  readonly #levels: number[] = [];
  #open: Open | undefined;
  #over = false;

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
  }

  /** Asks for the microphone, the chosen one or any, and records. Undefined when it does, otherwise why not. */
  async start(microphoneId: string | null): Promise<DeviceTrouble | undefined> {
    const { media, voice } = this.#ports;
    let stream: MediaStream;
    try {
      stream = await this.#ask(microphoneId);
    } catch (error) {
      this.#over = true;
      const code = codeOf('microphone', error);
      return code === 'microphone-missing'
        ? { code, message: 'No microphone was found. Plug one in to record.' }
        : troubleOf(code);
    }
    const [track] = stream.getAudioTracks();
    const recorder = track && !this.#over ? recorderOf(voice, stream) : null;
    if (!track || !recorder) {
      track?.stop();
      if (this.#over) return undefined;
      this.#over = true;
      return { code: 'microphone-missing', message: 'This computer cannot record sound.' };
    }
    track.addEventListener('ended', () => this.#end('unplugged'));
    this.#open = { track, recorder, meter: meterOf(media, track), startedAt: this.#clock.monotonicMs() };
    repeat(this.#clock, LEVEL_EVERY_MS, () => this.#measure());
    return undefined;
  }

  /** Ends the recording; undefined where nothing was said. */
  async stop(): Promise<Recorded | undefined> {
    const open = this.#open;
    if (!open || this.#over) return undefined;
    this.#over = true;
    const durationMs = Math.min(LIMITS.voiceMaxMs, Math.round(this.#clock.monotonicMs() - open.startedAt));
    this.#clock.stopAll();
    let blob: Blob;
    try {
      blob = await open.recorder.stop();
    } finally {
      this.#release();
    }
    if (durationMs < SHORTEST_MS || blob.size === 0) return undefined;
    return { blob, voice: { durationMs, levels: levelsOf(this.#levels) } };
  }

  /** Lets the microphone go; what was recorded is gone. */
  discard(): void {
    this.#over = true;
    this.#clock.stopAll();
    // What it recorded is not wanted, and neither is why there is none.
    this.#open?.recorder.stop().catch(() => {});
    this.#release();
  }

  async #ask(microphoneId: string | null): Promise<MediaStream> {
    const { devices } = this.#ports.media;
    const usual: MediaTrackConstraints = { ...audioConstraints('standard'), channelCount: 1 };
    if (microphoneId === null) return devices.getUserMedia({ audio: usual });
    try {
      return await devices.getUserMedia({ audio: { ...usual, deviceId: { exact: microphoneId } } });
    } catch (error) {
      if (!['OverconstrainedError', 'NotFoundError'].includes(errorNameOf(error))) throw error;
      return devices.getUserMedia({ audio: usual });
    }
  }

  #measure(): void {
    const open = this.#open;
    if (!open || this.#over) return;
    const elapsedMs = this.#clock.monotonicMs() - open.startedAt;
    const level = open.meter?.level() ?? 0;
    this.#levels.push(level);
    this.#ports.heard(elapsedMs, level);
    if (elapsedMs >= LIMITS.voiceMaxMs) this.#end('longest');
  }

  #end(why: 'longest' | 'unplugged'): void {
    if (!this.#over) this.#ports.ended(why);
  }

  #release(): void {
    this.#open?.track.stop();
    this.#open?.meter?.close();
  }
}

/** Null where the browser cannot record: one that says it can may still refuse a recorder, or its start. */
function recorderOf(voice: RecorderPorts['voice'], stream: MediaStream): SoundRecorder | null {
  try {
    return voice.record(stream);
  } catch {
    return null;
  }
}

/** A recording whose loudness cannot be measured is a recording all the same. */
function meterOf(media: RecorderPorts['media'], track: MediaStreamTrack): LevelMeter | null {
  try {
    return media.makeMeter(track);
  } catch {
    return null;
  }
}
