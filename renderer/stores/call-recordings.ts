import { isolated } from '@parley/shared/model';
import { type RecordingId, type Refusal, type RoomId, refusalOf, refuse } from '@parley/shared/protocol';
import { errorFields } from '../log.ts';
import { takePicture } from '../media/recording/call-mixer.ts';
import { CallRecorder } from '../media/recording/call-recorder.ts';
import type { AppStore } from './app-store.ts';
import { inCallOf } from './call-content.ts';
import type { CallMixing, MixedCall } from './call-mixing.ts';
import type { Calls } from './calls.ts';
import type { Notices } from './notices.ts';
import type { AppPorts } from './ports.ts';
import type { Reach } from './reach.ts';
import { type Present, RecordedStays } from './recorded-stays.ts';
import type { AppState } from './state.ts';

/** The recording of the own call, and pictures of it. */
export interface CallRecordings {
  /** Tells the others and records, until it is stopped or the call ends. */
  start(): Promise<void>;
  /** Ends the recording; resolves when its file is whole. */
  stop(): Promise<void>;
  /** Keeps a picture of the call as it is now, or of one tile by its key: `<sess>/camera` or `<sess>/screen`. */
  takePicture(key?: string): Promise<void>;
  /** Resolves when the file is whole. */
  close(): Promise<void>;
}

type Running = { roomId: RoomId; recordingId: RecordingId; mixed: MixedCall; recorder: CallRecorder };

export function createCallRecordings(options: {
  store: AppStore;
  ports: AppPorts;
  running: () => { reach: Reach; calls: Calls } | undefined;
  notices: Notices;
  mixing: CallMixing;
}): CallRecordings {
  const { store, ports, notices, mixing } = options;
  const { bridge, capture, clock } = ports;
  const log = ports.log.area('recording');
  let current: Running | null = null;
  let stopping: Promise<void> | null = null;
  const set = (callRecording: AppState['callRecording']) => store.setState({ callRecording });
  const session = (roomId: RoomId) => options.running()?.reach.get(roomId);

  async function start(): Promise<void> {
    const { call, callRecording } = store.getState();
    if (call.at !== 'joined' || callRecording) return;
    const { roomId } = call;
    set({ at: 'starting' });
    const begun = await bridge.call('recordings.begin', { roomId });
    if (!begun.ok) {
      set(null);
      return notices.refused(begun);
    }
    const { recordingId } = begun.value;
    const now = store.getState().call;
    if (now.at !== 'joined' || now.roomId !== roomId) {
      set(null);
      await bridge.call('recordings.finish', { recordingId });
      return;
    }
    // First of all: nothing is recorded of which the others were not told.
    session(roomId)?.markCall({ recording: true });
    try {
      record(roomId, recordingId);
    } catch (error) {
      log.warn('a recording could not begin', errorFields(error));
      session(roomId)?.markCall({ recording: false });
      set(null);
      notices.refused(CANNOT);
      await bridge.call('recordings.finish', { recordingId });
    }
  }

  function record(roomId: RoomId, recordingId: RecordingId): void {
    const since = clock.monotonicMs();
    const mixed = mixing.take(roomId);
    let recorder: CallRecorder;
    try {
      recorder = new CallRecorder({
        capture,
        tracks: mixed.tracks,
        write: (index, bytes) => ports.recordings.append(recordingId, index, bytes),
        grew: (sizeBytes) => {
          const { callRecording } = store.getState();
          if (callRecording?.at === 'running') set({ ...callRecording, sizeBytes });
        },
        ended: (why) => void stop(why),
      });
    } catch (error) {
      mixed.release();
      throw error;
    }
    current = { roomId, recordingId, mixed, recorder };
    set({ at: 'running', since, sizeBytes: 0 });
    const stays = new RecordedStays();
    const note = (state: AppState) => {
      if (!stays.now(presentIn(state), clock.monotonicMs() - since)) return;
      void bridge.call('recordings.note', { recordingId, stays: stays.all });
    };
    note(store.getState());
    const undo = store.subscribe((state) => {
      if (current?.recordingId === recordingId) note(state);
      else undo();
    });
  }

  function stop(why?: Refusal): Promise<void> {
    if (!current) return stopping ?? Promise.resolve();
    const ended = current;
    current = null;
    set({ at: 'finishing' });
    stopping = finish(ended, why).finally(() => {
      stopping = null;
    });
    return stopping;
  }

  async function finish({ roomId, recordingId, mixed, recorder }: Running, why?: Refusal): Promise<void> {
    await recorder.stop();
    mixed.release();
    // Not before its last sound: the mark stands for as long as anything is recorded.
    session(roomId)?.markCall({ recording: false });
    const kept = await bridge.call('recordings.finish', { recordingId });
    set(null);
    if (why) notices.say('trouble', `${why.message}${why.code.startsWith('disk') ? ` ${KEPT_SO_FAR}` : ''}`, why.code);
    if (!kept.ok) return notices.refused(kept);
    notices.say('info', `The recording is kept as ${isolated(kept.value.name)}.`, null, recordingId);
  }

  const unsubscribe = store.subscribe(({ call }, before) => {
    if (call.at !== 'joined' && before.call.at === 'joined') void stop();
  });

  return {
    start,
    stop: () => stop(),
    async takePicture(key) {
      const { call } = store.getState();
      if (call.at !== 'joined') return;
      try {
        const png = await takePicture(
          { capture, clock },
          mixing.sources().tiles.filter((tile) => key === undefined || tile.key === key),
        );
        const kept = await ports.recordings.keepPicture(call.roomId, png);
        if (!kept.ok) return notices.refused(kept);
        const { name, recordingId } = kept.value;
        notices.say('info', `The picture is kept as ${isolated(name)}.`, null, recordingId);
      } catch (error) {
        log.warn('a picture of a call could not be taken', errorFields(error));
        notices.refused(refuse(refusalOf(error).code, { message: 'The picture could not be taken.' }));
      }
    },
    async close() {
      unsubscribe();
      await stop();
    },
  };
}

const KEPT_SO_FAR = 'What was recorded until now is kept.';
const CANNOT = refuse('recording-failed', { message: 'This computer cannot record a call. Nothing was recorded.' });

/** The others in the own call, by their names. */
const presentIn = (state: AppState): Present[] =>
  inCallOf(state)
    // Only over an open link did they hear of it.
    .filter(({ link }) => link === 'open')
    .map(({ sess, name }) => ({ key: sess, name }));
