import { isolated } from '@parley/shared/model';
import { accept, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import { DeviceManager, type MediaState } from '../media/device-manager.ts';
import type { OwnMedia } from '../session/call-membership.ts';
import type { SessionNow } from '../session/session-state.ts';
import { type AppStore, NO_CALL } from './app-store.ts';
import type { Notices } from './notices.ts';
import type { AppPorts } from './ports.ts';
import type { Reach } from './reach.ts';
import type { OwnMedia as OwnMediaView, Preview } from './state.ts';

/** The one call that this person is in, or about to be in. */
export interface Calls {
  readonly devices: DeviceManager;
  /** Opens the devices that the settings want, for the pre-join screen. */
  prepare(roomId: RoomId): Outcome<unknown>;
  setPreviewCamera(on: boolean): void;
  setPreviewMicrophone(on: boolean): void;
  /** Lets the devices go, if no call uses them. */
  cancel(): void;
  join(): Outcome<RoomId>;
  leave(): void;
  toggleMicrophone(): void;
  toggleCamera(): void;
  toggleScreen(): Promise<void>;
  toggleHand(): void;
  /** A room changed: the own call may have been merged with another. */
  roomChanged(roomId: RoomId, now: SessionNow): void;
  close(): void;
}

export function createCalls(options: { store: AppStore; ports: AppPorts; reach: Reach; notices: Notices }): Calls {
  const { store, ports, reach, notices } = options;
  const devices = new DeviceManager(ports.media, ports.clock, ports.log.area('media'));

  const own = (): OwnMedia => {
    const { microphone, camera, screen } = devices.state;
    const { tracks, cameraStream, screenStream } = devices;
    const out = (track: MediaStreamTrack | null, stream: MediaStream) => (track ? { track, stream } : null);
    return {
      microphone,
      camera,
      screen,
      cameraStreamId: cameraStream.id,
      screenStreamId: screenStream.id,
      tracks: {
        voice: out(tracks.voice, cameraStream),
        camera: out(tracks.camera, cameraStream),
        screen: out(tracks.screen, screenStream),
        screenSound: out(tracks.screenSound, screenStream),
      },
    };
  };
  const mediaView = (state: MediaState): Omit<OwnMediaView, 'hand'> => ({
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
  const preview = (state: MediaState): Preview => ({
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
    const { call } = store.getState();
    if (call.at === 'preparing') store.setState({ call: { ...call, preview: preview(devices.state) } });
    if (call.at === 'joined') store.setState({ call: { ...call, ...mediaView(devices.state) } });
  };
  const end = () => {
    devices.stop();
    store.setState({ call: NO_CALL });
  };

  /** The state of this device's media as the others know it; how loud it is right now is not said. */
  let said = '';
  const tellOthers = () => {
    const { microphone, camera, screen } = devices.state;
    const { voice, camera: picture, screen: shared, screenSound } = devices.tracks;
    const now = [microphone, camera, screen, voice?.id, picture?.id, shared?.id, screenSound?.id].join();
    if (now === said) return;
    said = now;
    session()?.setMedia(own());
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
    devices.on('lists', (lists) => store.setState({ devices: lists })),
    devices.on('trouble', ({ code, message }) => {
      // On the pre-join screen it stands beside the preview.
      if (store.getState().call.at === 'joined') notices.say('trouble', message, code);
    }),
  ];

  return {
    devices,
    prepare(roomId) {
      const { call, rooms, settings } = store.getState();
      if (call.at === 'joined' && call.roomId === roomId) return accept(undefined);
      if (call.at === 'joined') {
        const name = rooms.find((room) => room.roomId === call.roomId)?.name ?? 'another room';
        return refuse('not-allowed', { message: `You are in a call in ${isolated(name)}. Leave it first.` });
      }
      const { startCameraOff, startMuted, cameraId, microphoneId } = settings.devices;
      devices.stop();
      store.setState({ call: { at: 'preparing', roomId, preview: preview(devices.state) } });
      void devices.open({ camera: !startCameraOff, microphone: !startMuted, cameraId, microphoneId });
      return accept(undefined);
    },
    setPreviewCamera: (on) => void devices.setCamera(on),
    setPreviewMicrophone: (on) => void devices.setMicrophone(on ? 'live' : 'off'),
    cancel() {
      if (store.getState().call.at === 'preparing') end();
    },
    join() {
      const { call } = store.getState();
      if (call.at !== 'preparing') return refuse('not-allowed');
      const room = reach.get(call.roomId);
      if (!room) return refuse('room-unknown');
      const joined = room.joinCall(own());
      if (!joined.ok) return joined;
      const { roomId } = call;
      const { callId, since } = joined.value;
      store.setState({ call: { at: 'joined', roomId, callId, since, hand: false, ...mediaView(devices.state) } });
      // A device that was still being opened tells of itself when it is there.
      said = '';
      tellOthers();
      return accept(roomId);
    },
    leave() {
      session()?.leaveCall();
      if (store.getState().call.at === 'joined') end();
    },
    toggleMicrophone() {
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
    roomChanged(roomId, now) {
      const { call } = store.getState();
      if (call.at !== 'joined' || call.roomId !== roomId) return;
      if (!now.own) return end();
      const { callId, since, hand } = now.own;
      if (callId !== call.callId || since !== call.since || hand !== call.hand) {
        store.setState({ call: { ...call, callId, since, hand } });
      }
    },
    close() {
      for (const undo of undos) undo();
      devices.close();
    },
  };
}
