import type { MicrophoneState } from '@parley/shared/protocol';
import { type Clock, repeat } from '@parley/shared/timing';
import { type CountedClock, countedClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { errorFields, type Log } from '../log.ts';
import {
  codeOf,
  type DeviceKind,
  type DeviceLists,
  type DeviceTrouble,
  deviceListsOf,
  errorNameOf,
  NO_DEVICES,
  troubleOf,
} from './devices.ts';
import type { LevelMeter, MediaPorts } from './ports.ts';

/** The tracks and states that this device sends, or would send; tracks go where the session puts them. */
export type MediaState = {
  microphone: MicrophoneState;
  camera: boolean;
  screen: boolean;
  speaking: boolean;
  talkingWhileMuted: boolean;
  cameraTrouble: DeviceTrouble | null;
  microphoneTrouble: DeviceTrouble | null;
  /** A device is being asked for. */
  opening: boolean;
};

export type MediaTracks = {
  voice: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
  screenSound: MediaStreamTrack | null;
};

export type MediaPolicy = {
  video: MediaTrackConstraints;
  audio: MediaTrackConstraints;
  levelEveryMs: number;
  /** Level from which someone counts as speaking, and how long they do after the last such moment. */
  speakingLevel: number;
  speakingHoldMs: number;
};

export const usualMediaPolicy: MediaPolicy = {
  video: { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24, max: 30 } },
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
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
  readonly #policy: MediaPolicy;
  readonly #log: Log;
  readonly #clock: CountedClock;
  readonly #events = new Emitter<MediaEvents>();
  #state: MediaState = {
    microphone: 'off',
    camera: false,
    screen: false,
    speaking: false,
    talkingWhileMuted: false,
    cameraTrouble: null,
    microphoneTrouble: null,
    opening: false,
  };
  #tracks: MediaTracks = { voice: null, camera: null, screen: null, screenSound: null };
  #wish = { cameraId: null as string | null, microphoneId: null as string | null };
  /** Counts what was asked for per device: an answer to an older question is let go again. */
  readonly #asked = { camera: 0, microphone: 0, screen: 0 };
  #underWay = 0;
  #meter: { meter: LevelMeter; clone: MediaStreamTrack; undo: () => void } | undefined;
  #spokeAt = Number.NEGATIVE_INFINITY;
  readonly #devicesChanged = () => void this.refreshLists();

  constructor(ports: MediaPorts, clock: Clock, log: Log, policy: MediaPolicy = usualMediaPolicy) {
    this.#ports = ports;
    this.#log = log;
    this.#policy = policy;
    this.#clock = countedClock(clock);
    this.cameraStream = ports.makeStream();
    this.screenStream = ports.makeStream();
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
    this.#wish = { cameraId: wanted.cameraId, microphoneId: wanted.microphoneId };
    const turn = { camera: ++this.#asked.camera, microphone: ++this.#asked.microphone };
    await this.#underWayDuring(async () => {
      const both = wanted.camera && wanted.microphone ? await this.#both() : undefined;
      await Promise.all([
        wanted.camera ? this.#openOne('camera', turn.camera, both?.camera) : undefined,
        wanted.microphone ? this.#openOne('microphone', turn.microphone, both?.voice, wanted.muted) : undefined,
      ]);
    });
    await this.refreshLists();
  }

  /** Off lets the camera's light go out; on asks for it again. */
  async setCamera(on: boolean): Promise<void> {
    const turn = ++this.#asked.camera;
    if (!on) {
      this.#put({ camera: null });
      return this.#change({ cameraTrouble: null });
    }
    if (this.#tracks.camera) return;
    await this.#underWayDuring(() => this.#openOne('camera', turn));
    await this.refreshLists();
  }

  /** `muted` keeps the microphone and sends silence; `off` lets it go. */
  async setMicrophone(wanted: MicrophoneState): Promise<void> {
    const turn = ++this.#asked.microphone;
    const { voice } = this.#tracks;
    if (wanted === 'off') {
      this.#put({ voice: null });
      return this.#change({ microphoneTrouble: null });
    }
    if (voice) {
      voice.enabled = wanted === 'live';
      return this.#change({ microphone: wanted, talkingWhileMuted: false, speaking: false });
    }
    await this.#underWayDuring(() => this.#openOne('microphone', turn, undefined, wanted === 'muted'));
    await this.refreshLists();
  }

  /** Changes the camera in use, or the one that is used next. */
  async chooseCamera(id: string | null): Promise<void> {
    this.#wish.cameraId = id;
    if (!this.#tracks.camera) return;
    const turn = ++this.#asked.camera;
    await this.#underWayDuring(() => this.#openOne('camera', turn));
  }

  async chooseMicrophone(id: string | null): Promise<void> {
    this.#wish.microphoneId = id;
    if (!this.#tracks.voice) return;
    const turn = ++this.#asked.microphone;
    await this.#underWayDuring(() => this.#openOne('microphone', turn, undefined, this.#state.microphone === 'muted'));
  }

  /** Asks which screen or window to share. Undefined when it is shared, otherwise why not. */
  async shareScreen(): Promise<DeviceTrouble | undefined> {
    const turn = ++this.#asked.screen;
    try {
      const stream = await this.#ports.devices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: true });
      const [video, sound] = [stream.getVideoTracks()[0], stream.getAudioTracks()[0]];
      if (turn !== this.#asked.screen || !video) {
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
    this.#asked.screen += 1;
    this.#put({ screen: null, screenSound: null });
  }

  /** Lets everything go. */
  stop(): void {
    for (const device of ['camera', 'microphone', 'screen'] as const) this.#asked[device] += 1;
    this.#put({ camera: null, voice: null, screen: null, screenSound: null });
    this.#change({ cameraTrouble: null, microphoneTrouble: null });
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
        video: this.#constraints('camera', true),
        audio: this.#constraints('microphone', true),
      });
      const [camera, voice] = [stream.getVideoTracks()[0], stream.getAudioTracks()[0]];
      if (camera && voice) return { camera, voice };
      stopAll(stream);
    } catch (error) {
      this.#log.debug('one of two devices could not be had: each is asked for alone', errorFields(error));
    }
    return undefined;
  }

  async #openOne(kind: DeviceKind, turn: number, had?: MediaStreamTrack, muted = false): Promise<void> {
    const troubleField = kind === 'camera' ? 'cameraTrouble' : 'microphoneTrouble';
    let track = had;
    let trouble: DeviceTrouble | undefined;
    if (!track) {
      try {
        track = await this.#ask(kind);
      } catch (error) {
        this.#log.info(`the ${kind} could not be opened`, errorFields(error));
        trouble = troubleOf(codeOf(kind, error));
      }
    }
    if (turn !== this.#asked[kind]) {
      track?.stop();
      return;
    }
    if (!track) {
      this.#put(kind === 'camera' ? { camera: null } : { voice: null });
      this.#change({ [troubleField]: trouble });
      if (trouble) this.#events.emit('trouble', trouble);
      return;
    }
    const opened = track;
    opened.addEventListener('ended', () => this.#unplugged(kind, opened));
    if (kind === 'microphone') opened.enabled = !muted;
    this.#put(kind === 'camera' ? { camera: opened } : { voice: opened });
    this.#change({ [troubleField]: null });
  }

  /** The chosen device, or any if the chosen one is not there. */
  async #ask(kind: DeviceKind): Promise<MediaStreamTrack> {
    const ask = async (chosen: boolean) => {
      const constraints = this.#constraints(kind, chosen);
      const stream = await this.#ports.devices.getUserMedia(
        kind === 'camera' ? { video: constraints } : { audio: constraints },
      );
      const track = stream.getTracks()[0];
      if (!track) throw new DOMException('no track', 'NotFoundError');
      return track;
    };
    try {
      return await ask(true);
    } catch (error) {
      const chosen = kind === 'camera' ? this.#wish.cameraId : this.#wish.microphoneId;
      if (chosen === null || !['OverconstrainedError', 'NotFoundError'].includes(errorNameOf(error))) throw error;
      return ask(false);
    }
  }

  #constraints(kind: DeviceKind, chosen: boolean): MediaTrackConstraints {
    const id = kind === 'camera' ? this.#wish.cameraId : this.#wish.microphoneId;
    const usual = kind === 'camera' ? this.#policy.video : this.#policy.audio;
    return chosen && id !== null ? { ...usual, deviceId: { exact: id } } : usual;
  }

  #unplugged(kind: DeviceKind, track: MediaStreamTrack): void {
    const slot = kind === 'camera' ? 'camera' : 'voice';
    if (this.#tracks[slot] !== track) return;
    this.#put({ [slot]: null });
    const trouble: DeviceTrouble =
      kind === 'camera'
        ? { code: 'camera-missing', message: 'The camera was unplugged. The call goes on without it.' }
        : { code: 'microphone-missing', message: 'The microphone was unplugged. Choose another one to be heard.' };
    this.#change(kind === 'camera' ? { cameraTrouble: trouble } : { microphoneTrouble: trouble });
    this.#events.emit('trouble', trouble);
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
    if (before.voice !== after.voice) this.#measure(after.voice);
    this.#events.emit('tracks', after);
    this.#change({
      camera: after.camera !== null,
      screen: after.screen !== null,
      microphone: after.voice === null ? 'off' : after.voice.enabled ? 'live' : 'muted',
    });
  }

  /** Measures a copy, because a muted track is silent, and who talks while muted wants to know. */
  #measure(voice: MediaStreamTrack | null): void {
    this.#meter?.undo();
    this.#meter?.meter.close();
    this.#meter?.clone.stop();
    this.#meter = undefined;
    this.#change({ speaking: false, talkingWhileMuted: false });
    if (!voice) return;
    const clone = voice.clone();
    clone.enabled = true;
    const meter = this.#ports.makeMeter(clone);
    if (!meter) {
      clone.stop();
      return;
    }
    const undo = repeat(this.#clock, this.#policy.levelEveryMs, () => this.#heard(meter.level()));
    this.#meter = { meter, clone, undo };
  }

  #heard(level: number): void {
    this.#events.emit('level', level);
    const now = this.#clock.monotonicMs();
    if (level >= this.#policy.speakingLevel) this.#spokeAt = now;
    const talking = now - this.#spokeAt < this.#policy.speakingHoldMs;
    const live = this.#state.microphone === 'live';
    this.#change({ speaking: talking && live, talkingWhileMuted: talking && !live });
  }

  async #underWayDuring(work: () => Promise<void>): Promise<void> {
    this.#underWay += 1;
    this.#change({ opening: true });
    await work();
    this.#underWay -= 1;
    this.#change({ opening: this.#underWay > 0 });
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
