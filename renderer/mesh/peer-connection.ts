import { PeerSignal } from '@parley/shared/protocol';
import type { RawPeer, RawPeerListener } from './raw-peer.ts';
import type { SignalFilter } from './signal-filter.ts';
import { type OutgoingTracks, TRACK_SLOTS, type TrackSlot, type VideoSlot } from './track-slots.ts';
import type { VideoLimits } from './video-limits.ts';

/** Limit of what waits for the comparison of certificates; honest peers send a handful of things before it. */
const PRECEDING_MAX = 256;

export type PeerConnectionListener = Omit<RawPeerListener, 'signal' | 'wayChanged'> & {
  signal(signal: PeerSignal): void;
};

/** One WebRTC connection inside a link. It holds back what arrives before the certificate was compared. */
export class PeerConnection {
  readonly peer: RawPeer;
  readonly filter: SignalFilter;
  /** Timers that end with the connection, or with its opening. */
  readonly undos: (() => void)[] = [];
  /** Whether the far end said anything about it. */
  heard = false;
  /** This side's answer to the last offer; undefined where there is none yet. */
  answer: PeerSignal | undefined;
  /** Whether the certificate of DTLS is the promised one. */
  verified = false;
  readonly #preceding: (() => void)[] = [];
  readonly #tracks = new Map<TrackSlot, MediaStreamTrack | null>();
  #wasDisconnected = false;
  #over = false;

  constructor(make: (listener: RawPeerListener) => RawPeer, filter: SignalFilter, listener: PeerConnectionListener) {
    this.filter = filter;
    this.peer = make({
      ...listener,
      signal: (raw) => {
        const parsed = PeerSignal.safeParse(raw);
        if (!parsed.success || this.#over) return;
        if (parsed.data.type === 'answer') this.answer = parsed.data;
        listener.signal(parsed.data);
      },
      // Packets on the way that was used before may be lost.
      wayChanged: () => this.#refreshVideo(),
      iceState: (state) => {
        if (this.#wasDisconnected && state === 'connected') this.#refreshVideo();
        this.#wasDisconnected = state === 'disconnected';
        listener.iceState(state);
      },
      data: (raw) => this.#afterVerifying(() => listener.data(raw)),
      fileData: (raw) => this.#afterVerifying(() => listener.fileData(raw)),
      track: (slot, stream) => this.#afterVerifying(() => listener.track(slot, stream)),
    });
  }

  /** Passes on what arrived before the certificate was compared. */
  passOn(): void {
    for (const pass of this.#preceding.splice(0)) pass();
  }

  stopTimers(): void {
    for (const undo of this.undos.splice(0)) undo();
  }

  setTracks(tracks: OutgoingTracks): void {
    for (const slot of TRACK_SLOTS) {
      const track = tracks[slot];
      if ((this.#tracks.get(slot) ?? null) === track) continue;
      this.#tracks.set(slot, track);
      this.peer.setTrack(slot, track);
    }
  }

  limitVideo(slot: VideoSlot, limits: VideoLimits): void {
    this.peer.limitVideo(slot, limits);
  }

  end(): void {
    this.#over = true;
    this.stopTimers();
    this.peer.destroy();
  }

  #refreshVideo(): void {
    if (!this.#over) this.peer.refreshVideo();
  }

  #afterVerifying(pass: () => void): void {
    if (this.#over) return;
    if (this.verified) pass();
    else if (this.#preceding.length < PRECEDING_MAX) this.#preceding.push(pass);
  }
}
