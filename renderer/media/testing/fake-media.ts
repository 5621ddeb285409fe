import type { MediaPorts } from '../ports.ts';
import type { ProcessedTrack } from '../processing/processed-track.ts';

export class FakeTrack extends EventTarget {
  readonly id: string;
  readonly kind: 'audio' | 'video';
  readonly deviceId: string;
  enabled = true;
  readyState: 'live' | 'ended' = 'live';
  contentHint = '';

  constructor(kind: 'audio' | 'video', deviceId: string) {
    super();
    this.id = `${kind}-${nextId++}`;
    this.kind = kind;
    this.deviceId = deviceId;
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.deviceId };
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** The device went away. */
  unplug(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }

  clone(): FakeTrack {
    return new FakeTrack(this.kind, this.deviceId);
  }
}

class FakeStream {
  readonly id = `stream-${nextId++}`;
  readonly tracks: FakeTrack[] = [];
  getTracks = () => [...this.tracks];
  getAudioTracks = () => this.tracks.filter((track) => track.kind === 'audio');
  getVideoTracks = () => this.tracks.filter((track) => track.kind === 'video');
  addTrack = (track: FakeTrack) => void this.tracks.push(track);
  removeTrack = (track: FakeTrack) => void this.tracks.splice(this.tracks.indexOf(track), 1);
}
let nextId = 0;

type Wanted = { video?: MediaTrackConstraints; audio?: MediaTrackConstraints };

/** A computer's devices in the hands of a test. */
export class FakeMedia {
  /** What was asked of a microphone, each time. */
  readonly sounds: MediaTrackConstraints[] = [];
  /** How many microphones and measured copies of one were open then. */
  readonly openWhenAsked: number[] = [];
  /** The tracks that voices and pictures were made into, and whether making them fails. */
  readonly cleaned: FakeTrack[] = [];
  readonly covered: (FakeTrack & { background?: string })[] = [];
  failsToClean = false;
  failsToCover = false;
  /** Whether a file that is chosen can stand behind the person. */
  takesPicture = true;
  /** The computer no longer keeps up. */
  fallBehind = () => {};
  beTooSlow = () => {};
  /** Processed tracks that were not closed. */
  processing = 0;
  /** The devices that are plugged in, by id. */
  cameras = ['cam-1', 'cam-2'];
  microphones = ['mic-1', 'mic-2'];
  /** Names of the errors that asking ends with, by kind. */
  readonly trouble: { video?: string; audio?: string; screen?: string } = {};
  readonly asked: string[] = [];
  readonly given: FakeTrack[] = [];
  level = 0;
  meters = 0;
  readonly #changes = new EventTarget();
  /** Set to hold answers back until it resolves. */
  gate: Promise<void> = Promise.resolve();

  get lights(): FakeTrack[] {
    return this.given.filter((track) => track.readyState === 'live');
  }

  change(): void {
    this.#changes.dispatchEvent(new Event('devicechange'));
  }

  /** Set to hold covered pictures back until it resolves. */
  coverGate: Promise<void> = Promise.resolve();

  #made(kind: 'audio' | 'video', from: MediaStreamTrack, all: FakeTrack[]): ProcessedTrack {
    const track = new FakeTrack(kind, `of ${from.id}`);
    all.push(track);
    this.processing += 1;
    const close = () => {
      track.stop();
      this.processing -= 1;
    };
    return { track: track as unknown as MediaStreamTrack, close }; // what is used of one
  }

  ports(): MediaPorts {
    const give = (kind: 'audio' | 'video', constraints: MediaTrackConstraints) => {
      const name = this.trouble[kind];
      if (kind === 'audio') {
        this.sounds.push(constraints);
        this.openWhenAsked.push(this.lights.filter((track) => track.kind === kind).length + this.meters);
      }
      if (name) throw new DOMException(name, name);
      const there = kind === 'video' ? this.cameras : this.microphones;
      const exact = (constraints.deviceId as ConstrainDOMStringParameters | undefined)?.exact;
      if (there.length === 0) throw new DOMException('none', 'NotFoundError');
      const id = typeof exact === 'string' ? exact : (there[0] ?? '');
      if (!there.includes(id)) throw new DOMException('gone', 'OverconstrainedError');
      return new FakeTrack(kind, id);
    };
    const getUserMedia = async (wanted: Wanted) => {
      this.asked.push(Object.keys(wanted).sort().join('+'));
      await this.gate;
      const stream = new FakeStream();
      const tracks = [wanted.audio && give('audio', wanted.audio), wanted.video && give('video', wanted.video)];
      for (const track of tracks) if (track) stream.addTrack(track);
      this.given.push(...stream.tracks);
      return stream;
    };
    const getDisplayMedia = async () => {
      this.asked.push('screen');
      if (this.trouble.screen) throw new DOMException('no', this.trouble.screen);
      const stream = new FakeStream();
      stream.addTrack(new FakeTrack('video', 'screen'));
      this.given.push(...stream.tracks);
      return stream;
    };
    const enumerateDevices = async () => [
      ...this.cameras.map((deviceId) => ({ kind: 'videoinput', deviceId, label: `Label of ${deviceId}` })),
      ...this.microphones.map((deviceId) => ({ kind: 'audioinput', deviceId, label: '' })),
    ];
    return {
      devices: {
        getUserMedia,
        getDisplayMedia,
        enumerateDevices,
        addEventListener: (name: string, listener: EventListener) => this.#changes.addEventListener(name, listener),
        removeEventListener: (name: string, listener: EventListener) =>
          this.#changes.removeEventListener(name, listener),
      } as unknown as MediaPorts['devices'], // fakes of what the manager uses
      makeStream: () => new FakeStream() as unknown as MediaStream, // likewise
      cleanVoice: async (voice, _clock, fellBehind) => {
        if (this.failsToClean) throw new Error('no worklet');
        this.fallBehind = fellBehind;
        return this.#made('audio', voice, this.cleaned);
      },
      coverBackground: async (camera, background, _clock, tooSlow) => {
        await this.coverGate;
        if (this.failsToCover) throw new Error('no worker');
        this.beTooSlow = tooSlow;
        const made = this.#made('video', camera, this.covered);
        Object.assign(made.track, { background });
        return made;
      },
      makeBackground: async (file) => (this.takesPicture ? file : null),
      makeMeter: () => {
        this.meters += 1;
        const close = () => {
          this.meters -= 1;
        };
        return { level: () => this.level, close };
      },
    };
  }
}
