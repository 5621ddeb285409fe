import type { Bridge } from '@parley/shared/bridge';
import type { ServerHost } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { BackgroundContent } from '../bridge/background-content.ts';
import type { FileContent } from '../bridge/file-content.ts';
import type { RecordingContent } from '../bridge/recording-content.ts';
import type { SaveText } from '../bridge/save-text.ts';
import type { Logs } from '../log.ts';
import type { EvenVoice } from '../media/listening/even-voice.ts';
import type { LivePorts } from '../media/live/live-ports.ts';
import type { MediaPorts } from '../media/ports.ts';
import type { CapturePorts } from '../media/recording/capture-ports.ts';
import type { RingTone } from '../media/ring-tone.ts';
import type { VoicePorts } from '../media/voice/voice-ports.ts';
import type { PathProbes } from '../mesh/path-probes.ts';
import type { MakePeer } from '../mesh/raw-peer.ts';
import type { OwnCertificate } from '../session/certificate.ts';
import type { FileUrls } from '../session/files/local-files.ts';
import type { SessionPolicy } from '../session/session-policy.ts';
import type { RoomLists } from '../signaling/room-lists.ts';
import type { Seat, SeatOwner } from '../signaling/seat.ts';
import type { SignalingHub } from '../signaling/signaling-hub.ts';

/** The app's needs from outside: the page gives the browser's, tests give their own. */
export type AppPorts = {
  bridge: Bridge;
  content: FileContent;
  recordings: RecordingContent;
  background: BackgroundContent;
  fileUrls: FileUrls;
  clock: Clock;
  randomBytes: (sizeBytes: number) => Uint8Array<ArrayBuffer>;
  roomLists: RoomLists;
  signaling: Pick<SignalingHub, 'stateOf' | 'onChange' | 'networkChanged' | 'close'> & {
    clientOf(host: ServerHost): { join(roomId: RoomId, owner: SeatOwner): Seat };
  };
  makePeer: MakePeer;
  pathProbes: PathProbes;
  makeCertificate: () => Promise<OwnCertificate>;
  media: MediaPorts;
  evenVoice: EvenVoice;
  voice: VoicePorts;
  capture: CapturePorts;
  live: LivePorts;
  ringTone: RingTone;
  /** Loads the page anew. */
  reload: () => void;
  /** Rejects when the system does not allow it. */
  writeClipboard: (text: string) => Promise<void>;
  saveText: SaveText;
  sessionPolicy: SessionPolicy;
  log: Logs;
};
