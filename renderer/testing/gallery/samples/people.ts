import type { OwnMedia, ParticipantView } from '../../../stores/state.ts';
import { hueOf } from '../../../ui/hue.ts';
import { movingPicture } from '../moving-picture.ts';
import { deviceIdOf, idOf } from './ids.ts';

export const people = [
  'Ana Moreira',
  'Benedikt',
  'Chiara Fontana',
  'Đorđe',
  'Emre Yıldız',
  'Farida',
  'Guo Mei',
] as const;

export function participant(name: string, more: Partial<ParticipantView> = {}): ParticipantView {
  const deviceId = deviceIdOf(name);
  return {
    sess: idOf(`sess ${name}`, 16),
    deviceId,
    name,
    standing: 'pinned',
    link: 'open',
    relayed: false,
    inCall: false,
    microphone: 'live',
    camera: true,
    screen: false,
    hand: false,
    handTurn: null,
    recording: false,
    music: false,
    live: false,
    reaction: null,
    speaking: false,
    typing: false,
    busy: false,
    declined: false,
    quality: { level: 'good' },
    volume: 1,
    screenVolume: 1,
    mutedHere: false,
    hiddenHere: false,
    cameraStream: null,
    screenStream: null,
    safetyCode: '4821 0937',
    ...more,
  };
}

/** Of this device and any other. */
export const DEVICE_CODE = '30512 99214 77120 45518 20931 66047 81256 03394 57781 12065 90432 68817';

export function inCall(name: string, more: Partial<ParticipantView> = {}): ParticipantView {
  const camera = more.camera ?? true;
  return participant(name, {
    inCall: true,
    cameraStream: camera ? movingPicture(hueOf(name), 'person') : null,
    ...more,
  });
}

/** Somebody in a call with neither camera nor microphone. */
export const mediaOff: OwnMedia = {
  microphone: 'off',
  camera: false,
  screen: false,
  hand: false,
  handTurn: null,
  reaction: null,
  speaking: false,
  talkingWhileMuted: false,
  cameraStream: null,
  screenStream: null,
  cameraTrouble: null,
  microphoneTrouble: null,
};

export const ownMedia = (): OwnMedia => ({
  ...mediaOff,
  microphone: 'live',
  camera: true,
  cameraStream: movingPicture(165, 'person'),
});
