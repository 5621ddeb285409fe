import type { MicrophoneState } from '@parley/shared/protocol';
import { errorFields, type Log } from '../log.ts';
import { codeOf, type DeviceKind, type DeviceTrouble, errorNameOf, troubleOf, unpluggedTrouble } from './devices.ts';
import type { MediaPorts } from './ports.ts';
import { type ProcessedTrack, ProcessingFailed } from './processing/processed-track.ts';

export type DeviceSlotPorts = {
  devices: Pick<MediaPorts['devices'], 'getUserMedia'>;
  /** Read anew for each question. */
  constraints: () => MediaTrackConstraints;
  /**
   * Makes what is sent out of what the device gives. Null where that cannot be done; what is asked for may be different then, so the
   * device is asked once more. Rejects where nothing may be sent.
   */
  process(hardware: MediaStreamTrack): Promise<ProcessedTrack | null>;
  log: Log;
  /** The track that is used from now on; the one before is no longer needed. */
  put(track: MediaStreamTrack | null): void;
  /** The track was muted or goes on. */
  changed(): void;
  /** Why there is no device; null when that is over. */
  trouble(trouble: DeviceTrouble | null): void;
};

/** The device as the browser gives it, and the track that is made of it. `close` lets both go. */
type Source = ProcessedTrack & { hardware: MediaStreamTrack };

/** Asks the browser; rejects with its error. */
type Ask = () => Promise<MediaStreamTrack>;

/**
 * The camera or the microphone: which device is wished, which is in use, and whether it is live.
 * off → asked → live ⇄ muted → off. A wish for another device leaves the one in use alone until the other one is there.
 */
export class DeviceSlot {
  readonly #kind: DeviceKind;
  readonly #ports: DeviceSlotPorts;
  #source: Source | null = null;
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

  /** The track that is sent, processed where that is wanted. */
  get track(): MediaStreamTrack | null {
    return this.#source?.track ?? null;
  }

  /** The device that was chosen last and could be had, or is still being asked for. */
  get wishedId(): string | null {
    return this.#wishedId;
  }

  /** What the browser is asked for. `chosen`: the wished device and no other. */
  constraints(chosen: boolean): MediaTrackConstraints {
    const constraints = this.#ports.constraints();
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
    } else if (this.#source) {
      this.#source.track.enabled = wanted === 'live';
      this.#ports.changed();
    } else if (!this.#isAsking) await this.#get(() => this.#askAny());
  }

  /**
   * Changes the device in use, or the one that is used next. Resolves with the trouble where the other one could not be had: then
   * the one before goes on, and is the wished one again.
   */
  async choose(id: string | null): Promise<DeviceTrouble | undefined> {
    this.#wishedId = id;
    return this.again();
  }

  /**
   * Asks anew for the device in use, because what is asked for or how it is processed has changed; otherwise as `choose`. `fresh`: the one
   * in use ends before, because Chromium gives a microphone that is open again with what was asked of it first.
   */
  async again({ fresh = false } = {}): Promise<DeviceTrouble | undefined> {
    if (fresh) this.#source?.hardware.stop();
    if (this.#source) return this.#get(() => this.#ask(true));
    if (this.#isAsking) await this.#get(() => this.#askAny());
    return undefined;
  }

  async #get(ask: Ask): Promise<DeviceTrouble | undefined> {
    this.#turn += 1;
    const turn = this.#turn;
    const wishedId = this.#wishedId;
    this.#isAsking = true;
    let source: Source | undefined;
    let trouble: DeviceTrouble | undefined;
    /** Nothing may be sent, not even what was sent before. */
    let isHidden = false;
    try {
      source = (await this.#prepare(await ask())) ?? (await this.#prepare(await this.#askAny())) ?? undefined;
    } catch (error) {
      this.#ports.log.info(`the ${this.#kind} could not be opened`, errorFields(error));
      isHidden = error instanceof ProcessingFailed;
      trouble = troubleOf(error instanceof ProcessingFailed ? error.code : codeOf(this.#kind, error));
    }
    if (turn !== this.#turn) {
      source?.close();
      return undefined;
    }
    this.#isAsking = false;
    if (source) {
      this.#usedId = wishedId;
      this.#use(source);
      return undefined;
    }
    if (this.#source && this.#source.hardware.readyState === 'live' && !isHidden) {
      this.#wishedId = this.#usedId;
      return trouble;
    }
    this.giveUp(trouble ?? null);
    return undefined;
  }

  /** Lets the device go because of a trouble, until it is asked for again. */
  giveUp(trouble: DeviceTrouble | null): void {
    this.#turn += 1;
    this.#isAsking = false;
    this.#wanted = 'off';
    this.#put(null);
    this.#ports.trouble(trouble);
  }

  /** Null where the device is to be asked once more. */
  async #prepare(hardware: MediaStreamTrack): Promise<Source | null> {
    try {
      const processed = await this.#ports.process(hardware);
      if (!processed) {
        hardware.stop();
        return null;
      }
      if (hardware.readyState === 'ended') {
        processed.close();
        throw new DOMException('it went away meanwhile', 'NotFoundError');
      }
      const close = () => {
        processed.close();
        hardware.stop();
      };
      return { track: processed.track, hardware, close };
    } catch (error) {
      hardware.stop();
      throw error;
    }
  }

  #use(source: Source): void {
    source.hardware.addEventListener('ended', () => {
      if (this.#source !== source) return;
      this.#put(null);
      // Another one may be on its way.
      if (!this.#isAsking) this.#ports.trouble(unpluggedTrouble(this.#kind));
    });
    source.track.enabled = this.#wanted === 'live';
    this.#put(source);
    this.#ports.trouble(null);
  }

  #put(source: Source | null): void {
    const before = this.#source;
    if (before === source) return;
    this.#source = source;
    this.#ports.put(source?.track ?? null);
    // The other one is sent by now.
    before?.close();
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
