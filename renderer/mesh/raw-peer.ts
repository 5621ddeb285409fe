import type { Bytes, PeerSignal } from '@parley/shared/protocol';
import type { Log } from '../log.ts';
import type { TrackSlot, VideoSlot } from './track-slots.ts';
import type { VideoLimits } from './video-limits.ts';

/** The events of one WebRTC connection, for its link. */
export type RawPeerListener = {
  /** Something for the far end; not parsed yet. */
  signal(raw: unknown): void;
  /** Both the transport and the data channel are open. */
  connected(): void;
  data(raw: unknown): void;
  /** Something came on the files channel. */
  fileData(raw: unknown): void;
  /** The files channel opened, or most of what waited in it is on its way. */
  fileRoom(): void;
  /** The far end has a place for such a track; `stream` has it and what belongs with it. */
  track(slot: TrackSlot, stream: MediaStream): void;
  iceState(state: RTCIceConnectionState): void;
  /** Another way to the far end is used from now on. */
  wayChanged(): void;
  /** It is over, for whatever reason. Once, and the last thing said. */
  ended(): void;
};

export type RawPeerOptions = { initiator: boolean; config: RTCConfiguration; log: Log; listener: RawPeerListener };

/** One WebRTC connection: what a link needs of simple-peer, so that tests can crank one by hand. */
export interface RawPeer {
  signal(signal: PeerSignal): void;
  /** Only after `connected`. */
  send(text: string): void;
  /** Bytes that wait in the data channel. */
  readonly bufferedBytes: number;
  /** Sends on the files channel, which is beside the one of `send`: words never wait behind a file. False while it is not open. */
  sendFile(data: string | Bytes): boolean;
  /** Bytes that wait in the files channel. */
  readonly fileBufferedBytes: number;
  /** Sends that track in that place from now on, without a negotiation; null sends nothing. */
  setTrack(slot: TrackSlot, track: MediaStreamTrack | null): void;
  /** Limits the picture in that place, from now on and also when another track comes there. */
  limitVideo(slot: VideoSlot, limits: VideoLimits): void;
  /** Sends whole pictures next: whatever was lost, the far end can show them. */
  refreshVideo(): void;
  /** New ICE credentials and candidates; the initiator's business. */
  restartIce(): void;
  /** DER certificates of the far end, as DTLS saw them. Empty before `connected`. */
  remoteCertificates(): readonly Bytes[];
  stats(): Promise<readonly StatsEntry[]>;
  /** The loudest received voice at this moment, 0 to 1. */
  audioLevel(): number;
  /** When sound or picture of the far end was played last, by a clock of its own; null while none was in the last seconds. */
  playedAt(): number | null;
  destroy(): void;
}

/** One entry of an RTCStatsReport; which fields there are depends on `type`. */
export type StatsEntry = { id: string; type: string; [field: string]: unknown };

export type MakePeer = (options: RawPeerOptions) => RawPeer;
