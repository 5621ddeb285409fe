// First, so that simple-peer's streams find what they expect of Node.
import '../shim.ts';

import {
  type Bytes,
  equalBytes,
  LIMITS,
  LinkMessage,
  type LinkSignal,
  PeerSignal,
  unreachable,
} from '@parley/shared/protocol';
import { checkSdp, sha256 } from '@parley/shared/sealing';
import SimplePeer from 'simple-peer';
import { type Clock, type CountedClock, countedClock, every } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { TokenBucket } from '../token-bucket.ts';
import { type LinkReading, type ReadingTotals, readQuality, unknownReading } from './quality.ts';
import type { MakePeer, RawPeer, RawPeerListener, StatsEntry } from './raw-peer.ts';

/** `flood`: the far end sent far more than an app ever does. */
export type CloseReason = 'left' | 'closed' | 'fingerprint-mismatch' | 'flood';

/** opening → open ⇄ interrupted;  opening | open | interrupted → opening, epoch + 1;  any → closed */
export type LinkState =
  | { at: 'opening'; epoch: number }
  | { at: 'open'; epoch: number }
  | { at: 'interrupted'; epoch: number; graceEndsAt: number }
  | { at: 'closed'; why: CloseReason };

/** The places for tracks that each link has. */
export type TrackSlot = 'voice' | 'camera' | 'screen' | 'screenSound';
export const TRACK_SLOTS: readonly TrackSlot[] = ['voice', 'camera', 'screen', 'screenSound'];
/** What goes out on a link; a slot without a track sends nothing. The stream of a slot never changes. */
export type OutgoingTracks = Readonly<Record<TrackSlot, { track: MediaStreamTrack; stream: MediaStream } | null>>;
export const NO_TRACKS: OutgoingTracks = { voice: null, camera: null, screen: null, screenSound: null };

export type LinkPolicy = {
  /** From the start of a connection to its data channel; the next attempt gets more, up to `openTimeoutMaxMs`. */
  openTimeoutMs: number;
  openTimeoutMaxMs: number;
  /** How long an interrupted connection may try to come back before a fresh one takes its place. */
  graceMs: number;
  /** Wait before a fresh connection when the last one ended by itself; doubles while none of them opens. */
  reopenDelayMs: number;
  statsEveryMs: number;
  voiceEveryMs: number;
  /** Above this much unsent data, messages wait in the link. */
  bufferedMaxBytes: number;
  /** More than this much waiting data gives the connection up: the far end does not read. */
  waitingMaxChars: number;
  /** Of one connection, trickled and inside descriptions. */
  candidatesMax: number;
  /** Places for tracks that the far end may ask for in one connection. */
  transceiversMax: number;
  /** Sections of one session description: data, and the tracks of both sides. */
  sectionsMax: number;
  /** What comes on the data channel, of any kind. */
  messages: Allowance;
  /** Descriptions, requests and restarts: whatever makes a connection negotiate. */
  negotiations: Allowance;
  /** Fresh connections that the far end asks for. */
  reopens: Allowance;
  /** So much beyond all that within a minute closes the link. */
  floodMax: number;
};

/** So many at once, and so many a second after that. */
export type Allowance = { burst: number; perSecond: number };

export const usualLinkPolicy: LinkPolicy = {
  openTimeoutMs: 15_000,
  openTimeoutMaxMs: 45_000,
  graceMs: 8_000,
  reopenDelayMs: 400,
  statsEveryMs: 2_000,
  voiceEveryMs: 300,
  bufferedMaxBytes: 1_048_576,
  waitingMaxChars: 8_388_608,
  candidatesMax: 256,
  transceiversMax: 8,
  sectionsMax: 32,
  // A busy app says some twenty things a second: ten receipts, changes of its presence, messages, their catching up.
  messages: { burst: 600, perSecond: 100 },
  negotiations: { burst: 60, perSecond: 1 },
  reopens: { burst: 8, perSecond: 0.2 },
  floodMax: 600,
};

export type LinkOptions = {
  /** Whether this side makes the offers: the pair session's `lo`. */
  initiator: boolean;
  /** SHA-256 of the certificate that the far end promised in its hello. */
  fp: Bytes;
  /** 1, or one more than the last of an earlier link to the same stay, whose late signals may still come. */
  firstEpoch?: number;
  /** Asked for each fresh connection, because TURN credentials end. */
  config: () => RTCConfiguration;
  makePeer: MakePeer;
  clock: Clock;
  policy: LinkPolicy;
};

export type LinkEvents = {
  state: LinkState;
  /** For the far end, by whichever way there is. */
  signal: LinkSignal;
  message: LinkMessage;
  /** A remote stream appeared or got a track. */
  streams: ReadonlyMap<string, MediaStream>;
  reading: LinkReading;
  voice: number;
};

/** Why something that came in was not used. Only counted, so that a flood costs nothing more. */
export type DropCounts = { late: number; malformed: number; oversize: number; candidates: number; flood: number };

/** Streams of one connection; honest peers send two. */
const STREAMS_MAX = 16;

const FLOOD_WINDOW_MS = 60_000;
const CANDIDATE_LINE = /^a=(candidate:.*)\r?\n?/gm;

/** What may wait for the comparison of certificates; honest peers send a handful of things before it. */
const PRECEDING_MAX = 256;

/**
 * Our lasting connection to one participant: outlives any number of WebRTC connections. `epoch` counts them, so
 * that a late signal of an abandoned one is told from a current one. Nothing of the far end, neither data nor a
 * track, is passed on before the certificate that DTLS saw is the one that the sealed hello promised.
 */
export class PeerLink {
  readonly #options: LinkOptions;
  readonly #clock: CountedClock;
  readonly #events = new Emitter<LinkEvents>();
  readonly #streams = new Map<string, MediaStream>();
  readonly #dropped: DropCounts = { late: 0, malformed: 0, oversize: 0, candidates: 0, flood: 0 };
  #state: LinkState;
  #connection: Connection | undefined;
  #tracks: OutgoingTracks = NO_TRACKS;
  /** Attempts since the link was last open: each gets more time. */
  #attempts = 0;
  #started = false;
  #undoGrace: () => void = () => {};
  #waiting: string[] = [];
  #waitingChars = 0;
  #undoFlush: (() => void) | undefined;
  readonly #messages: TokenBucket;
  readonly #negotiations: TokenBucket;
  readonly #reopens: TokenBucket;
  #flood = { count: 0, since: Number.NEGATIVE_INFINITY };

  constructor(options: LinkOptions) {
    this.#options = options;
    const { messages, negotiations, reopens } = options.policy;
    this.#messages = new TokenBucket(messages.burst, messages.perSecond);
    this.#negotiations = new TokenBucket(negotiations.burst, negotiations.perSecond);
    this.#reopens = new TokenBucket(reopens.burst, reopens.perSecond);
    this.#clock = countedClock(options.clock);
    this.#state = { at: 'opening', epoch: options.firstEpoch ?? 1 };
  }

  get state(): LinkState {
    return this.#state;
  }

  get streams(): ReadonlyMap<string, MediaStream> {
    return this.#streams;
  }

  get dropped(): Readonly<DropCounts> {
    return this.#dropped;
  }

  get census(): { timers: number; listeners: number } {
    return { timers: this.#clock.pending, listeners: this.#events.size };
  }

  on<E extends keyof LinkEvents>(event: E, listener: (payload: LinkEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** Begins; after the listeners are in place. */
  start(): void {
    if (this.#started || this.#state.at === 'closed') return;
    this.#started = true;
    this.#connect(this.#options.firstEpoch ?? 1);
  }

  /** Takes a signal that the far end made, by whichever way it came. */
  handleSignal(signal: LinkSignal): void {
    if (this.#state.at === 'closed') return;
    const { epoch } = this.#state;
    if (signal.epoch < epoch) {
      this.#dropped.late += 1;
      return;
    }
    const negotiates = signal.kind !== 'peer' || signal.signal.type !== 'candidate';
    if (negotiates && !this.#allows(this.#negotiations)) return;
    // The far end gave up first, or asks for a fresh connection.
    if (signal.epoch > epoch || !this.#connection) {
      if (!this.#allows(this.#reopens)) return;
      this.#connect(signal.epoch);
    }
    switch (signal.kind) {
      case 'peer':
        this.#take(signal.signal);
        return;
      case 'restart':
        if (this.#options.initiator) this.#connection?.peer.restartIce();
        return;
      case 'reopen':
        return;
      default:
        unreachable(signal);
    }
  }

  /**
   * Sends when the link is open; false when it is not. Order is kept. A far end that does not read is given a fresh
   * connection, after which both say again what the other lacks: going on without a part of it would be worse.
   */
  send(message: LinkMessage): boolean {
    const connection = this.#connection;
    if (!connection?.verified || this.#state.at === 'closed') return false;
    const text = JSON.stringify(message);
    if (text.length > LIMITS.linkMessageMaxChars) throw new RangeError('the message is too large for a data channel');
    if (this.#waitingChars + text.length > this.#options.policy.waitingMaxChars) {
      this.reopen();
      return false;
    }
    this.#waiting.push(text);
    this.#waitingChars += text.length;
    this.#flush();
    return true;
  }

  /** What goes out from now on; the same tracks again change nothing. */
  setTracks(tracks: OutgoingTracks): void {
    this.#tracks = tracks;
    if (this.#connection && this.#state.at !== 'closed') this.#connection.setTracks(tracks);
  }

  /** Gives the connection up and makes a fresh one, or asks the far end for it. */
  reopen(): void {
    if (this.#state.at === 'closed' || !this.#started) return;
    const epoch = this.#state.epoch + 1;
    this.#connect(epoch);
    if (!this.#options.initiator) this.#events.emit('signal', { kind: 'reopen', epoch });
  }

  close(why: CloseReason = 'closed'): void {
    if (this.#state.at === 'closed') return;
    this.#clock.stopAll();
    this.#end();
    this.#streams.clear();
    this.#become({ at: 'closed', why });
    this.#events.clear();
  }

  #connect(epoch: number): void {
    this.#end();
    this.#undoGrace();
    this.#attempts += 1;
    this.#streams.clear();
    this.#become({ at: 'opening', epoch });
    if (this.#state.at === 'closed') return;
    const { initiator, makePeer, config, policy } = this.#options;
    const connection: Connection = new Connection((listener) => makePeer({ initiator, config: config(), listener }), {
      signal: (signal) => {
        if (this.#connection === connection) this.#events.emit('signal', { kind: 'peer', epoch, signal });
      },
      connected: () => {
        if (this.#connection === connection) void this.#verify(connection, epoch);
      },
      data: (raw) => {
        if (this.#connection === connection) this.#hear(raw);
      },
      track: (_track, stream) => {
        if (this.#connection !== connection) return;
        if (this.#streams.size >= STREAMS_MAX && !this.#streams.has(stream.id)) return;
        this.#streams.set(stream.id, stream);
        this.#events.emit('streams', this.#streams);
      },
      iceState: (state) => {
        if (this.#connection === connection) this.#iceChanged(state);
      },
      ended: () => {
        if (this.#connection === connection) this.#ended();
      },
    });
    this.#connection = connection;
    connection.setTracks(this.#tracks);
    // The side that waits for offers waits a little longer, so that both do not give up at once.
    const patience = Math.min(policy.openTimeoutMs * this.#attempts, policy.openTimeoutMaxMs) * (initiator ? 1 : 1.3);
    connection.undos.push(this.#clock.after(patience, () => this.reopen()));
  }

  #take(signal: PeerSignal): void {
    const connection = this.#connection;
    if (!connection) return;
    switch (signal.type) {
      case 'candidate':
        if (this.#takesCandidate(connection, keyOf(signal.candidate.candidate))) connection.peer.signal(signal);
        return;
      case 'transceiverRequest':
        // Each is a section of every description from now on.
        connection.transceivers += 1;
        if (connection.transceivers <= this.#options.policy.transceiversMax) connection.peer.signal(signal);
        else this.#drop();
        return;
      case 'renegotiate':
        connection.peer.signal(signal);
        return;
      case 'offer':
      case 'answer':
        if (!checkSdp(signal.sdp, this.#options.fp).ok) {
          this.close('fingerprint-mismatch');
        } else if ((signal.sdp.match(/^m=/gm)?.length ?? 0) > this.#options.policy.sectionsMax) {
          this.#dropped.flood += 1;
          this.close('flood');
        } else {
          // One that came before stands in each later description again, at no cost.
          const keep = (line: string, candidate: string) => {
            const key = keyOf(candidate);
            return connection.candidates.has(key) || this.#takesCandidate(connection, key) ? line : '';
          };
          connection.peer.signal({ ...signal, sdp: signal.sdp.replace(CANDIDATE_LINE, keep) });
        }
        return;
      default:
        unreachable(signal);
    }
  }

  #takesCandidate(connection: Connection, key: string): boolean {
    connection.candidatesCount += 1;
    if (connection.candidatesCount > this.#options.policy.candidatesMax) {
      this.#dropped.candidates += 1;
      return false;
    }
    connection.candidates.add(key);
    return true;
  }

  #allows(bucket: TokenBucket): boolean {
    const allowed = bucket.take(this.#clock.now());
    if (!allowed) this.#drop();
    return allowed;
  }

  /** Something beyond what an app sends. Of much of it the link is closed, so that it costs nothing any more. */
  #drop(): void {
    this.#dropped.flood += 1;
    const now = this.#clock.now();
    if (now - this.#flood.since >= FLOOD_WINDOW_MS) this.#flood = { count: 0, since: now };
    this.#flood.count += 1;
    if (this.#flood.count > this.#options.policy.floodMax) this.close('flood');
  }

  async #verify(connection: Connection, epoch: number): Promise<void> {
    const seen = await Promise.all(connection.peer.remoteCertificates().map(sha256));
    if (this.#connection !== connection || this.#state.at === 'closed') return;
    if (seen.length === 0 || !seen.every((fp) => equalBytes(fp, this.#options.fp))) {
      this.close('fingerprint-mismatch');
      return;
    }
    for (const undo of connection.undos.splice(0)) undo();
    this.#attempts = 0;
    // Who hears of the opening may send at once, and is ready before anything that came early is passed on.
    connection.verified = true;
    this.#become({ at: 'open', epoch });
    if (this.#connection !== connection) return;
    connection.passOn();
    if (this.#connection === connection) this.#measure(connection);
  }

  #iceChanged(state: RTCIceConnectionState): void {
    const { initiator, policy, clock } = this.#options;
    if (state === 'disconnected' && this.#state.at === 'open') {
      const { epoch } = this.#state;
      this.#become({ at: 'interrupted', epoch, graceEndsAt: clock.now() + policy.graceMs });
      this.#undoGrace = this.#clock.after(policy.graceMs, () => this.reopen());
      if (initiator) this.#connection?.peer.restartIce();
      else this.#events.emit('signal', { kind: 'restart', epoch });
    }
    if ((state === 'connected' || state === 'completed') && this.#state.at === 'interrupted') {
      this.#undoGrace();
      this.#become({ at: 'open', epoch: this.#state.epoch });
      this.#flush();
    }
  }

  /** The connection ended by itself: ICE failed for good, or the far end closed. */
  #ended(): void {
    if (this.#state.at === 'closed') return;
    const { epoch } = this.#state;
    this.#end();
    this.#undoGrace();
    this.#streams.clear();
    this.#become({ at: 'opening', epoch });
    this.#events.emit('streams', this.#streams);
    const { reopenDelayMs, openTimeoutMs } = this.#options.policy;
    const delayMs = Math.min(openTimeoutMs, reopenDelayMs * 2 ** Math.min(this.#attempts, 10));
    // As a timer of the link: a signal of the far end may bring the next connection first.
    this.#undoGrace = this.#clock.after(delayMs, () => {
      if (!this.#connection) this.reopen();
    });
  }

  #hear(raw: unknown): void {
    // Before it is looked at: reading is what costs.
    if (!this.#allows(this.#messages)) return;
    if (typeof raw !== 'string') {
      this.#dropped.malformed += 1;
      return;
    }
    if (raw.length > LIMITS.linkMessageMaxChars) {
      this.#dropped.oversize += 1;
      return;
    }
    const parsed = LinkMessage.safeParse(parseJson(raw));
    if (parsed.success) this.#events.emit('message', parsed.data);
    else this.#dropped.malformed += 1;
  }

  #flush(): void {
    const peer = this.#connection?.peer;
    if (!peer || !this.#connection?.verified) return;
    while (this.#waiting.length > 0 && peer.bufferedBytes < this.#options.policy.bufferedMaxBytes) {
      const text = this.#waiting.shift() as string; // there is one
      this.#waitingChars -= text.length;
      try {
        peer.send(text);
      } catch {
        // The channel closed under us; `ended` follows.
        return;
      }
    }
    if (this.#waiting.length === 0 || this.#undoFlush) return;
    this.#undoFlush = this.#clock.after(50, () => {
      this.#undoFlush = undefined;
      this.#flush();
    });
  }

  #measure(connection: Connection): void {
    const { policy } = this.#options;
    let totals: ReadingTotals | null = null;
    const measure = () => {
      connection.peer.stats().then(
        (stats) => {
          if (this.#connection !== connection) return;
          const read = readQuality(stats, totals);
          totals = read.totals;
          this.#events.emit('reading', read.reading);
        },
        () => {},
      );
    };
    measure();
    connection.undos.push(
      every(this.#clock, policy.statsEveryMs, measure),
      every(this.#clock, policy.voiceEveryMs, () => {
        if (this.#streams.size > 0) this.#events.emit('voice', connection.peer.audioLevel());
      }),
    );
  }

  /** Ends the connection that there is, quietly. */
  #end(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#undoFlush?.();
    this.#undoFlush = undefined;
    this.#waiting = [];
    this.#waitingChars = 0;
    if (!connection) return;
    connection.end();
    this.#events.emit('reading', unknownReading);
  }

  #become(state: LinkState): void {
    this.#state = state;
    this.#events.emit('state', state);
  }
}

type ConnectionListener = Omit<RawPeerListener, 'signal'> & { signal(signal: PeerSignal): void };

/** One WebRTC connection inside a link: holds back what came before the certificate was compared. */
class Connection {
  readonly peer: RawPeer;
  readonly undos: (() => void)[] = [];
  verified = false;
  /** Those that were taken, by `keyOf`. */
  readonly candidates = new Set<string>();
  candidatesCount = 0;
  transceivers = 0;
  readonly #preceding: (() => void)[] = [];
  /** The track that each slot was opened with: simple-peer knows the sender by it. */
  readonly #senders = new Map<
    TrackSlot,
    { key: MediaStreamTrack; stream: MediaStream; now: MediaStreamTrack | null }
  >();
  #over = false;

  constructor(make: (listener: RawPeerListener) => RawPeer, listener: ConnectionListener) {
    this.peer = make({
      ...listener,
      signal: (raw) => {
        const parsed = PeerSignal.safeParse(raw);
        if (parsed.success && !this.#over) listener.signal(parsed.data);
      },
      data: (raw) => this.#afterVerifying(() => listener.data(raw)),
      track: (track, stream) => this.#afterVerifying(() => listener.track(track, stream)),
    });
  }

  /** Passes on what came before the certificate was compared. */
  passOn(): void {
    for (const pass of this.#preceding.splice(0)) pass();
  }

  setTracks(tracks: OutgoingTracks): void {
    for (const slot of TRACK_SLOTS) {
      const wanted = tracks[slot];
      const sender = this.#senders.get(slot);
      if (!sender) {
        if (!wanted) continue;
        this.#senders.set(slot, { key: wanted.track, stream: wanted.stream, now: wanted.track });
        this.peer.addTrack(wanted.track, wanted.stream);
      } else if (sender.now !== (wanted?.track ?? null)) {
        sender.now = wanted?.track ?? null;
        this.peer.replaceTrack(sender.key, sender.now, sender.stream);
      }
    }
  }

  end(): void {
    this.#over = true;
    for (const undo of this.undos.splice(0)) undo();
    this.peer.destroy();
  }

  #afterVerifying(pass: () => void): void {
    if (this.#over) return;
    if (this.verified) pass();
    else if (this.#preceding.length < PRECEDING_MAX) this.#preceding.push(pass);
  }
}

/** Foundation, component, transport, priority, address and port: what follows differs between a signal and an SDP. */
const keyOf = (candidate: string): string => candidate.split(' ', 6).join(' ');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type WithConnection = SimplePeer.Instance & {
  _pc: RTCPeerConnection | null;
  /** From the wish to offer until the answer is in. */
  _isNegotiating: boolean;
  negotiate(): void;
};

/**
 * Makes connections with simple-peer. What the initiator adds while an offer of its own is under way waits for the
 * end of that round: Chromium would put it into a place of that offer and forget with the answer which stream it
 * belongs to, and the next offer takes the picture away from the far end.
 */
export const makeSimplePeer: MakePeer = ({ initiator, config, listener }) => {
  const peer = new SimplePeer({
    initiator,
    trickle: true,
    objectMode: true,
    // `iceServers` is always given: simple-peer would ask public STUN servers otherwise.
    config: { iceServers: [], bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require', ...config },
  }) as WithConnection; // these exist since 9.0 and are missing from its types
  /** What waits to be added, by the track that it was to be added with. */
  const waiting = new Map<MediaStreamTrack, { now: MediaStreamTrack | null; stream: MediaStream }>();
  peer.on('signal', (data: unknown) => listener.signal(data));
  peer.on('connect', () => listener.connected());
  peer.on('data', (data: unknown) => listener.data(data));
  peer.on('track', (track, stream) => listener.track(track, stream));
  peer.on('iceStateChange', (state: RTCIceConnectionState) => listener.iceState(state));
  peer.on('close', () => listener.ended());
  // Every error ends in 'close', which is what the link acts on.
  peer.on('error', () => {});
  // simple-peer throws after its end; the end itself is told by 'close'.
  const alive = (act: (connection: RTCPeerConnection) => void) => {
    if (peer._pc && !peer.destroyed) act(peer._pc);
  };
  // simple-peer takes null and hands it to the sender; its types do not say so.
  const replace = (old: MediaStreamTrack, next: MediaStreamTrack | null, stream: MediaStream) =>
    peer.replaceTrack(old, next as MediaStreamTrack, stream);
  peer.on('signalingStateChange', (state: RTCSignalingState) => {
    if (state !== 'stable') return;
    // Before simple-peer makes the next offer, which it does in a task of its own.
    for (const [track, { now, stream }] of waiting) {
      waiting.delete(track);
      alive(() => peer.addTrack(track, stream));
      if (now !== track) alive(() => replace(track, now, stream));
    }
  });
  return {
    // Parsed by PeerSignal; RTCIceCandidate in simple-peer's types is the init form of it.
    signal: (signal) => alive(() => peer.signal(signal as unknown as SimplePeer.SignalData)),
    send: (text) => peer.send(text),
    get bufferedBytes() {
      return peer.bufferSize;
    },
    addTrack: (track, stream) => {
      if (initiator && peer._isNegotiating) waiting.set(track, { now: track, stream });
      else alive(() => peer.addTrack(track, stream));
    },
    replaceTrack: (old, next, stream) => {
      const late = waiting.get(old);
      if (late) late.now = next;
      else alive(() => replace(old, next, stream));
    },
    restartIce: () =>
      alive((connection) => {
        connection.restartIce();
        peer.negotiate();
      }),
    remoteCertificates: () => {
      const transport = peer._pc?.sctp?.transport;
      return (transport?.getRemoteCertificates() ?? []).slice(0, 1).map((der) => new Uint8Array(der));
    },
    stats: async () => {
      const entries: StatsEntry[] = [];
      (await peer._pc?.getStats())?.forEach((entry: StatsEntry) => {
        entries.push(entry);
      });
      return entries;
    },
    audioLevel: () => {
      const receivers = peer._pc?.getReceivers() ?? [];
      const levels = receivers
        .filter(({ track }) => track.kind === 'audio')
        .flatMap((receiver) => receiver.getSynchronizationSources().map((source) => source.audioLevel ?? 0));
      return Math.max(0, ...levels);
    },
    destroy: () => {
      peer.destroy();
    },
  };
};
