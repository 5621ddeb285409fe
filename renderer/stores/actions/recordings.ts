import type { RecordingId } from '@parley/shared/protocol';
import type { ActionContext } from './context.ts';

export interface RecordingActions {
  /** Tells the others in the call and records it, until it is stopped or the call ends. */
  startRecording: () => void;
  stopRecording: () => void;
  /** Keeps a picture of the call as it is now, or of one tile by its key: `<sess>/camera` or `<sess>/screen`. */
  takePicture: (key?: string) => void;
  /** Shows a finished recording or a picture in its folder. */
  showRecording: (recordingId: RecordingId) => void;
}

export function createRecordingActions({ callRecordings, ports, tell }: ActionContext): RecordingActions {
  return {
    startRecording: () => void callRecordings.start(),
    stopRecording: () => void callRecordings.stop(),
    takePicture: (key) => void callRecordings.takePicture(key),
    showRecording: (recordingId) => void ports.bridge.call('recordings.show', { recordingId }).then(tell),
  };
}
