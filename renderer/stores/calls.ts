import { type Emoji, isolated } from '@parley/shared/model';
import { accept, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import { DeviceManager, type MediaState } from '../media/device-manager.ts';
import type { DeviceTrouble } from '../media/devices.ts';
import type { OwnMedia } from '../session/call-membership.ts';
import type { SessionNow } from '../session/session-state.ts';
import { type AppStore, NO_CALL } from './app-store.ts';
import { uplinkForCall } from './call-outputs.ts';
import type { Notices } from './notices.ts';
import type { AppPorts } from './ports.ts';
import type { Reach } from './reach.ts';
import type { OwnMedia as OwnMediaView, Preview } from './state.ts';

/** `voice`: the camera stays off until it is turned on. */
export type CallHow = 'usual' | 'voice';

/** The one call that this person is in, or about to be in. */
export interface Calls {
  readonly devices: DeviceManager;
  /** Opens the devices that the settings want, for the pre-join screen; for a voice call not the camera. */
  prepare(roomId: RoomId, how?: CallHow): Outcome<unknown>;
  setPreviewCamera(on: boolean): void;
  setPreviewMicrophone(on: boolean): void;
  /** Whether the call is to be started without ringing. */
  setPreviewQuiet(on: boolean): void;
  /** Lets the devices go, if no call uses them. */
  cancel(): void;
  join(): Outcome<RoomId>;
  leave(): void;
  /** Tries strong noise suppression once more, after the standard one took over. */
  strongAgain(): void;
  toggleMicrophone(): void;
  toggleCamera(): void;
  toggleScreen(): Promise<void>;
  toggleHand(): void;
  react(emoji: Emoji): void;
  /** Sound goes out while the person holds a key; muted again when they let go. Nothing happens where they are not muted. */
  talk(on: boolean): void;
  /** A room changed: the own call may have been merged with another. */
  roomChanged(roomId: RoomId, now: SessionNow): void;
  close(): void;
}

export function createCalls(options: { store: AppStore; ports: AppPorts; reach: Reach; notices: Notices }): Calls {
  const { store, ports, reach, notices } = options;
  const devices = new DeviceManager(ports.media, ports.clock, ports.log.area('media'));

  const own = (): OwnMedia => {
    const { microphone, camera, screen } = devices.state;
    const { settings, callLive } = store.getState();
    const { music } = settings.processing;
    const uplinkMaxBps = uplinkForCall(settings.network.uplinkMaxKbps, callLive !== null);
    const uplink = uplinkMaxBps === null ? {} : { uplinkMaxBps };
    return { microphone, camera, screen, music, tracks: devices.tracks, ...uplink };
  };
  const mediaView = (state: MediaState): Omit<OwnMediaView, 'hand' | 'handTurn' | 'reaction'> => ({
    microphone: state.microphone,
    camera: state.camera,
    screen: state.screen,
    speaking: state.speaking,
    talkingWhileMuted: state.talkingWhileMuted,
    cameraStream: state.camera ? devices.cameraStream : null,
    screenStream: state.screen ? devices.screenStream : null,
    cameraTrouble: state.cameraTrouble,
    microphoneTrouble: state.microphoneTrouble,
  });
  const preview = (state: MediaState, quiet: boolean): Preview => ({
    quiet,
    stream: state.camera ? devices.cameraStream : null,
    camera: state.camera,
    microphone: state.microphone === 'live',
    opening: state.opening,
    cameraTrouble: state.cameraTrouble,
    microphoneTrouble: state.microphoneTrouble,
  });

  const session = () => {
    const { call } = store.getState();
    return call.at === 'joined' ? reach.get(call.roomId) : undefined;
  };
  const show = () => {
    const { call, noiseFellBack } = store.getState();
    if (devices.state.noiseFellBack !== noiseFellBack) store.setState({ noiseFellBack: devices.state.noiseFellBack });
    if (call.at === 'preparing')
      store.setState({ call: { ...call, preview: preview(devices.state, call.preview.quiet) } });
    if (call.at === 'joined') store.setState({ call: { ...call, ...mediaView(devices.state) } });
  };
  const end = () => {
    // A key that is let go later must not ask for the microphone again.
    held = false;
    devices.stop();
    store.setState({ call: NO_CALL, linkRecords: {}, inspecting: null });
  };

  /** Whether a muted microphone is live because a key is held. */
  let held = false;
  /** The state of this device's media as the others know it; how loud it is right now is not said. */
  let said = '';
  const tellOthers = () => {
    const { microphone, camera, screen } = devices.state;
    const { voice, camera: picture, screen: shared, screenSound } = devices.tracks;
    const { music } = store.getState().settings.processing;
    const now = [microphone, camera, screen, music, voice?.id, picture?.id, shared?.id, screenSound?.id].join();
    if (now === said) return;
    said = now;
    session()?.setMedia(own());
  };

  const goesOnAsBefore = (trouble: DeviceTrouble | undefined) => {
    if (trouble) notices.say('trouble', `${trouble.message} Sound and picture go on as before.`, trouble.code);
  };

  const undos = [
    devices.on('state', () => {
      show();
      tellOthers();
    }),
    devices.on('tracks', () => {
      show();
      tellOthers();
    }),
    devices.on('noticed', ({ code, message }) => notices.say('info', message, code)),
    store.subscribe(({ settings }, before) => {
      if (settings.processing === before.settings.processing) return;
      tellOthers();
      void devices.process(settings.processing).then(goesOnAsBefore);
    }),
    store.subscribe(({ settings, callLive }, before) => {
      const isLive = (live: typeof callLive) => live !== null;
      if (settings.network !== before.settings.network || isLive(callLive) !== isLive(before.callLive))
        session()?.setMedia(own());
    }),
    devices.on('lists', (lists) => store.setState({ devices: lists })),
    devices.on('trouble', ({ code, message }) => {
      // On the pre-join screen it stands beside the preview.
      if (store.getState().call.at === 'joined') notices.say('trouble', message, code);
    }),
  ];

  return {
    devices,
    prepare(roomId, how = 'usual') {
      const { call, rooms, settings } = store.getState();
      if (call.at === 'joined' && call.roomId === roomId) return accept(undefined);
      if (call.at === 'joined') {
        const name = rooms.find((room) => room.roomId === call.roomId)?.name ?? 'another room';
        return refuse('not-allowed', { message: `You are in a call in ${isolated(name)}. Leave it first.` });
      }
      const { startCameraOff, startMuted, cameraId, microphoneId } = settings.devices;
      devices.stop();
      store.setState({ call: { at: 'preparing', roomId, preview: preview(devices.state, false) } });
      void devices.open({
        camera: !startCameraOff && how !== 'voice',
        microphone: !startMuted,
        cameraId,
        microphoneId,
      });
      return accept(undefined);
    },
    setPreviewCamera: (on) => void devices.setCamera(on),
    setPreviewMicrophone: (on) => void devices.setMicrophone(on ? 'live' : 'off'),
    setPreviewQuiet(quiet) {
      const { call } = store.getState();
      if (call.at === 'preparing') store.setState({ call: { ...call, preview: { ...call.preview, quiet } } });
    },
    cancel() {
      if (store.getState().call.at === 'preparing') end();
    },
    join() {
      const { call } = store.getState();
      if (call.at !== 'preparing') return refuse('not-allowed');
      const room = reach.get(call.roomId);
      if (!room) return refuse('room-unknown');
      const joined = room.joinCall(own(), call.preview.quiet);
      if (!joined.ok) return joined;
      const { roomId } = call;
      const { callId, since, ring, handTurn, reaction } = joined.value;
      const part = { callId, since, ring, hand: handTurn !== null, handTurn, reaction };
      store.setState({ call: { at: 'joined', roomId, ...part, ...mediaView(devices.state) } });
      // A device that was still being opened tells of itself when it is there.
      said = '';
      tellOthers();
      return accept(roomId);
    },
    leave() {
      session()?.leaveCall();
      if (store.getState().call.at === 'joined') end();
    },
    strongAgain: () => void devices.strongAgain().then(goesOnAsBefore),
    toggleMicrophone() {
      held = false;
      void devices.setMicrophone(devices.state.microphone === 'live' ? 'muted' : 'live');
    },
    toggleCamera: () => void devices.setCamera(!devices.state.camera),
    async toggleScreen() {
      if (devices.state.screen) return devices.stopScreen();
      const trouble = await devices.shareScreen();
      if (store.getState().call.at !== 'joined') devices.stopScreen();
      // Changing one's mind in the system's own dialog is no trouble.
      else if (trouble)
        notices.say(trouble.code === 'screen-denied' ? 'info' : 'trouble', trouble.message, trouble.code);
    },
    toggleHand() {
      const { call } = store.getState();
      if (call.at === 'joined') session()?.setHand(!call.hand);
    },
    react: (emoji) => session()?.react(emoji),
    talk(on) {
      const { microphone } = devices.state;
      if (on && microphone !== 'live') held = true;
      else if (on || !held) return;
      else held = false;
      void devices.setMicrophone(held ? 'live' : 'muted');
    },
    roomChanged(roomId, now) {
      const { call } = store.getState();
      if (call.at !== 'joined' || call.roomId !== roomId) return;
      if (!now.own) return end();
      const { callId, since, handTurn, reaction, ring } = now.own;
      const isSame = callId === call.callId && since === call.since && ring === call.ring;
      if (!isSame || handTurn !== call.handTurn || reaction !== call.reaction) {
        store.setState({ call: { ...call, callId, since, hand: handTurn !== null, handTurn, reaction, ring } });
      }
    },
    close() {
      for (const undo of undos) undo();
      devices.close();
    },
  };
}
