import { type DeviceId, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import type { ActionContext } from './context.ts';
import type { NavigationActions } from './navigation.ts';
import type { SettingsActions } from './settings.ts';

export interface CallActions {
  /** Opens the pre-join screen: to start a call, or to answer the one that runs. */
  prepareCall: (roomId: RoomId) => void;
  setPreviewCamera: (on: boolean) => void;
  setPreviewMicrophone: (on: boolean) => void;
  cancelPrepare: () => void;
  /** Starts or joins with what the pre-join screen shows. */
  joinCall: () => Promise<Outcome<unknown>>;
  declineCall: (roomId: RoomId) => void;
  leaveCall: () => void;
  toggleMicrophone: () => void;
  toggleCamera: () => void;
  toggleScreen: () => void;
  toggleHand: () => void;
  chooseCamera: (id: string) => void;
  chooseMicrophone: (id: string) => void;
  chooseSpeaker: (id: string) => void;
  setVolume: (deviceId: DeviceId, volume: number) => void;
  /** Level of the own microphone, 0 to 1, some twenty times a second while someone listens. Returns the undo. */
  onMicrophoneLevel: (listener: (level: number) => void) => () => void;
}

export function createCallActions(
  context: ActionContext,
  { openRoom, changeSettings }: NavigationActions & SettingsActions,
): CallActions {
  const { store, running, session, calls, show, tell } = context;
  return {
    prepareCall(roomId) {
      const prepared = tell(calls()?.prepare(roomId) ?? refuse('room-unknown'));
      const { call, reach } = store.getState();
      if (!prepared.ok) return;
      if (call.at === 'joined') openRoom(roomId);
      else show({ at: 'pre-join', roomId, answering: reach[roomId]?.call?.callId ?? null });
    },
    setPreviewCamera: (on) => calls()?.setPreviewCamera(on),
    setPreviewMicrophone: (on) => calls()?.setPreviewMicrophone(on),
    cancelPrepare() {
      const { screen } = store.getState();
      if (screen.at === 'pre-join') openRoom(screen.roomId);
      else calls()?.cancel();
    },
    async joinCall() {
      const joined = calls()?.join() ?? refuse('not-allowed');
      if (joined.ok) openRoom(joined.value);
      return tell(joined);
    },
    declineCall: (roomId) => session(roomId)?.declineCall(),
    leaveCall: () => calls()?.leave(),
    toggleMicrophone: () => calls()?.toggleMicrophone(),
    toggleCamera: () => calls()?.toggleCamera(),
    toggleScreen: () => void calls()?.toggleScreen(),
    toggleHand: () => calls()?.toggleHand(),
    chooseCamera(id) {
      void changeSettings({ devices: { cameraId: id } });
      void calls()?.devices.chooseCamera(id);
    },
    chooseMicrophone(id) {
      void changeSettings({ devices: { microphoneId: id } });
      void calls()?.devices.chooseMicrophone(id);
    },
    chooseSpeaker: (id) => void changeSettings({ devices: { speakerId: id } }),
    setVolume: (deviceId, volume) => running()?.reach.setVolume(deviceId, volume),
    onMicrophoneLevel: (listener) => calls()?.devices.on('level', listener) ?? (() => {}),
  };
}
