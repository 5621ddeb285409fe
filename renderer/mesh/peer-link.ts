import {
  type Bytes,
  equalBytes,
  LIMITS,
  type LinkMessage,
  type LinkSignal,
  type PeerSignal,
  unreachable,
} from '@parley/shared/protocol';
import { sha256 } from '@parley/shared/sealing';
import { type CountedClock, countedClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { DoubtTimes } from './doubt-times.ts';
import { type DropCounts, FloodGuard } from './flood-guard.ts';
import { iceStepOf, openTimeoutOf, redialDelayOf, unheardTimeoutOf } from './link-policy.ts';
import { unknownReading } from './link-reading.ts';
import type { CloseReason, LinkEvents, LinkOptions, LinkState } from './link-types.ts';
import { measure } from './measuring.ts';
import { PeerConnection } from './peer-connection.ts';
import { readMessage } from './read-message.ts';
import { SendQueue } from './send-queue.ts';
import { SignalFilter } from './signal-filter.ts';
import { NO_TRACKS, type OutgoingTracks, SLOT_FACTS, type StreamName, type VideoSlot } from './track-slots.ts';
import type { VideoLimits } from './video-limits.ts';

/**
 * Our lasting connection to one participant: outlives any number of WebRTC connections. `epoch` counts them, so
 * that a late signal of an abandoned one is told from a current one. Nothing of the far end, neither data nor a
 * track, is passed on before the certificate that DTLS saw is the one that the sealed hello promised.
 */
export class PeerLink {
  readonly #options: LinkOptions;
  readonly #clock: CountedClock;
  readonly #events = new Emitter<LinkEvents>();
  readonly #streams = new Map<StreamName, MediaStream>();
  readonly #guard: FloodGuard;
  readonly #queue: SendQueue;
  /** Candidates that were refused in connections that are over. */
  #refusedCandidates = 0;
  #state: LinkState;
  #connection: PeerConnection | undefined;
  #tracks: OutgoingTracks = NO_TRACKS;
  #isHeard = false;
  #limits: Readonly<Record<VideoSlot, VideoLimits>> | undefined;
  /** Attempts since the link was last open: each gets more time. */
  #attempts = 0;
  #started = false;
  readonly #doubts: DoubtTimes;
  /** Attempts in a row in which nothing was heard of the far end. */
  #unheard = 0;
  #undoGrace: () => void = () => {};

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#clock = countedClock(options.clock);
    this.#doubts = new DoubtTimes(this.#clock, options.policy.doubtEveryMs);
    this.#guard = new FloodGuard(
      options.policy,
      () => this.#clock.monotonicMs(),
      () => this.close('flood'),
    );
    this.#queue = new SendQueue({
      clock: this.#clock,
      bufferedMaxBytes: options.policy.bufferedMaxBytes,
      waitingMaxChars: options.policy.waitingMaxChars,
      log: options.log,
      channel: () => (this.#connection?.verified ? this.#connection.peer : undefined),
    });
    this.#state = { at: 'opening', epoch: options.firstEpoch ?? 1 };
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Whether what is said on the link may be lost: its way was doubted a moment ago, here or at the far end. */
  get isDoubted(): boolean {
    return this.#doubts.areFresh;
  }

  get streams(): ReadonlyMap<StreamName, MediaStream> {
    return this.#streams;
  }

  get dropped(): Readonly<DropCounts> {
    const current = this.#connection?.filter.refusedCandidates ?? 0;
    return { ...this.#guard.dropped, candidates: this.#refusedCandidates + current };
  }

  get openResources(): { timers: number; listeners: number } {
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

  /**
   * Takes a signal that the far end made, by whichever way it came. One that comes through the server while the link is open says
   * that the far end does not rely on the link: neither does this side then.
   */
  handleSignal(signal: LinkSignal, isByServer = false): void {
    if (this.#state.at === 'closed') return;
    if (isByServer && this.#state.at === 'open' && signal.epoch === this.#state.epoch && !this.isDoubted) {
      this.#doubts.heard();
    }
    const { epoch } = this.#state;
    // Also of the last connection when it has ended: each has an epoch of its own, by which others tell it from the one before.
    if (signal.epoch < epoch || (signal.epoch === epoch && this.#started && !this.#connection)) {
      this.#guard.dropped.late += 1;
      return;
    }
    const negotiates = signal.kind !== 'peer' || signal.signal.type !== 'candidate';
    if (negotiates && !this.#guard.allows('negotiations')) return;
    // The far end gave up first, or asks for a fresh connection.
    if (signal.epoch > epoch || !this.#connection) {
      if (!this.#guard.allows('reopens')) return;
      this.#connect(signal.epoch);
    }
    switch (signal.kind) {
      case 'peer':
        this.#take(signal.signal);
        return;
      case 'restart':
        // Both ends may have noticed at the same moment, and it may come by two ways: one restart is enough.
        if (!this.#options.initiator || this.#doubts.wasRestarted) return;
        this.#restart(signal.epoch);
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
    if (this.#queue.push(text)) return true;
    this.reopen();
    return false;
  }

  /** Sends on the files channel; false when it is not open. Looking at `fileBufferedBytes` first is the caller's business. */
  sendFile(data: string | Bytes): boolean {
    const connection = this.#connection;
    if (!connection?.verified || this.#state.at === 'closed') return false;
    return connection.peer.sendFile(data);
  }

  get fileBufferedBytes(): number {
    return this.#connection?.peer.fileBufferedBytes ?? 0;
  }

  /** Sets the tracks that go out from now on; the same tracks again change nothing. */
  setTracks(tracks: OutgoingTracks): void {
    this.#tracks = tracks;
    if (this.#connection && this.#state.at !== 'closed') this.#connection.setTracks(tracks);
  }

  /** Whether the far end is listened to: only then its voice is measured, and missed when it stops. */
  listen(isHeard: boolean): void {
    this.#isHeard = isHeard;
  }

  /**
   * The way to the far end may be gone: another one is looked for at once. What still flows goes on, and the link stays open until it
   * is known to be interrupted. A second doubt within a moment changes nothing.
   */
  doubt(): void {
    const { state } = this;
    if (state.at !== 'open' && state.at !== 'interrupted') return;
    if (!this.#doubts.raise()) return;
    this.#options.log.info('the way to the far end is doubted', { epoch: state.epoch });
    this.#restart(state.epoch);
  }

  /** Limits the pictures that go out from now on. */
  limitVideo(limits: Readonly<Record<VideoSlot, VideoLimits>>): void {
    this.#limits = limits;
    this.#limit();
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
    const { initiator, makePeer, config, policy, fp, log } = this.#options;
    const make: ConstructorParameters<typeof PeerConnection>[0] = (listener) =>
      makePeer({ initiator, config: config(), log, listener });
    const connection: PeerConnection = new PeerConnection(make, new SignalFilter(fp, policy), {
      signal: (signal) => {
        if (this.#connection === connection) this.#events.emit('signal', { kind: 'peer', epoch, signal });
      },
      connected: () => {
        if (this.#connection === connection) void this.#verify(connection, epoch);
      },
      data: (raw) => {
        if (this.#connection === connection) this.#hear(raw);
      },
      fileData: (raw) => {
        if (this.#connection !== connection) return;
        if (typeof raw === 'string' || raw instanceof ArrayBuffer) this.#events.emit('file', raw);
      },
      fileRoom: () => {
        if (this.#connection === connection && connection.verified) this.#events.emit('fileRoom', undefined);
      },
      track: (slot, stream) => {
        if (this.#connection !== connection) return;
        this.#streams.set(SLOT_FACTS[slot].stream, stream);
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
    this.#limit();
    connection.setTracks(this.#tracks);
    const patience = openTimeoutOf(policy, this.#attempts, initiator);
    connection.undos.push(
      this.#clock.after(patience, () => this.reopen()),
      this.#clock.after(unheardTimeoutOf(policy, this.#unheard + 1, initiator), () => {
        if (connection.heard) return;
        this.#unheard += 1;
        // It says nothing about how long a connection takes to open.
        this.#attempts -= 1;
        this.reopen();
      }),
    );
  }

  #take(signal: PeerSignal): void {
    const connection = this.#connection;
    if (!connection) return;
    connection.heard = true;
    this.#unheard = 0;
    const filtered = connection.filter.check(signal);
    switch (filtered.at) {
      case 'take':
        if (filtered.signal.type === 'offer') connection.answer = undefined;
        connection.peer.signal(filtered.signal);
        return;
      case 'repeated':
        // The answer may have got lost; a repeated answer changes nothing at the far end.
        if (filtered.type === 'offer' && connection.answer && this.#state.at !== 'closed') {
          this.#events.emit('signal', { kind: 'peer', epoch: this.#state.epoch, signal: connection.answer });
        }
        return;
      case 'ignore':
        return;
      case 'close':
        if (filtered.why === 'flood') this.#guard.dropped.flood += 1;
        this.close(filtered.why);
        return;
      default:
        unreachable(filtered);
    }
  }

  async #verify(connection: PeerConnection, epoch: number): Promise<void> {
    const seen = await Promise.all(connection.peer.remoteCertificates().map(sha256));
    if (this.#connection !== connection || this.#state.at === 'closed') return;
    if (!seen.every((fp) => equalBytes(fp, this.#options.fp))) return this.close('fingerprint-mismatch');
    if (seen.length === 0) return this.close('certificate-missing');
    connection.stopTimers();
    this.#attempts = 0;
    // Listeners of `state` may send at once, and are ready before anything that arrived early is passed on.
    connection.verified = true;
    this.#become({ at: 'open', epoch });
    if (this.#connection !== connection) return;
    connection.passOn();
    if (this.#connection === connection) this.#measure(connection);
  }

  #iceChanged(ice: RTCIceConnectionState): void {
    const { policy, clock } = this.#options;
    const { state } = this;
    const step = iceStepOf(state.at, ice);
    if (step === 'none' || state.at === 'closed') return;
    const { epoch } = state;
    if (step === 'recovered') {
      this.#undoGrace();
      this.#become({ at: 'open', epoch });
      this.#queue.flush();
      return;
    }
    this.#become({ at: 'interrupted', epoch, graceEndsAt: clock.now() + policy.graceMs });
    this.#undoGrace = this.#clock.after(policy.graceMs, () => this.reopen());
    this.#restart(epoch);
  }

  #limit(): void {
    if (!this.#limits || this.#state.at === 'closed') return;
    for (const slot of ['camera', 'screen'] as const) this.#connection?.limitVideo(slot, this.#limits[slot]);
  }

  #restart(epoch: number): void {
    this.#doubts.restarted();
    if (this.#options.initiator) this.#connection?.peer.restartIce();
    else this.#events.emit('signal', { kind: 'restart', epoch });
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
    const delayMs = redialDelayOf(this.#options.policy, this.#attempts);
    // As a timer of the link: a signal of the far end may bring the next connection first.
    this.#undoGrace = this.#clock.after(delayMs, () => {
      if (!this.#connection) this.reopen();
    });
  }

  #hear(raw: unknown): void {
    // Before it is looked at: reading is what costs.
    if (!this.#guard.allows('messages')) return;
    const message = readMessage(raw, this.#guard.dropped, this.#options.log);
    if (message) this.#events.emit('message', message);
  }

  #measure(connection: PeerConnection): void {
    const { policy, log } = this.#options;
    connection.undos.push(
      ...measure({
        peer: connection.peer,
        clock: this.#clock,
        policy,
        log,
        isCurrent: () => this.#connection === connection,
        isHeard: () => this.#isHeard,
        reading: (reading) => this.#events.emit('reading', reading),
        voice: (level) => this.#events.emit('voice', level),
        stalled: () => this.#events.emit('stalled', undefined),
      }),
    );
  }

  /** Ends the connection that there is, quietly. */
  #end(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#queue.clear();
    if (!connection) return;
    this.#refusedCandidates += connection.filter.refusedCandidates;
    connection.end();
    this.#events.emit('reading', unknownReading);
  }

  #become(state: LinkState): void {
    this.#state = state;
    const { log } = this.#options;
    if (state.at === 'closed') log.info('the link closed', { why: state.why });
    else log.info(`the link is ${state.at}`, { epoch: state.epoch });
    this.#events.emit('state', state);
  }
}
