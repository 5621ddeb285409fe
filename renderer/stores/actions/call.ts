import type { Emoji } from '@parley/shared/model';
import { type DeviceId, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import type { DeviceTrouble } from '../../media/devices.ts';
import type { View } from '../../mesh/video-limits.ts';
import type { CallHow, Calls } from '../calls.ts';
import type { ForOneself } from '../for-oneself.ts';
import { silenceRing } from '../rings.ts';
import type { ActionContext } from './context.ts';
import type { NavigationActions } from './navigation.ts';
import type { SettingsActions } from './settings.ts';

export interface CallActions {
  /** Opens the pre-join screen: to start a call, or to answer the one that runs. A voice call begins with the camera off. */
  prepareCall: (roomId: RoomId, how?: CallHow) => void;
  setPreviewCamera: (on: boolean) => void;
  setPreviewMicrophone: (on: boolean) => void;
  /** The call is to be started without ringing. */
  setPreviewQuiet: (on: boolean) => void;
  cancelPrepare: () => void;
  /** Starts or joins with what the pre-join screen shows. */
  joinCall: () => Promise<Outcome<unknown>>;
  declineCall: (roomId: RoomId) => void;
  /** The calls of that room ring without a sound for some minutes. */
  silenceRing: (roomId: RoomId) => void;
  leaveCall: () => void;
  /** Tries strong noise suppression once more, after the standard one took over. */
  tryStrongAgain: () => void;
  toggleMicrophone: () => void;
  toggleCamera: () => void;
  toggleScreen: () => void;
  toggleHand: () => void;
  /** Shows an emoji for a moment to those in the call. */
  reactInCall: (emoji: Emoji) => void;
  /** Sound goes out while a key is held. */
  holdToTalk: (on: boolean) => void;
  /** Tells the others in that room's call at which size they are shown here, by `sess`; those who are missing are not shown. */
  showViews: (roomId: RoomId, views: ReadonlyMap<string, View>) => void;
  chooseCamera: (id: string) => void;
  chooseMicrophone: (id: string) => void;
  chooseSpeaker: (id: string) => void;
  /** Changes how this person hears and sees somebody. */
  changeForOneself: (deviceId: DeviceId, change: Partial<ForOneself>) => void;
  /** Level of the own microphone, 0 to 1, some twenty times a second while someone listens. Returns the undo. */
  onMicrophoneLevel: (listener: (level: number) => void) => () => void;
}

export function createCallActions(
  context: ActionContext,
  { openRoom, changeSettings }: NavigationActions & SettingsActions,
): CallActions {
  const { store, running, session, calls, notices, show, tell } = context;

  /** Chooses another camera or microphone. The choice falls back to the one in use where the other cannot be had. */
  const choose = async (
    field: 'cameraId' | 'microphoneId',
    id: string,
    change: (devices: Calls['devices']) => Promise<DeviceTrouble | undefined>,
  ): Promise<void> => {
    const saved = changeSettings({ devices: { [field]: id } });
    const devices = calls()?.devices;
    const trouble = devices && (await change(devices));
    if (!trouble) return;
    await saved;
    void changeSettings({ devices: { [field]: devices.chosen[field] } });
    notices.say('trouble', `${trouble.message} The one before stays in use.`, trouble.code);
  };

  return {
    prepareCall(roomId, how = 'usual') {
      const prepared = tell(calls()?.prepare(roomId, how) ?? refuse('room-unknown'));
      const { call, reach } = store.getState();
      if (!prepared.ok) return;
      if (call.at === 'joined') openRoom(roomId);
      else show({ at: 'pre-join', roomId, answering: reach[roomId]?.call?.callId ?? null });
    },
    setPreviewCamera: (on) => calls()?.setPreviewCamera(on),
    setPreviewMicrophone: (on) => calls()?.setPreviewMicrophone(on),
    setPreviewQuiet: (on) => calls()?.setPreviewQuiet(on),
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
    silenceRing: (roomId) => silenceRing(store, context.ports.clock, roomId),
    leaveCall: () => calls()?.leave(),
    tryStrongAgain: () => calls()?.strongAgain(),
    toggleMicrophone: () => calls()?.toggleMicrophone(),
    toggleCamera: () => calls()?.toggleCamera(),
    toggleScreen: () => void calls()?.toggleScreen(),
    toggleHand: () => calls()?.toggleHand(),
    reactInCall: (emoji) => calls()?.react(emoji),
    holdToTalk: (on) => calls()?.talk(on),
    showViews: (roomId, views) => context.mixing.showViews(roomId, views),
    chooseCamera: (id) => void choose('cameraId', id, (devices) => devices.chooseCamera(id)),
    chooseMicrophone: (id) => void choose('microphoneId', id, (devices) => devices.chooseMicrophone(id)),
    chooseSpeaker: (id) => void changeSettings({ devices: { speakerId: id } }),
    changeForOneself: (deviceId, change) => running()?.reach.changeForOneself(deviceId, change),
    onMicrophoneLevel: (listener) => calls()?.devices.on('level', listener) ?? (() => {}),
  };
}
