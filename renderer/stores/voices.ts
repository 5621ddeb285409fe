import { blockCountOf, type EntryContent, VOICE_NAME } from '@parley/shared/model';
import {
  accept,
  type ErrorCode,
  type FileId,
  LIMITS,
  type Outcome,
  type RoomId,
  refusalOf,
  refuse,
  toBase64Url,
} from '@parley/shared/protocol';
import { VoicePlayer } from '../media/voice/voice-player.ts';
import { type Recorded, VoiceRecorder } from '../media/voice/voice-recorder.ts';
import { type Fingerprint, fingerprintOf, readBlockOf } from '../session/files/local-files.ts';
import { type DiskWait, whenDiskTakes } from '../session/when-disk-takes.ts';
import type { AppStore } from './app-store.ts';
import type { Notices } from './notices.ts';
import type { AppPorts } from './ports.ts';
import type { FileNow, Recording, VoiceSpeed } from './state.ts';
import { showsUnstored } from './unstored.ts';

export type VoicesPorts = { store: AppStore; ports: Pick<AppPorts, VoicePart>; notices: Notices };
type VoicePart = 'bridge' | 'content' | 'clock' | 'randomBytes' | 'media' | 'voice';

/** Records voice messages until they are on the disk, and plays those that are there. */
export interface Voices {
  /** Records for that room. `held`: until it is let go. */
  start(roomId: RoomId, held: boolean): Promise<void>;
  /** Goes on recording when the pointer lets go. */
  lock(): void;
  /** Ends the recording; answers the offer of it once it is on the disk, undefined where there is none. */
  finish(): Promise<VoiceContent | undefined>;
  discard(): void;
  /** Discards what is recorded or stored for a room; resolves when nothing more of it goes to the disk. */
  forget(roomId: RoomId): Promise<void>;
  readonly player: Pick<VoicePlayer, 'play' | 'pause' | 'seek' | 'stop'>;
  setSpeed(speed: VoiceSpeed): void;
  close(): void;
}

/** The offer of a voice message. */
export type VoiceContent = Extract<EntryContent, { kind: 'file' }>;

/** What has to be given up: everything else may pass, and the words are in memory alone. */
const FINAL: readonly ErrorCode[] = [
  'voice-invalid',
  'file-too-large',
  'file-block-wrong',
  'bad-request',
  'room-unknown',
];

/** The offer of a recording that is on the disk. */
export function contentOf({ fileId, salt, name, sizeBytes, root, voice }: OfferedVoice): VoiceContent {
  return { kind: 'file', of: null, fileId, salt, name, folders: [], sizeBytes, root, voice };
}
type OfferedVoice = Pick<FileNow, 'fileId' | 'salt' | 'name' | 'sizeBytes' | 'root' | 'voice'>;

export function createVoices({ store, ports, notices }: VoicesPorts): Voices {
  const showUnstored = showsUnstored(store);
  const { bridge, content, clock } = ports;
  let recorder: VoiceRecorder | undefined;
  /** The recording that goes to the disk. */
  let storing: Storing | undefined;
  let closed = false;
  const set = (recording: Recording | null) => store.setState({ recording });
  const player = new VoicePlayer({
    voice: ports.voice,
    read: (fileId, index) => content.read(fileId, index),
    clock,
    speakerId: () => store.getState().settings.devices.speakerId,
    changed: (playing) => store.setState({ playing }),
  });

  const unsubscribe = store.subscribe(({ files, playing }, before) => {
    if (!playing || files === before.files) return;
    const all = Object.values(files).flat();
    const now = all.find(({ fileId }) => fileId === playing.fileId);
    if (!now) player.stop(playing.fileId);
    else if (playing.at !== 'failed') player.arrived(playing.fileId);
  });

  const recordingNow = () => {
    const { recording } = store.getState();
    return recording?.at === 'asking' || recording?.at === 'recording' ? recording : undefined;
  };

  async function start(roomId: RoomId, held: boolean): Promise<void> {
    const now = store.getState().recording;
    if (now?.at === 'storing' && now.roomId !== roomId) notices.say('info', STILL_STORED, null);
    if (now && now.at !== 'refused') return;
    player.pause();
    set({ roomId, at: 'asking', held });
    const mine = new VoiceRecorder({
      media: ports.media,
      voice: ports.voice,
      clock,
      heard: (elapsedMs, level) => {
        const recording = recordingNow();
        if (recorder === mine && recording) set({ roomId, at: 'recording', held: recording.held, elapsedMs, level });
      },
      ended: (why) => {
        notices.say('info', why === 'longest' ? LONGEST : UNPLUGGED, null);
        void finish();
      },
    });
    recorder = mine;
    const trouble = await mine.start(store.getState().settings.devices.microphoneId);
    if (recorder !== mine) return;
    const recording = recordingNow();
    if (trouble) {
      recorder = undefined;
      set({ roomId, at: 'refused', trouble });
    } else if (recording) set({ roomId, at: 'recording', held: recording.held, elapsedMs: 0, level: 0 });
  }

  async function finish(): Promise<VoiceContent | undefined> {
    const recording = recordingNow();
    const mine = recorder;
    if (!recording || !mine) return undefined;
    const { roomId } = recording;
    recorder = undefined;
    if (recording.at === 'asking') {
      mine.discard();
      set(null);
      return undefined;
    }
    set({ roomId, at: 'storing' });
    const turn: Storing = { roomId, isWanted: true, done: Promise.resolve(undefined) };
    turn.done = stopAndKeep(turn, mine);
    storing = turn;
    return turn.done;
  }

  async function stopAndKeep(turn: Storing, mine: VoiceRecorder): Promise<VoiceContent | undefined> {
    try {
      const recorded = await mine.stop();
      return recorded && turn.isWanted ? await keep(turn, recorded) : undefined;
    } catch (thrown) {
      notices.refused(refuse(refusalOf(thrown).code, { message: 'The recording could not be kept.' }));
      return undefined;
    } finally {
      storing = undefined;
      set(null);
    }
  }

  /** Brings a recording to the disk, however often that has to be tried. */
  async function keep(turn: Storing, { blob, voice }: Recorded): Promise<VoiceContent | undefined> {
    const { roomId } = turn;
    const file = new File([blob], VOICE_NAME);
    if (file.size > LIMITS.voiceMaxBytes) {
      notices.refused(refuse('file-too-large', { message: 'The recording is larger than a voice message may be.' }));
      return undefined;
    }
    const salt = toBase64Url(ports.randomBytes(16));
    let print: Fingerprint | undefined;
    let begun: FileId | undefined;
    const write = async (): Promise<Outcome<VoiceContent>> => {
      if (!print) {
        const read = await fingerprintOf(
          file,
          () => {},
          () => true,
        );
        if (!read.ok) return refuse('internal', { message: UNREAD });
        print = read.value;
      }
      const offer = { ...{ roomId, name: VOICE_NAME, folders: [], sizeBytes: file.size, salt }, ...print, voice };
      const offered = await bridge.call('files.offer', offer);
      if (!offered.ok) return offered;
      const { fileId } = offered.value;
      begun = fileId;
      for (let index = 0; index < blockCountOf(file.size); index++) {
        const block = await readBlockOf(file, index);
        if (!block) return refuse('internal', { message: UNREAD });
        const written = await content.write(fileId, index, block);
        if (!written.ok) return written;
      }
      return accept(contentOf({ ...offer, fileId }));
    };
    let stopShowing = () => {};
    const wait = whenDiskTakes(
      clock,
      write,
      (refusal) => {
        stopShowing = showUnstored(roomId, { what: 'recording', text: VOICE_NAME, refusal, cancel: wait.cancel });
      },
      (code) => !FINAL.includes(code),
    );
    turn.wait = wait;
    if (closed) wait.cancel();
    const stored = await wait.done;
    stopShowing();
    if (stored.ok && turn.isWanted) return stored.value;
    if (begun) await bridge.call('files.forget', { fileId: begun });
    if (!stored.ok && stored.code !== 'cancelled' && turn.isWanted) notices.refused(stored);
    return undefined;
  }

  const discard = () => {
    if (store.getState().recording?.at === 'storing') return;
    recorder?.discard();
    recorder = undefined;
    set(null);
  };

  return {
    start,
    lock() {
      const recording = recordingNow();
      if (recording) set({ ...recording, held: false });
    },
    finish,
    discard,
    async forget(roomId) {
      if (store.getState().recording?.roomId === roomId) discard();
      const turn = storing;
      if (turn?.roomId !== roomId) return;
      turn.isWanted = false;
      turn.wait?.cancel();
      await turn.done;
    },
    player,
    setSpeed(voiceSpeed) {
      player.setSpeed(voiceSpeed);
      store.setState({ voiceSpeed });
    },
    close() {
      unsubscribe();
      recorder?.discard();
      closed = true;
      storing?.wait?.cancel();
      player.close();
    },
  };
}

/** `isWanted`: not once its room is deleted. */
type Storing = {
  roomId: RoomId;
  isWanted: boolean;
  wait?: DiskWait<VoiceContent>;
  done: Promise<VoiceContent | undefined>;
};

const UNREAD = 'The recording could not be read.';
const STILL_STORED =
  'The recording for another room is still being stored. The next one can begin once it is on the disk.';
const LONGEST = 'A voice message has 15 minutes at most. What you said until now is kept: send or discard it.';
const UNPLUGGED = 'The microphone is gone. What you said until then is kept: send or discard it.';
