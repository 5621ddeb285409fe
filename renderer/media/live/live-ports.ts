export type LiveConnectionOptions = {
  tracks: readonly MediaStreamTrack[];
  iceServers: readonly RTCIceServer[];
  /** Pictures and sound through a relay alone. */
  relayOnly: boolean;
  /** The most that the picture takes, in bits per second. */
  videoMaxBps: number;
  changed: (state: RTCPeerConnectionState) => void;
};

/** One connection to a receiver, for one offer and its answer. */
export interface LiveConnection {
  /** The offer, with the ways to this computer that were found within some seconds. */
  offer(): Promise<string>;
  /** Takes the receiver's answer, and sends. Rejects where it is none. */
  answer(sdp: string): Promise<void>;
  close(): void;
}

/** The part of the browser that sends a call to a receiver. */
export type LivePorts = {
  /** Throws where the browser cannot. */
  connect(options: LiveConnectionOptions): LiveConnection;
};
