import type { Clock } from '@parley/shared/timing';
import { errorFields, type Log } from '../../log.ts';
import type { MediaPorts } from '../ports.ts';
import type { BackgroundPicture } from './background-scene.ts';
import { type ProcessedTrack, ProcessingFailed, unprocessed } from './processed-track.ts';

/** What a person wants done to the own sound and picture. */
export type ProcessingChoice = {
  noise: 'off' | 'standard' | 'strong';
  /** Sound goes out untouched and in stereo, whatever `noise` says. */
  music: boolean;
  background: 'none' | BackgroundPicture;
  /** Which picture of their own is the one, where that is the background. */
  pictureAt: number | null;
};

/** What is done to the sound now: `strong` only where it runs. */
export type SoundProcessing = ProcessingChoice['noise'] | 'music';

export type ProcessingPorts = {
  clock: Clock;
  ports: Pick<MediaPorts, 'cleanVoice' | 'coverBackground'>;
  log: Log;
  /** Strong noise suppression does not run: the standard one is asked for from now on. Told once for each choice or call. */
  fellBack(): void;
  /** The microphone has to be asked for anew, because its sound is processed in another way now. */
  askAgain(): void;
  /** The background is hidden too slowly for a picture that moves: nothing may be sent any more. */
  tooSlow(): void;
};

/** Sound as the browser is asked for it. Music is left alone, because each of these takes something out of it. */
export function audioConstraints(sound: SoundProcessing): MediaTrackConstraints {
  if (sound === 'music') {
    return {
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
      channelCount: { ideal: 2 },
      sampleRate: { ideal: 48_000 },
    };
  }
  // A network for noise is trained on sound that nobody has cleaned before.
  return { echoCancellation: true, noiseSuppression: sound === 'standard', autoGainControl: true };
}

/**
 * Makes the tracks that are sent out of those of the devices, as the person chose. Strong noise suppression falls back to the browser's
 * own; a background that was to be hidden is never shown because of a trouble.
 */
export class Processing {
  readonly #ports: ProcessingPorts;
  #choice: ProcessingChoice = { noise: 'standard', music: false, background: 'none', pictureAt: null };
  #strongFailed = false;

  constructor(ports: ProcessingPorts) {
    this.#ports = ports;
  }

  get sound(): SoundProcessing {
    const { noise, music } = this.#choice;
    if (music) return 'music';
    return noise === 'strong' && this.#strongFailed ? 'standard' : noise;
  }

  /** Strong noise suppression is chosen, and the standard one runs in its place. */
  get fellBack(): boolean {
    return this.#choice.noise !== this.sound && this.sound === 'standard';
  }

  /** Says for which of the two a track has to be made anew. */
  choose(choice: ProcessingChoice): { sound: boolean; picture: boolean } {
    const before = this.#choice;
    const isOther = choice.noise !== before.noise || choice.music !== before.music;
    const sound = this.sound;
    this.#choice = choice;
    if (isOther) this.#strongFailed = false;
    const isOtherPicture = choice.background === 'own' && choice.pictureAt !== before.pictureAt;
    return { sound: this.sound !== sound, picture: isOtherPicture || choice.background !== before.background };
  }

  /** What did not run may run the next time that the microphone is asked for. */
  tryAgain(): void {
    this.#strongFailed = false;
  }

  /** Null where strong noise suppression does not start. */
  async voice(hardware: MediaStreamTrack): Promise<ProcessedTrack | null> {
    const { sound } = this;
    hardware.contentHint = sound === 'music' ? 'music' : 'speech';
    if (sound !== 'strong') return unprocessed(hardware);
    const { clock, ports, log, askAgain } = this.#ports;
    try {
      const cleaned = await ports.cleanVoice(hardware, clock, () => {
        log.warn('strong noise suppression fell behind');
        this.#failStrong();
        askAgain();
      });
      cleaned.track.contentHint = 'speech';
      return cleaned;
    } catch (error) {
      log.warn('strong noise suppression did not start', errorFields(error));
      this.#failStrong();
      return null;
    }
  }

  /** Rejects where a background that is to be hidden cannot be. */
  async picture(hardware: MediaStreamTrack): Promise<ProcessedTrack> {
    const { background } = this.#choice;
    if (background === 'none') return unprocessed(hardware);
    const { clock, ports, log, tooSlow } = this.#ports;
    try {
      return await ports.coverBackground(hardware, background, clock, () => {
        log.warn('the background was hidden too slowly');
        tooSlow();
      });
    } catch (error) {
      log.warn('the background could not be hidden', errorFields(error));
      throw new ProcessingFailed('background-failed', error);
    }
  }

  #failStrong(): void {
    if (this.#strongFailed) return;
    this.#strongFailed = true;
    this.#ports.fellBack();
  }
}
