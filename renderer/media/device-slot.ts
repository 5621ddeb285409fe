import type { MicrophoneState } from '@parley/shared/protocol';
import { errorFields, type Log } from '../log.ts';
import { codeOf, type DeviceKind, type DeviceTrouble, errorNameOf, troubleOf, unpluggedTrouble } from './devices.ts';
import type { MediaPorts } from './ports.ts';

export type DeviceSlotPorts = {
  devices: Pick<MediaPorts['devices'], 'getUserMedia'>;
  constraints: MediaTrackConstraints;
  log: Log;
  /** The track that is used from now on; the one before is no longer needed. */
  put(track: MediaStreamTrack | null): void;
  /** The track was muted or goes on. */
  changed(): void;
  /** Why there is no device; null when that is over. */
  trouble(trouble: DeviceTrouble | null): void;
};

/** Asks the browser; rejects with its error. */
type Ask = () => Promise<MediaStreamTrack>;

/**
 * The camera or the microphone: which device is wished, which is in use, and whether it is live.
 * off → asked → live ⇄ muted → off. A wish for another device leaves the one in use alone until the other one is there.
 */
export class DeviceSlot {
  readonly #kind: DeviceKind;
  readonly #ports: DeviceSlotPorts;
  #track: MediaStreamTrack | null = null;
  /** What the person wants now, whichever device arrives. */
  #wanted: MicrophoneState = 'off';
  /** The device to ask for; null leaves the choice to the browser. */
  #wishedId: string | null = null;
  /** The wish that the track in use came from. */
  #usedId: string | null = null;
  /** Counts questions: an answer to an older one is let go again. */
  #turn = 0;
  #isAsking = false;

  constructor(kind: DeviceKind, ports: DeviceSlotPorts) {
    this.#kind = kind;
    this.#ports = ports;
  }

  get track(): MediaStreamTrack | null {
    return this.#track;
  }

  /** The device that was chosen last and could be had, or is still being asked for. */
  get wishedId(): string | null {
    return this.#wishedId;
  }

  /** What the browser is asked for. `chosen`: the wished device and no other. */
  constraints(chosen: boolean): MediaTrackConstraints {
    const { constraints } = this.#ports;
    return chosen && this.#wishedId !== null ? { ...constraints, deviceId: { exact: this.#wishedId } } : constraints;
  }

  /** Wishes a device without opening it. */
  wish(id: string | null): void {
    this.#wishedId = id;
  }

  /**
   * Opens the wished device, or any where that one is not there. `early`: a question that is under way already; resolves with
   * undefined where it failed.
   */
  async open(wanted: Exclude<MicrophoneState, 'off'>, early?: Promise<MediaStreamTrack | undefined>): Promise<void> {
    this.#wanted = wanted;
    await this.#get(async () => (await early) ?? (await this.#askAny()));
  }

  /** `muted` keeps the device and sends nothing; `off` lets it go; otherwise it is opened where it is not open. */
  async set(wanted: MicrophoneState): Promise<void> {
    this.#wanted = wanted;
    if (wanted === 'off') {
      this.#turn += 1;
      this.#isAsking = false;
      this.#put(null);
      this.#ports.trouble(null);
    } else if (this.#track) {
      this.#track.enabled = wanted === 'live';
      this.#ports.changed();
    } else if (!this.#isAsking) await this.#get(() => this.#askAny());
  }

  /**
   * Changes the device in use, or the one that is used next. Resolves with the trouble where the other one could not be had: then
   * the one before goes on, and is the wished one again.
   */
  async choose(id: string | null): Promise<DeviceTrouble | undefined> {
    this.#wishedId = id;
    if (this.#track) return this.#get(() => this.#ask(true));
    if (this.#isAsking) await this.#get(() => this.#askAny());
    return undefined;
  }

  async #get(ask: Ask): Promise<DeviceTrouble | undefined> {
    this.#turn += 1;
    const turn = this.#turn;
    const wishedId = this.#wishedId;
    this.#isAsking = true;
    let track: MediaStreamTrack | undefined;
    let trouble: DeviceTrouble | undefined;
    try {
      track = await ask();
    } catch (error) {
      this.#ports.log.info(`the ${this.#kind} could not be opened`, errorFields(error));
      trouble = troubleOf(codeOf(this.#kind, error));
    }
    if (turn !== this.#turn) {
      track?.stop();
      return undefined;
    }
    this.#isAsking = false;
    if (track) {
      this.#usedId = wishedId;
      this.#use(track);
      return undefined;
    }
    if (this.#track) {
      this.#wishedId = this.#usedId;
      return trouble;
    }
    this.#wanted = 'off';
    this.#ports.trouble(trouble ?? null);
    return undefined;
  }

  #use(track: MediaStreamTrack): void {
    track.addEventListener('ended', () => {
      if (this.#track !== track) return;
      this.#put(null);
      // Another one may be on its way.
      if (!this.#isAsking) this.#ports.trouble(unpluggedTrouble(this.#kind));
    });
    track.enabled = this.#wanted === 'live';
    this.#put(track);
    this.#ports.trouble(null);
  }

  #put(track: MediaStreamTrack | null): void {
    if (this.#track === track) return;
    this.#track = track;
    this.#ports.put(track);
  }

  /** The wished device, or any where that one is not there. */
  async #askAny(): Promise<MediaStreamTrack> {
    try {
      return await this.#ask(true);
    } catch (error) {
      const isGone = ['OverconstrainedError', 'NotFoundError'].includes(errorNameOf(error));
      if (this.#wishedId === null || !isGone) throw error;
      return this.#ask(false);
    }
  }

  async #ask(chosen: boolean): Promise<MediaStreamTrack> {
    const constraints = this.constraints(chosen);
    const stream = await this.#ports.devices.getUserMedia(
      this.#kind === 'camera' ? { video: constraints } : { audio: constraints },
    );
    const [track] = stream.getTracks();
    if (!track) throw new DOMException('no track', 'NotFoundError');
    return track;
  }
}
