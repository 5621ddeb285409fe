import {
  accept,
  CallId,
  type CallPresence,
  LIMITS,
  type MicrophoneState,
  type Outcome,
  refuse,
  type StreamKind,
  toBase64Url,
} from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import { NO_TRACKS, type OutgoingTracks } from '../mesh/track-slots.ts';
import { type CallKey, cameTooLate, firstIn, nextTurn, runningCall, topHand } from './call-state.ts';

/** The state that this device shows of itself in a call. */
export type OwnMedia = {
  microphone: MicrophoneState;
  camera: boolean;
  screen: boolean;
  /** The sound is music, to be played as it comes. */
  music?: boolean;
  tracks: OutgoingTracks;
  /** The most that this device sends in the call, over all its links, in bits per second; undefined: what the lines take. */
  uplinkMaxBps?: number;
};

/** A change of the own part in a call. */
export type OwnPart = { media: OwnMedia } | { hand: boolean } | { recording: boolean } | { live: boolean };

/** The call that another participant says it is in. */
export type CallPeer = { peerId: string; call: CallPresence | null; mayReceiveMedia: boolean };

export type CallMembershipPorts = {
  clock: Clock;
  randomBytes: (sizeBytes: number) => Uint8Array<ArrayBuffer>;
  /** How long after joining this device leaves again if the call turns out to have been full. */
  comingInMs: number;
  peers: () => readonly CallPeer[];
  ownPeerId: () => string | null;
  /** A call that this device is or was in. */
  silence: (callId: CallId) => void;
};

type OwnCall = CallKey & {
  handTurn: number | null;
  quiet: boolean;
  recording: boolean;
  live: boolean;
  turn: number;
  cameAt: number;
  media: OwnMedia;
};

/** out → in → out. The part of this device in the one call of the room. */
export class CallMembership {
  readonly #ports: CallMembershipPorts;
  #own: OwnCall | null = null;
  /** The highest place of a hand since one is up. */
  #topHand = 0;

  constructor(ports: CallMembershipPorts) {
    this.#ports = ports;
  }

  get own(): (CallKey & { handTurn: number | null; quiet: boolean }) | null {
    return this.#own;
  }

  /** What this device sends; null outside a call. */
  get media(): OwnMedia | null {
    return this.#own?.media ?? null;
  }

  /** The call of the room, whoever is in it. */
  running(): CallKey | null {
    const parts = this.#others().flatMap(({ call }) => call ?? []);
    return runningCall(this.#own ? [this.#own, ...parts] : parts);
  }

  /** Starts a call, `quiet` without ringing, or joins the one that runs. Refuses with `call-full`. */
  join(media: OwnMedia, quiet = false): Outcome<CallKey> {
    const { clock, randomBytes, silence } = this.#ports;
    const others = this.#others();
    if (!this.#own && others.length >= LIMITS.callCapacity) return refuse('call-full');
    const { callId, startedAt } = this.running() ?? {
      callId: CallId.parse(toBase64Url(randomBytes(16))),
      startedAt: clock.now(),
    };
    const turn = this.#own?.turn ?? nextTurn(placesOf(others));
    const cameAt = this.#own?.cameAt ?? clock.monotonicMs();
    const isQuiet = others.length > 0 ? this.isQuiet(callId) : (this.#own?.quiet ?? quiet);
    this.#own = {
      callId,
      startedAt,
      handTurn: null,
      quiet: isQuiet,
      recording: false,
      live: false,
      turn,
      cameAt,
      media,
    };
    silence(callId);
    return accept({ callId, startedAt });
  }

  /** False when this device is in no call. */
  leave(): boolean {
    if (!this.#own) return false;
    this.#ports.silence(this.#own.callId);
    this.#own = null;
    return true;
  }

  /** False when this device is in no call. */
  change(part: OwnPart): boolean {
    const own = this.#own;
    if (!own) return false;
    if ('media' in part) this.#own = { ...own, media: part.media };
    else if ('recording' in part) this.#own = { ...own, recording: part.recording };
    else if ('live' in part) this.#own = { ...own, live: part.live };
    else if (part.hand !== (own.handTurn !== null)) {
      this.#noteHands();
      this.#own = { ...own, handTurn: part.hand ? nextTurn([{ turn: this.#topHand }]) : null };
    }
    return true;
  }

  /**
   * After anything about calls changed: takes the call that all agree on, and leaves a call that was full before this
   * device came. `changed` says whether the others must hear of it.
   */
  settle(): { changed: boolean; wasFull: boolean } {
    const { clock, comingInMs, ownPeerId, silence } = this.#ports;
    const running = this.running();
    let changed = false;
    this.#noteHands();
    if (this.#own && running && running.callId !== this.#own.callId) {
      this.#own = { ...this.#own, ...running, quiet: this.#own.quiet && this.isQuiet(running.callId) };
      silence(running.callId);
      changed = true;
    }
    const peerId = ownPeerId();
    // Only at first: later nobody could have come before, whatever they say of their turn.
    if (!this.#own || peerId === null || clock.monotonicMs() - this.#own.cameAt >= comingInMs) {
      return { changed, wasFull: false };
    }
    if (!cameTooLate({ turn: this.#own.turn, peerId }, placesOf(this.#others()))) return { changed, wasFull: false };
    this.#own = null;
    return { changed: true, wasFull: true };
  }

  /** Whether a call of others was started without ringing, by the word of the first who is in it. */
  isQuiet(callId: CallId): boolean {
    const calls = this.#others().flatMap(({ call }) => (call?.callId === callId ? [call] : []));
    return firstIn(calls)?.quiet === true;
  }

  /** Media goes only to peers that are in the call too. */
  tracksFor({ call, mayReceiveMedia }: Omit<CallPeer, 'peerId'>): OutgoingTracks {
    return this.#own && call && mayReceiveMedia ? this.#own.media.tracks : NO_TRACKS;
  }

  /** The state as the others are told it; how long the call has run is added to it. */
  presence(): Omit<CallPresence, 'ranMs'> | null {
    if (!this.#own) return null;
    const { callId, startedAt, turn, handTurn, quiet, recording, live, media } = this.#own;
    const { microphone, camera, screen, music } = media;
    const hand = handTurn === null ? { hand: false } : { hand: true, handTurn };
    const told = {
      ...(quiet ? { quiet } : {}),
      ...(recording ? { recording } : {}),
      ...(live ? { live } : {}),
      ...(music ? { music } : {}),
    };
    return { callId, startedAt, turn, microphone, camera, screen, ...hand, ...told };
  }

  /** The kinds of streams that this device sends. Muted counts as live: pressing mute often is no new stream. */
  live(): Record<StreamKind, boolean> {
    const media = this.#own?.media;
    return {
      camera: media?.camera ?? false,
      microphone: media !== undefined && media.microphone !== 'off',
      screen: media?.screen ?? false,
    };
  }

  #noteHands(): void {
    const others = this.#others().flatMap(({ call }) => (call?.hand && call.handTurn ? [call.handTurn] : []));
    const own = this.#own?.handTurn ?? null;
    this.#topHand = topHand(own === null ? others : [...others, own], this.#topHand);
  }

  /** The others in a call here; two calls are one as soon as both sides know of each other. */
  #others(): CallPeer[] {
    return this.#ports.peers().filter(({ call }) => call !== null);
  }
}

const placesOf = (peers: readonly CallPeer[]) =>
  peers.flatMap(({ call, peerId }) => (call ? [{ turn: call.turn, peerId }] : []));
