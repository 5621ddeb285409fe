import {
  accept,
  type CallId,
  type CallPresence,
  type CallTrouble,
  type DeviceId,
  LIMITS,
  type MicrophoneState,
  type Outcome,
  refuse,
  type StreamKind,
  sentenceOf,
} from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { CallEntries } from './call-entries.ts';
import { CallMembership, type OwnMedia, type OwnPart } from './call-membership.ts';
import { type CallKey, firstIn } from './call-state.ts';
import type { OwnViews } from './own-views.ts';
import type { Participant } from './participant.ts';
import type { Reactions } from './reactions.ts';
import { Ringing } from './ringing.ts';
import type { OwnCallNow, SessionNotice, SessionNow } from './session-state.ts';
import { StreamReports } from './stream-reports.ts';
import { governVideo } from './video-governor.ts';

export type RoomCallPorts = {
  clock: Clock;
  randomBytes: (sizeBytes: number) => Uint8Array<ArrayBuffer>;
  policy: { ringMs: number; comingInMs: number };
  participants: () => readonly Participant[];
  /** Whether that is another computer of this person. */
  isOwn: (participant: Participant) => boolean;
  own: () => { peerId: string; deviceId: DeviceId } | null;
  reportStream: (kind: StreamKind, live: boolean) => void;
  /** The sizes at which others are shown here. */
  views: Pick<OwnViews, 'changed'>;
  reactions: Pick<Reactions, 'of' | 'end'>;
  /** Nobody else is in the call with this device, or it is in none. */
  alone: () => void;
  /** The troubles of this end. */
  troubles: () => readonly CallTrouble[];
  entries: Pick<CallEntries, 'started' | 'follow' | 'joinedElsewhere'>;
  /** The others must hear of this device's part. */
  publish: () => void;
  /** The same before anything else of this turn happens. */
  publishNow: () => void;
  /** Calls `govern` soon, at a bounded rate. */
  governSoon: () => void;
  isOver: () => boolean;
  notice: (notice: SessionNotice) => void;
  /** The shown state changed. */
  shown: () => void;
};

/** The call of a room on this device: its own part, ringing, and which tracks go to whom. */
export class RoomCall {
  readonly #ports: RoomCallPorts;
  readonly #membership: CallMembership;
  readonly #ringing: Ringing;
  readonly #reports: StreamReports;
  #since: { callId: CallId; since: number } | undefined;
  /** The own call, once somebody else was in it. */
  #accompanied: CallId | null = null;
  /**
   * The devices in a call that this person declined or left, until each has left it: a fresh call id, which a changed app can claim
   * at any time, lets them ring no second time.
   */
  readonly #turnedDown = new Set<DeviceId>();

  constructor(ports: RoomCallPorts) {
    this.#ports = ports;
    this.#ringing = new Ringing(ports.clock, ports.policy.ringMs);
    this.#reports = new StreamReports(ports.reportStream);
    this.#membership = new CallMembership({
      clock: ports.clock,
      randomBytes: ports.randomBytes,
      comingInMs: ports.policy.comingInMs,
      peers: ports.participants,
      ownPeerId: () => ports.own()?.peerId ?? null,
      silence: (callId) => this.#ringing.silence(callId),
    });
  }

  get own(): SessionNow['own'] {
    const { own } = this.#membership;
    if (!own) return null;
    const { callId, quiet, ...shown } = own;
    const ring = this.#ringOf({ callId, quiet });
    return { ...shown, callId, since: this.#sinceOf(callId), ring, reaction: this.#ports.reactions.of('own') };
  }

  /** How it went with those who were called. */
  #ringOf({ callId, quiet }: { callId: CallId; quiet: boolean }): OwnCallNow['ring'] {
    if (this.#accompanied === callId) return 'answered';
    if (quiet) return 'quiet';
    return this.#ringing.leftMs(callId) > 0 ? 'ringing' : 'over';
  }

  /** When the own call started. Remembered apart: others can make up any number of calls, and only so many are known at a time. */
  #sinceOf(callId: CallId): number {
    if (this.#since?.callId !== callId) this.#since = { callId, since: this.#ringing.since(callId) };
    return this.#since.since;
  }

  /** Starts a call, `quiet` without ringing, or joins the one that runs. Refuses with `call-full`. */
  join(media: OwnMedia, quiet = false): Outcome<OwnCallNow> {
    const starts = this.#membership.running() === null;
    const joined = this.#membership.join(media, quiet);
    if (!joined.ok) return joined;
    if (starts) {
      this.#ringing.heard(joined.value.callId, 0);
      this.#ports.entries.started(joined.value.callId);
    }
    // Their pictures are on their way while this page makes its stage.
    this.#ports.publishNow();
    this.changed();
    return this.own ? accept(this.own) : refuse('call-full');
  }

  leave(): void {
    if (!this.#membership.leave()) return;
    this.#turnDown();
    this.changed();
  }

  change(part: OwnPart): void {
    if (this.#membership.change(part)) this.changed();
  }

  /** Stops the ringing here. Returns the call that was declined; null when none runs or this device is in it. */
  decline(): CallKey | null {
    const running = this.#membership.running();
    if (!running || this.own) return null;
    this.#ringing.silence(running.callId);
    this.#turnDown();
    return running;
  }

  #turnDown(): void {
    for (const { call, deviceId } of this.#ports.participants()) if (call) this.#turnedDown.add(deviceId);
  }

  /** A participant said which call it is in. One that this person answered on another computer rings here no more. */
  heard(participant: Participant): void {
    const { call } = participant;
    if (call) this.#ringing.heard(call.callId, call.ranMs);
    if (call && this.#ports.isOwn(participant)) {
      this.#ringing.silence(call.callId);
      this.#ports.entries.joinedElsewhere(call.callId);
    }
    this.changed(false);
  }

  /** The person declined the call on another computer. */
  silence(callId: CallId): void {
    this.#ringing.silence(callId);
    if (this.#membership.running()?.callId === callId) this.#turnDown();
    this.changed(false);
  }

  /** After anything about calls changed: merges, moves tracks, rings or stops ringing, tells the others. */
  changed(ownPart = true): void {
    const { participants, entries, publish, isOver, notice, shown } = this.#ports;
    if (isOver()) return;
    const settled = this.#membership.settle();
    if (settled.wasFull) notice({ tone: 'trouble', text: sentenceOf('call-full'), code: 'call-full' });
    const moved = this.#isElsewhere() && this.#membership.leave();
    if (moved) notice({ tone: 'info', text: 'You are in this call on another computer now.', code: null });
    const inCall = participants().filter(({ call }) => call !== null);
    const others = inCall.flatMap(({ call }) => call?.callId ?? []);
    const { own } = this.#membership;
    const stillIn = new Set(inCall.map(({ deviceId }) => deviceId));
    for (const deviceId of this.#turnedDown) if (own || !stillIn.has(deviceId)) this.#turnedDown.delete(deviceId);
    if (!own) this.#ports.reactions.end();
    if (!own || others.length === 0) this.#ports.alone();

    if (!own) this.#accompanied = null;
    else if (others.includes(own.callId)) this.#accompanied = own.callId;
    entries.follow(this.own, others, (callId) => this.#ports.clock.monotonicMs() - this.#sinceOf(callId));
    for (const participant of participants()) this.sendTracks(participant);
    // Others may say new things of themselves as often as they like; encoders are not set as often.
    if (ownPart) this.govern();
    else this.#ports.governSoon();
    this.#ports.views.changed();
    this.#ringing.watch(this.#membership.running(), shown, own?.callId ?? null);
    this.reportStreams(false);
    if (ownPart || settled.changed || moved) publish();
    shown();
  }

  /** Whether this person came into the call on another computer after this one: a person is in it once. */
  #isElsewhere(): boolean {
    const own = this.#membership.presence();
    const peerId = this.#ports.own()?.peerId;
    if (!own || peerId === undefined) return false;
    return this.#ports
      .participants()
      .some(
        (each) =>
          each.call !== null &&
          this.#ports.isOwn(each) &&
          (each.call.turn > own.turn || (each.call.turn === own.turn && each.peerId > peerId)),
      );
  }

  /** Sends nobody more of the pictures than they show. */
  govern(): void {
    const { media } = this.#membership;
    if (!media) return;
    governVideo(
      media,
      this.#ports.participants().filter(({ call, mayReceiveMedia }) => call !== null && mayReceiveMedia),
    );
  }

  /** Whether the participant sends this device sound, by their own word: a muted microphone sends silence. A picture that is not shown is not sent. */
  expectsSound({ call }: Participant): boolean {
    return this.own !== null && call !== null && call.microphone !== 'off';
  }

  sendTracks(participant: Participant): void {
    participant.link.setTracks(this.#membership.tracksFor(participant));
    participant.link.listen(this.own !== null && participant.call !== null);
  }

  /** `again`: the seat is a new one. */
  reportStreams(again: boolean): void {
    this.#reports.update(this.#membership.live(), again);
  }

  presence(): CallPresence | null {
    const own = this.#membership.presence();
    if (!own) return null;
    const ranMs = Math.round(
      Math.min(LIMITS.callLengthMaxMs, Math.max(0, this.#ports.clock.monotonicMs() - this.#sinceOf(own.callId))),
    );
    const troubles = [...this.#ports.troubles()];
    return { ...own, ranMs, ...(troubles.length > 0 ? { troubles } : {}) };
  }

  /** The own microphone; null outside a call. */
  get microphone(): MicrophoneState | null {
    return this.#membership.media?.microphone ?? null;
  }

  now(): Pick<SessionNow, 'call' | 'ringing' | 'own'> {
    const { own } = this;
    const running = this.#membership.running();
    if (!running) return { call: null, ringing: null, own };
    const members = this.#ports.participants().filter(({ call }) => call !== null);
    const ownDevice = own ? this.#ports.own()?.deviceId : undefined;
    const deviceIds = [...(ownDevice ? [ownDevice] : []), ...members.map(({ deviceId }) => deviceId)];
    // Somebody in another call, which is about to merge with this one, does not call.
    const calls = (among: readonly Participant[]) =>
      among.flatMap(({ call }) => (call?.callId === running.callId ? [call] : []));
    const first = firstIn(calls(members.filter(({ deviceId }) => !this.#turnedDown.has(deviceId))));
    const caller = members.find(({ call }) => call !== null && call === first);
    const isQuiet = firstIn(calls(members))?.quiet === true;
    // A device that took over a known name does not call as that person: the warning about it stands on the screen.
    const rings = caller?.mayReceiveMedia === true && !own && !isQuiet && this.#ringing.rings(running);
    return {
      call: { ...running, deviceIds },
      ringing: rings ? { callId: running.callId, from: caller.name, verified: caller.standing === 'verified' } : null,
      own,
    };
  }
}
