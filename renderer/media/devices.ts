import type { ErrorCode } from '@parley/shared/protocol';
import { sentenceOf } from '@parley/shared/protocol';

export type DeviceKind = 'camera' | 'microphone';
export type DeviceTrouble = { code: ErrorCode; message: string };
export type DeviceOption = { id: string; label: string };
export type DeviceLists = {
  cameras: readonly DeviceOption[];
  microphones: readonly DeviceOption[];
  speakers: readonly DeviceOption[];
};

export const NO_DEVICES: DeviceLists = { cameras: [], microphones: [], speakers: [] };

/** The devices that can be chosen; those whose names the browser keeps back are numbered. */
export function deviceListsOf(all: readonly MediaDeviceInfo[]): DeviceLists {
  const listOf = (kind: MediaDeviceKind, word: string): DeviceOption[] =>
    all
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map((device, index) => ({ id: device.deviceId, label: device.label || `${word} ${index + 1}` }));
  return {
    cameras: listOf('videoinput', 'Camera'),
    microphones: listOf('audioinput', 'Microphone'),
    speakers: listOf('audiooutput', 'Speaker'),
  };
}

export const troubleOf = (code: ErrorCode): DeviceTrouble => ({ code, message: sentenceOf(code) });
export const errorNameOf = (error: unknown): string =>
  error instanceof Error || error instanceof DOMException ? error.name : '';

/** The sentence for a device that went away in use. */
export const unpluggedTrouble = (kind: DeviceKind): DeviceTrouble =>
  kind === 'camera'
    ? { code: 'camera-missing', message: 'The camera was unplugged. The call goes on without it.' }
    : { code: 'microphone-missing', message: 'The microphone was unplugged. Choose another one to be heard.' };

/** Why a device could not be had, from what the browser threw. */
export function codeOf(kind: DeviceKind, error: unknown): ErrorCode {
  switch (errorNameOf(error)) {
    case 'NotAllowedError':
    case 'SecurityError':
      return `${kind}-denied`;
    case 'NotReadableError':
    case 'AbortError':
      return `${kind}-busy`;
    default:
      return `${kind}-missing`;
  }
}
