import { type HistoryItem, MessageRef, VOICE_NAME } from '@parley/shared/model';
import { accept, type Outcome, type RoomId, refusalOf, refuse } from '@parley/shared/protocol';
import type { FileNow, VoiceSpeed } from '../state.ts';
import { contentOf, type VoiceContent } from '../voices.ts';
import type { ActionContext } from './context.ts';

/** How long a message may be there; as the room's timer says where it is undefined. */
type Lasting = number | null | undefined;

export interface VoiceActions {
  /** Records a voice message for a room. `held`: until the pointer lets go. */
  startVoice: (roomId: RoomId, held: boolean) => void;
  /** The recording goes on when the pointer lets go. */
  lockVoice: () => void;
  /**
   * The pointer let go of the button. After a short press, or where the browser has still to be asked, the recording goes on; otherwise it
   * is sent.
   */
  releaseVoice: (roomId: RoomId, heldMs: number, lifetimeMs: Lasting) => void;
  /** Ends the recording and sends it. */
  sendVoice: (roomId: RoomId, lifetimeMs: Lasting) => Promise<Outcome<unknown>>;
  /** Ends the recording of a room, if there is one, and keeps it, to be sent or discarded later. */
  keepVoice: (roomId: RoomId) => void;
  discardVoice: () => void;
  /** The same for a recording that is on the disk. */
  sendKeptVoice: (file: FileNow, lifetimeMs: Lasting) => Promise<Outcome<unknown>>;
  discardKeptVoice: (file: FileNow) => void;
  /** Plays a voice message from where it was stopped, and loads it where that has to be asked for; another one ends. */
  playVoice: (file: FileNow) => void;
  pauseVoice: () => void;
  seekVoice: (file: FileNow, toMs: number) => void;
  setVoiceSpeed: (speed: VoiceSpeed) => void;
}

/** A press that is shorter starts a recording that goes on by itself; a longer one records until it is let go. */
const HOLD_MS = 400;

const refOf = ({ author, fileId }: FileNow): MessageRef => MessageRef.parse({ author, id: fileId });
const playableOf = ({ fileId, sizeBytes, voice }: FileNow) => ({
  ...{ fileId, sizeBytes },
  durationMs: voice?.durationMs ?? 0,
});

export function createVoiceActions(context: ActionContext): VoiceActions {
  const { ports, store, voices, chats, drafts, session, tell, tellUnlessCancelled, showUnstored } = context;
  const { player } = voices;

  /** Puts a recording among the messages. While that waits, or where it is refused, it stays as a recording. */
  async function send(roomId: RoomId, content: VoiceContent, lifetimeMs: Lasting): Promise<Outcome<unknown>> {
    const room = session(roomId);
    if (!room) return tell(refuse('room-unknown'));
    const { fileId } = content;
    // The core tells a moment later that it is sent: until then it is no recording any more.
    if (store.getState().sendingVoices.includes(fileId)) return accept({});
    store.setState(({ sendingVoices }) => ({ sendingVoices: [...sendingVoices, fileId] }));
    let stopShowing = () => {};
    let isSent = false;
    try {
      const sent = await room.send(
        { ...content, lifetimeMs },
        (item: HistoryItem) => chats.add(roomId, [item]),
        () => drafts.kept(roomId),
        ({ refusal, cancel }) => {
          stopShowing = showUnstored(roomId, { what: 'message', text: VOICE_NAME, refusal, cancel });
        },
      );
      isSent = sent.ok;
      if (sent.ok) await chats.loadNewest(roomId);
      return tellUnlessCancelled(sent);
    } catch (thrown) {
      return tell(refusalOf(thrown));
    } finally {
      stopShowing();
      if (!isSent) {
        store.setState(({ sendingVoices }) => ({ sendingVoices: sendingVoices.filter((each) => each !== fileId) }));
      }
    }
  }

  const sendVoice = async (roomId: RoomId, lifetimeMs: Lasting): Promise<Outcome<unknown>> => {
    const content = await voices.finish();
    return content ? send(roomId, content, lifetimeMs) : accept({});
  };
  const recordingOf = (roomId: RoomId) => {
    const { recording } = store.getState();
    return recording?.roomId === roomId ? recording : null;
  };

  return {
    startVoice: (roomId, held) => void voices.start(roomId, held),
    lockVoice: () => voices.lock(),
    releaseVoice(roomId, heldMs, lifetimeMs) {
      const recording = recordingOf(roomId);
      if (recording?.at === 'asking' || heldMs < HOLD_MS) voices.lock();
      else if (recording?.at === 'recording' && recording.held) void sendVoice(roomId, lifetimeMs);
    },
    sendVoice,
    keepVoice(roomId) {
      if (recordingOf(roomId)) void voices.finish();
    },
    discardVoice: () => voices.discard(),
    sendKeptVoice: (file, lifetimeMs) => send(file.roomId, contentOf(file), lifetimeMs),
    discardKeptVoice(file) {
      // Nobody could hear the message that is being sent.
      if (store.getState().sendingVoices.includes(file.fileId)) return;
      void session(file.roomId)?.files.forget([refOf(file)]);
    },
    playVoice(file) {
      const { roomId, fileId, state, held } = file;
      if (!held) session(roomId)?.files.want(fileId);
      // What this computer was not to load by itself: a large one, or one of many.
      if (state === 'offered' || state === 'declined' || state === 'paused')
        void ports.bridge.call('files.accept', { fileId }).then(tell);
      player.play(playableOf(file));
    },
    pauseVoice: () => player.pause(),
    seekVoice: (file, toMs) => player.seek(playableOf(file), toMs),
    setVoiceSpeed: (speed) => voices.setSpeed(speed),
  };
}
