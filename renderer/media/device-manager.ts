import type { MicrophoneState } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import { type CountedClock, countedClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { errorFields, type Log } from '../log.ts';
import { DeviceSlot } from './device-slot.ts';
import { type DeviceLists, type DeviceTrouble, deviceListsOf, errorNameOf, NO_DEVICES, troubleOf } from './devices.ts';
import type { MediaPorts } from './ports.ts';
import { audioConstraints, Processing, type ProcessingChoice } from './processing/processing.ts';
import { Speech, type SpeechPolicy } from './speech.ts';

/** The tracks and states that this device sends, or would send; tracks go where the session puts them. */
export type MediaState = {
  microphone: MicrophoneState;
  camera: boolean;
  screen: boolean;
  speaking: boolean;
  talkingWhileMuted: boolean;
  cameraTrouble: DeviceTrouble | null;
  microphoneTrouble: DeviceTrouble | null;
  /** Strong noise suppression is chosen and does not run here: the standard one does. */
  noiseFellBack: boolean;
  /** A device is being asked for. */
  opening: boolean;
};

export type MediaTracks = {
  voice: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
  screenSound: MediaStreamTrack | null;
};

export type MediaPolicy = SpeechPolicy & {
  video: MediaTrackConstraints;
};

export const usualMediaPolicy: MediaPolicy = {
  video: { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24, max: 30 } },
  levelEveryMs: 50,
  speakingLevel: 0.4,
  speakingHoldMs: 700,
};

export type MediaEvents = {
  state: MediaState;
  tracks: MediaTracks;
  lists: DeviceLists;
  /** 0 to 1, some twenty times a second while the microphone is open. */
  level: number;
  /** A device went away in use, or could not be had when asked for. */
  trouble: DeviceTrouble;
  /** Something is done in another way than the person chose; the devices go on. */
  noticed: DeviceTrouble;
};

/**
 * Camera, microphone and screen of this computer. Asks for nothing before it is told to, never throws, and lets
 * every light go out as soon as its device is not needed.
 * camera: off → asked → on → off;  microphone: off → asked → live ⇄ muted → off;  screen: off → asked → on → off
 */
export class DeviceManager {
  /** Carries voice and camera; the object and its id last as long as the manager. */
  readonly cameraStream: MediaStream;
  /** Carries the shared screen and its sound. */
  readonly screenStream: MediaStream;
  readonly #ports: MediaPorts;
  readonly #log: Log;
  readonly #clock: CountedClock;
  readonly #events = new Emitter<MediaEvents>();
  readonly #camera: DeviceSlot;
  readonly #microphone: DeviceSlot;
  readonly #speech: Speech;
  readonly #processing: Processing;
  #state: MediaState = {
    microphone: 'off',
    camera: false,
    screen: false,
    speaking: false,
    talkingWhileMuted: false,
    cameraTrouble: null,
    microphoneTrouble: null,
    noiseFellBack: false,
    opening: false,
  };
  #tracks: MediaTracks = { voice: null, camera: null, screen: null, screenSound: null };
  /** Counts questions for the screen: an answer to an older one is let go again. */
  #screenTurn = 0;
  #underWay = 0;
  readonly #devicesChanged = () => void this.refreshLists();

  constructor(ports: MediaPorts, clock: Clock, log: Log, policy: MediaPolicy = usualMediaPolicy) {
    this.#ports = ports;
    this.#log = log;
    this.#clock = countedClock(clock);
    this.cameraStream = ports.makeStream();
    this.screenStream = ports.makeStream();
    const { devices, makeMeter } = ports;
    this.#processing = new Processing({
      ...{ clock: this.#clock, ports, log },
      fellBack: () => {
        this.#change({ noiseFellBack: true });
        this.#events.emit('noticed', troubleOf('noise-strong-failed'));
      },
      askAgain: () => void this.#underWayDuring(() => this.#soundAnew()),
      tooSlow: () => this.#camera.giveUp(troubleOf('background-slow')),
    });
    this.#camera = new DeviceSlot('camera', {
      ...{ devices, constraints: () => policy.video, log },
      process: (hardware) => this.#processing.picture(hardware),
      put: (camera) => this.#put({ camera }),
      changed: () => {},
      trouble: (trouble) => this.#tell({ cameraTrouble: trouble }, trouble),
    });
    this.#microphone = new DeviceSlot('microphone', {
      ...{ devices, constraints: () => audioConstraints(this.#processing.sound), log },
      process: (hardware) => this.#processing.voice(hardware),
      put: (voice) => this.#put({ voice }),
      changed: () => this.#change({ ...this.#shown(), talkingWhileMuted: false, speaking: false }),
      trouble: (trouble) => this.#tell({ microphoneTrouble: trouble }, trouble),
    });
    this.#speech = new Speech({
      ...{ clock: this.#clock, policy, makeMeter },
      heard: (level, isTalking) => {
        this.#events.emit('level', level);
        const live = this.#state.microphone === 'live';
        this.#change({ speaking: isTalking && live, talkingWhileMuted: isTalking && !live });
      },
    });
    ports.devices.addEventListener('devicechange', this.#devicesChanged);
  }

  get state(): MediaState {
    return this.#state;
  }

  get tracks(): MediaTracks {
    return this.#tracks;
  }

  get openResources(): { timers: number; listeners: number } {
    return { timers: this.#clock.pending, listeners: this.#events.size };
  }

  on<E extends keyof MediaEvents>(event: E, listener: (payload: MediaEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** The devices that were chosen last and could be had, or are still being asked for; null leaves the choice to the browser. */
  get chosen(): { cameraId: string | null; microphoneId: string | null } {
    return { cameraId: this.#camera.wishedId, microphoneId: this.#microphone.wishedId };
  }

  /**
   * Opens what is wanted, in one question to the person where that is possible. A device that cannot be had is off, with its
   * trouble in the state. `muted`: the microphone is opened and sends silence.
   */
  async open(wanted: {
    camera: boolean;
    microphone: boolean;
    muted?: boolean;
    cameraId: string | null;
    microphoneId: string | null;
  }): Promise<void> {
    this.#forgetFallBack();
    this.#camera.wish(wanted.cameraId);
    this.#microphone.wish(wanted.microphoneId);
    await this.#underWayDuring(async () => {
      const both = wanted.camera && wanted.microphone ? this.#both() : undefined;
      await Promise.all([
        wanted.camera
          ? this.#camera.open(
              'live',
              both?.then((had) => had?.camera),
            )
          : undefined,
        wanted.microphone
          ? this.#microphone.open(
              wanted.muted ? 'muted' : 'live',
              both?.then((had) => had?.voice),
            )
          : undefined,
      ]);
    });
    await this.refreshLists();
  }

  /** Off lets the camera's light go out; on asks for it again. */
  setCamera(on: boolean): Promise<void> {
    return this.#set(this.#camera, on ? 'live' : 'off');
  }

  /** `muted` keeps the microphone and sends silence; `off` lets it go. */
  setMicrophone(wanted: MicrophoneState): Promise<void> {
    return this.#set(this.#microphone, wanted);
  }

  /**
   * Changes the camera in use, or the one that is used next. Resolves with the trouble where the other one could not be had: then
   * the one before goes on.
   */
  chooseCamera(id: string | null): Promise<DeviceTrouble | undefined> {
    return this.#underWayDuring(() => this.#camera.choose(id));
  }

  /** The same for the microphone. It is muted or live as it was pressed last, also while the other one was asked for. */
  chooseMicrophone(id: string | null): Promise<DeviceTrouble | undefined> {
    return this.#underWayDuring(() => this.#microphone.choose(id));
  }

  /**
   * Changes what is done to sound and picture before they are sent, at once for those that are sent now. Resolves with the trouble where
   * a device could not be had anew: then it goes on as before.
   */
  async process(choice: ProcessingChoice): Promise<DeviceTrouble | undefined> {
    const { sound, picture } = this.#processing.choose(choice);
    this.#change({ noiseFellBack: this.#processing.fellBack });
    if (!sound && !picture) return undefined;
    return this.#underWayDuring(async () => {
      const troubles = await Promise.all([
        sound ? this.#soundAnew() : undefined,
        picture ? this.#camera.again() : undefined,
      ]);
      return troubles.find((trouble) => trouble !== undefined);
    });
  }

  /** Tries strong noise suppression once more, after the standard one took over. Resolves as `process`. */
  async strongAgain(): Promise<DeviceTrouble | undefined> {
    if (!this.#state.noiseFellBack) return undefined;
    this.#forgetFallBack();
    return this.#underWayDuring(() => this.#soundAnew());
  }

  /** Asks which screen or window to share. Undefined when it is shared, otherwise why not. */
  async shareScreen(): Promise<DeviceTrouble | undefined> {
    this.#screenTurn += 1;
    const turn = this.#screenTurn;
    try {
      const stream = await this.#ports.devices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: true });
      const [video, sound] = [stream.getVideoTracks()[0], stream.getAudioTracks()[0]];
      if (turn !== this.#screenTurn || !video) {
        stopAll(stream);
        return undefined;
      }
      video.contentHint = 'detail';
      video.addEventListener('ended', () => {
        if (this.#tracks.screen === video) this.stopScreen();
      });
      this.#put({ screen: video, screenSound: sound ?? null });
      return undefined;
    } catch (error) {
      const denied = errorNameOf(error) === 'NotAllowedError' || errorNameOf(error) === 'AbortError';
      return troubleOf(denied ? 'screen-denied' : 'screen-failed');
    }
  }

  stopScreen(): void {
    this.#screenTurn += 1;
    this.#put({ screen: null, screenSound: null });
  }

  /** Lets everything go. */
  stop(): void {
    void this.#camera.set('off');
    void this.#microphone.set('off');
    this.stopScreen();
    this.#forgetFallBack();
  }

  /** Reads which devices there are. Asks the person nothing; names are empty until a device was allowed once. */
  async refreshLists(): Promise<void> {
    try {
      const all = await this.#ports.devices.enumerateDevices();
      this.#events.emit('lists', deviceListsOf(all));
    } catch (error) {
      // No list is a list without entries; asking for a device still works.
      this.#log.warn('devices could not be listed', errorFields(error));
      this.#events.emit('lists', NO_DEVICES);
    }
  }

  close(): void {
    this.stop();
    this.#ports.devices.removeEventListener('devicechange', this.#devicesChanged);
    this.#clock.stopAll();
    this.#events.clear();
  }

  async #both(): Promise<{ camera: MediaStreamTrack; voice: MediaStreamTrack } | undefined> {
    try {
      const stream = await this.#ports.devices.getUserMedia({
        video: this.#camera.constraints(true),
        audio: this.#microphone.constraints(true),
      });
      const [camera, voice] = [stream.getVideoTracks()[0], stream.getAudioTracks()[0]];
      if (camera && voice) return { camera, voice };
      stopAll(stream);
    } catch (error) {
      this.#log.debug('one of two devices could not be had: each is asked for alone', errorFields(error));
    }
    return undefined;
  }

  async #set(slot: DeviceSlot, wanted: MicrophoneState): Promise<void> {
    // What is let go, or is there already, is not asked for.
    if (wanted === 'off' || slot.track) return slot.set(wanted);
    await this.#underWayDuring(() => slot.set(wanted));
    await this.refreshLists();
  }

  #forgetFallBack(): void {
    this.#processing.tryAgain();
    this.#change({ noiseFellBack: false });
  }

  /** The copy that is measured keeps a microphone open as well. */
  #soundAnew(): Promise<DeviceTrouble | undefined> {
    this.#speech.measure(null);
    return this.#microphone.again({ fresh: true });
  }

  #tell(change: Pick<Partial<MediaState>, 'cameraTrouble' | 'microphoneTrouble'>, trouble: DeviceTrouble | null): void {
    this.#change(change);
    if (trouble) this.#events.emit('trouble', trouble);
  }

  /** Puts tracks in their places, stops those that they replace, and tells. */
  #put(change: Partial<MediaTracks>): void {
    const before = this.#tracks;
    const after = { ...before, ...change };
    this.#tracks = after;
    let changed = false;
    for (const slot of ['voice', 'camera', 'screen', 'screenSound'] as const) {
      if (before[slot] === after[slot]) continue;
      changed = true;
      const stream = slot === 'voice' || slot === 'camera' ? this.cameraStream : this.screenStream;
      const [old, next] = [before[slot], after[slot]];
      if (old) {
        stream.removeTrack(old);
        old.stop();
      }
      if (next) stream.addTrack(next);
    }
    if (!changed) return;
    if (before.voice !== after.voice) {
      this.#speech.measure(after.voice);
      this.#change({ speaking: false, talkingWhileMuted: false });
    }
    this.#events.emit('tracks', after);
    this.#change(this.#shown());
  }

  #shown(): Pick<MediaState, 'camera' | 'screen' | 'microphone'> {
    const { camera, screen, voice } = this.#tracks;
    return {
      camera: camera !== null,
      screen: screen !== null,
      microphone: voice === null ? 'off' : voice.enabled ? 'live' : 'muted',
    };
  }

  async #underWayDuring<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    this.#change({ opening: true });
    const done = await work();
    this.#underWay -= 1;
    this.#change({ opening: this.#underWay > 0 });
    return done;
  }

  #change(change: { [F in keyof MediaState]?: MediaState[F] | undefined }): void {
    const next = { ...this.#state, ...change } as MediaState; // no caller passes undefined for a field
    const same = (Object.keys(next) as (keyof MediaState)[]).every((field) => next[field] === this.#state[field]);
    if (same) return;
    this.#state = next;
    this.#events.emit('state', next);
  }
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
