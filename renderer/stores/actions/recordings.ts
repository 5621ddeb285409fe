import type { Outcome, RecordingId } from '@parley/shared/protocol';
import type { ActionContext } from './context.ts';

export interface RecordingActions {
  /** Tells the others in the call and records it, until it is stopped or the call ends. */
  startRecording: () => void;
  stopRecording: () => void;
  /**
   * Tells the others in the call and sends it to the receiver at that address, with the key that it gave out, until it is stopped or the call
   * ends. Refuses with `live-address-invalid` or `live-token-invalid` what can be no address and no key.
   */
  startLive: (address: string, token: string) => Outcome<null>;
  stopLive: () => void;
  /** Keeps a picture of the call as it is now, or of one tile by its key: `<sess>/camera` or `<sess>/screen`. */
  takePicture: (key?: string) => void;
  /** Shows a finished recording or a picture in its folder. */
  showRecording: (recordingId: RecordingId) => void;
}

export function createRecordingActions({ callRecordings, liveCalls, ports, tell }: ActionContext): RecordingActions {
  return {
    startRecording: () => void callRecordings.start(),
    stopRecording: () => void callRecordings.stop(),
    startLive: (address, token) => liveCalls.start(address, token),
    stopLive: () => liveCalls.stop(),
    takePicture: (key) => void callRecordings.takePicture(key),
    showRecording: (recordingId) => void ports.bridge.call('recordings.show', { recordingId }).then(tell),
  };
}
