import type { Bytes, PeerSignal } from '@parley/shared/protocol';
import { sha256 } from '@parley/shared/sealing';
import type { MakePeer, RawPeer, RawPeerListener, StatsEntry } from '../raw-peer.ts';
import { SLOT_FACTS, TRACK_SLOTS, type TrackSlot, type VideoSlot } from '../track-slots.ts';
import type { VideoLimits } from '../video-limits.ts';

/** A certificate for tests: what DTLS would show, and its SHA-256. */
export type FakeCertificate = { der: Bytes; fp: Bytes };

export async function fakeCertificate(seed: number): Promise<FakeCertificate> {
  const der = new Uint8Array(64).fill(seed);
  return { der, fp: await sha256(der) };
}

const sdpOf = (id: number, fp: Bytes): string => {
  const hex = [...fp].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
  return `v=0\r\ns=peer ${id}\r\na=fingerprint:sha-256 ${hex}\r\n`;
};

/**
 * Connections without a network: offer and answer travel as real signals, data and tracks go straight across as
 * soon as the answer is in and `connects` is true.
 */
export class FakePeers {
  readonly all: FakePeer[] = [];
  /** False: offers and answers are exchanged and nothing ever connects. */
  connects = true;

  /** Makes the connections of one device. */
  maker(certificate: FakeCertificate): MakePeer {
    return (options) => {
      const peer = new FakePeer(this, this.all.length, options.initiator, certificate, options.listener);
      this.all.push(peer);
      return peer;
    };
  }

  peer(id: number): FakePeer | undefined {
    return this.all[id];
  }

  get alive(): FakePeer[] {
    return this.all.filter((peer) => !peer.destroyed);
  }
}

export class FakePeer implements RawPeer {
  readonly id: number;
  readonly initiator: boolean;
  readonly taken: PeerSignal[] = [];
  readonly sent: string[] = [];
  readonly filesSent: (string | Bytes)[] = [];
  fileBufferedBytes = 0;
  /** Tracks as they go out now, and how often one was set. */
  readonly tracks = new Map<TrackSlot, MediaStreamTrack | null>();
  tracksSet = 0;
  readonly limits = new Map<VideoSlot, VideoLimits>();
  restarts = 0;
  refreshes = 0;
  destroyed = false;
  bufferedBytes = 0;
  level = 0;
  played: number | null = null;
  entries: StatsEntry[] = [];
  far: FakePeer | undefined;
  readonly certificate: FakeCertificate;
  readonly #net: FakePeers;
  readonly #listener: RawPeerListener;

  constructor(net: FakePeers, id: number, initiator: boolean, certificate: FakeCertificate, listener: RawPeerListener) {
    this.id = id;
    this.initiator = initiator;
    this.certificate = certificate;
    this.#net = net;
    this.#listener = listener;
    if (initiator) queueMicrotask(() => this.#say({ type: 'offer', sdp: sdpOf(id, certificate.fp) }));
  }

  signal(signal: PeerSignal): void {
    this.taken.push(signal);
    if (signal.type !== 'offer' && signal.type !== 'answer') return;
    const far = this.#net.peer(Number(/peer (\d+)/.exec(signal.sdp)?.[1]));
    if (!far) return;
    if (signal.type === 'offer') {
      queueMicrotask(() => this.#say({ type: 'answer', sdp: sdpOf(this.id, this.certificate.fp) }));
    } else if (this.#net.connects && !this.far) {
      this.#meet(far);
      far.#meet(this);
    }
  }

  send(text: string): void {
    if (this.destroyed) throw new Error('destroyed');
    this.sent.push(text);
    const { far } = this;
    queueMicrotask(() => far?.hear(text));
  }

  sendFile(data: string | Bytes): boolean {
    const { far } = this;
    if (this.destroyed || !far) return false;
    this.filesSent.push(data);
    const copy = typeof data === 'string' ? data : data.slice().buffer;
    queueMicrotask(() => far.hearFile(copy));
    return true;
  }

  setTrack(slot: TrackSlot, track: MediaStreamTrack | null): void {
    this.tracks.set(slot, track);
    this.tracksSet += 1;
  }

  limitVideo(slot: VideoSlot, limits: VideoLimits): void {
    this.limits.set(slot, limits);
  }

  refreshVideo(): void {
    this.refreshes += 1;
  }

  restartIce(): void {
    this.restarts += 1;
  }

  remoteCertificates(): readonly Bytes[] {
    return this.far ? [this.far.certificate.der] : [];
  }

  stats(): Promise<readonly StatsEntry[]> {
    return Promise.resolve(this.entries);
  }

  playedAt(): number | null {
    return this.played;
  }

  audioLevel(): number {
    return this.level;
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    const { far } = this;
    this.far = undefined;
    queueMicrotask(() => {
      this.#listener.ended();
      far?.destroy();
    });
  }

  /** Takes what the far end, or a test in its place, sends. */
  hear(raw: unknown): void {
    if (!this.destroyed) this.#listener.data(raw);
  }

  /** Takes what the far end, or a test in its place, sends on the files channel. */
  hearFile(raw: unknown): void {
    if (!this.destroyed) this.#listener.fileData(raw);
  }

  /** Says that the files channel has room again. */
  fileRoom(): void {
    this.#listener.fileRoom();
  }

  /** Says that it is connected, whoever is at the far end. */
  connect(): void {
    this.#listener.connected();
  }

  /** Says that the far end has a place for such a track. */
  track(slot: TrackSlot, stream: MediaStream): void {
    this.#listener.track(slot, stream);
  }

  /** Says that another way is used. */
  changeWay(): void {
    this.#listener.wayChanged();
  }

  ice(state: RTCIceConnectionState): void {
    this.#listener.iceState(state);
  }

  #say(signal: PeerSignal): void {
    if (!this.destroyed) this.#listener.signal(signal);
  }

  #meet(far: FakePeer): void {
    this.far = far;
    // As in a browser, the places are there from the first description on, whether or not something is sent in them.
    const streams = { camera: fakeStream(), screen: fakeStream() };
    for (const slot of TRACK_SLOTS) this.track(slot, streams[SLOT_FACTS[slot].stream]);
    queueMicrotask(() => !this.destroyed && this.#listener.connected());
  }
}

/** Stands for a track: only its identity matters to a link. */
export function fakeTrack(kind: 'audio' | 'video'): MediaStreamTrack {
  const getSettings = () => ({ width: 640, height: 360, frameRate: 24 });
  return { id: `${kind}-${nextId++}`, kind, enabled: true, stop: () => {}, getSettings } as unknown as MediaStreamTrack; // see above
}
/** Stands for a stream. */
export function fakeStream(id = `stream-${nextId++}`): MediaStream {
  // Its identity and id are what matters to a link.
  return { id, getAudioTracks: () => [], getVideoTracks: () => [] } as unknown as MediaStream;
}
let nextId = 0;
