import type { NetworkChange } from '@parley/shared/bridge';
import type {
  Emoji,
  EntryContent,
  HistoryItem,
  PeerStanding,
  RoomKeyring,
  RulesChange,
  SeenRange,
} from '@parley/shared/model';
import {
  type DeviceId,
  type LinkMessage,
  type LinkMessageOf,
  type Outcome,
  refusalOf,
  refuse,
} from '@parley/shared/protocol';
import { type CountedClock, countedClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { errorFields } from '../log.ts';
import type { View } from '../mesh/video-limits.ts';
import type { SeatOwner } from '../signaling/seat.ts';
import type { OwnMedia } from './call-membership.ts';
import type { SendWait } from './conversation.ts';
import type { FileTransfers } from './files/file-transfers.ts';
import { followHandshakes } from './follow-handshakes.ts';
import { forgeryWords } from './forgery-words.ts';
import { NetworkDoubts } from './network-doubts.ts';
import { oncePerTurn } from './once-per-turn.ts';
import type { Participant } from './participant.ts';
import { sayBye } from './say-bye.ts';
import { SeatHints } from './seat-hints.ts';
import { sendSignal } from './send-signal.ts';
import { createSessionParts, type RoomSessionPorts, type SessionParts } from './session-parts.ts';
import { prepareSeat, type SessionSeatPorts, takeSeat } from './session-seat.ts';
import { connectionIn, type SessionStage } from './session-stage.ts';
import type { OwnCallNow, SessionEvents, SessionNow } from './session-state.ts';
import type { ComputersChange } from './shared-computers.ts';
import { endHandshakes, shutOut } from './shut-out.ts';

/**
 * One room while the app runs: reachable by its members, and in its call when the person wants to be. Puts the parts
 * of a session together. Links outlive the server's connection; what the server says about presence closes none.
 */
export class RoomSession {
  readonly keyring: RoomKeyring;
  readonly #ports: RoomSessionPorts;
  readonly #clock: CountedClock;
  readonly #events = new Emitter<SessionEvents>();
  readonly #parts: SessionParts;
  #state: SessionStage = { at: 'new' };
  #typedAt = Number.NEGATIVE_INFINITY;
  readonly #doubts: NetworkDoubts;
  readonly #hints: SeatHints;

  constructor(keyring: RoomKeyring, ports: RoomSessionPorts) {
    this.keyring = keyring;
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
    this.#parts = createSessionParts(keyring, ports, this.#clock, {
      seated: () => this.#seated(),
      isOver: () => this.#is('left'),
      notice: (notice) => this.#events.emit('notice', notice),
      shown: () => this.#shown(),
      broadcast: (message) => this.#broadcast(message),
      opened: (participant) => this.#opened(participant),
      invited: (invitation) => this.#events.emit('invited', invitation),
      rulesChanged: () => this.#rulesChanged(),
      sendSignal: (participant, signal) => sendSignal(participant, signal, this.#seated(), ports.log),
      recorded: ({ peerId }, reading) => this.#events.emit('reading', { sess: peerId, reading }),
    });
    const { conversation, files, roster } = this.#parts;
    this.#hints = new SeatHints(this.#parts, () => this.#seated());
    this.#doubts = new NetworkDoubts(this.#clock, () => roster.all);
    files.on('changed', (now) => this.#events.emit('files', now));
    conversation.on('recorded', (items) => this.#events.emit('recorded', items));
    conversation.on('changed', (items) => this.#events.emit('delivery', items));
    conversation.on('trouble', ({ message, code }) =>
      this.#events.emit('notice', { tone: 'trouble', text: message, code }),
    );
    conversation.on('forged', ({ by }) => {
      const from = this.#parts.roster.all.find(({ deviceId }) => deviceId === by);
      this.#events.emit('notice', { tone: 'trouble', text: forgeryWords(from?.name), code: null });
    });
  }

  on<E extends keyof SessionEvents>(event: E, listener: (payload: SessionEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** Counts of things that still run; all zero after `leave`. */
  get openResources(): { timers: number; links: number; listeners: number } {
    const { roster, conversation, files } = this.#parts;
    const links = roster.all.map(({ link }) => link.openResources);
    const parts = [...links, this.#seated()?.handshakes.openResources ?? { timers: 0, listeners: 0 }];
    const sum = (of: 'timers' | 'listeners') => parts.reduce((total, each) => total + each[of], 0);
    return {
      // The timers of the conversation run through this clock.
      timers: this.#clock.pending + sum('timers'),
      links: links.length,
      listeners:
        this.#events.size + conversation.openResources.listeners + files.openResources.listeners + sum('listeners'),
    };
  }

  /** Derives the room's keys, signs the hello and takes a seat. Tries again by itself if that is refused. */
  async open(): Promise<void> {
    if (this.#state.at === 'refused') this.#state.undo();
    else if (this.#state.at !== 'new') return;
    if (this.#state.at === 'new') void this.#parts.files.start();
    this.#state = { at: 'opening' };
    this.#shown();
    const { certificate, policy, log } = this.#ports;
    const { door } = this.#parts;
    const ports: SessionSeatPorts = { ...this.#ports, fp: certificate.fp, gate: door.gate };
    try {
      await door.load();
      const prepared = await prepareSeat(this.keyring, ports);
      if (!this.#is('opening')) return;
      this.#state = { at: 'seated', joinedBefore: false, ...takeSeat(this.keyring, prepared, ports, this.#owner()) };
      followHandshakes(this.#state.handshakes, this.#parts);
    } catch (error) {
      if (!this.#is('opening')) return;
      log.warn('a room could not be opened', errorFields(error));
      const undo = this.#clock.after(policy.reopenMs, () => void this.open());
      this.#state = { at: 'refused', refusal: refusalOf(error), retryAt: this.#clock.now() + policy.reopenMs, undo };
    }
    this.#shown();
  }

  /** Tries the server again now. */
  retry(): void {
    if (this.#state.at === 'seated') this.#state.seat.retry();
    else void this.open();
  }

  /** Resolves when every box that came in so far was dealt with. */
  idle(): Promise<void> {
    return this.#seated()?.handshakes.idle() ?? Promise.resolve();
  }

  get now(): SessionNow {
    const { roster, call, reactions, quality, partition, door } = this.#parts;
    return {
      connection: connectionIn(this.#state),
      participants: roster.all.map((each) => each.now(call.own?.callId ?? null, reactions.of(each))),
      ...call.now(),
      troubles: quality.troubles,
      apart: partition.apart,
      ...door.now(),
    };
  }

  /** Starts a call, `quiet` without ringing, or joins the one that runs. Refuses with `call-full`. Media goes out to those who are in it. */
  joinCall(media: OwnMedia, quiet = false): Outcome<OwnCallNow> {
    return this.#is('left') ? refuse('not-in-room') : this.#parts.call.join(media, quiet);
  }

  leaveCall(): void {
    this.#parts.call.leave();
  }

  /** Sets the media that this device sends in the call it is in. */
  setMedia(media: OwnMedia): void {
    this.#parts.call.change({ media });
  }

  /** Tells the others at which size they are shown here, by peer; those who are missing are not shown. */
  showViews(views: ReadonlyMap<string, View>): void {
    this.#parts.views.show(views);
  }

  setHand(raised: boolean): void {
    this.#parts.call.change({ hand: raised });
  }

  /** Tells the others that this person records the call or sends it to a receiver that shows it live, or no longer. */
  markCall(mark: { recording: boolean } | { live: boolean }): void {
    this.#parts.call.change(mark);
  }

  /** Shows an emoji for a moment to those who are in the call. */
  react(emoji: Emoji): void {
    this.#parts.reactions.send(emoji);
  }

  /** Stops the ringing here and says so to those who called. */
  declineCall(): void {
    const declined = this.#parts.call.decline();
    if (!declined) return;
    this.#broadcast({ type: 'decline', callId: declined.callId });
    this.#parts.call.changed();
  }

  /**
   * Writes an entry; `stored` hears of its message as soon as it is on this disk, and `draft` tells what the draft is from then on.
   */
  send(
    content: EntryContent,
    stored: (item: HistoryItem) => void,
    draft = () => '',
    waiting?: (wait: SendWait) => void,
  ): Promise<Outcome<HistoryItem>> {
    return this.#parts.conversation.send(content, stored, draft, waiting);
  }

  markSeen(range: SeenRange): Promise<Outcome<unknown>> {
    return this.#parts.conversation.markSeen(range);
  }

  /** The part of the room's files that the app tells what happened, and what its person wants. */
  get files(): Pick<FileTransfers, 'learn' | 'forget' | 'atHand' | 'want'> {
    return this.#parts.files;
  }

  /** Says something to one device; false where no link to it is open, or where it took over a known name. */
  tell(deviceId: DeviceId, message: LinkMessageOf<'invite'>): boolean {
    return this.#parts.roster.all.some(
      (each) => each.deviceId === deviceId && each.mayReceiveMedia && each.send(message),
    );
  }

  /** The person is writing: said to the others every few seconds at most. */
  typing(): void {
    const now = this.#clock.monotonicMs();
    if (now - this.#typedAt < this.#ports.policy.typingEveryMs) return;
    this.#typedAt = now;
    this.#broadcast({ type: 'typing' });
  }

  /** The network changed: the ways to the others may be gone. */
  networkChanged(how: NetworkChange): void {
    this.#doubts.networkChanged(how);
  }

  /** The STUN and TURN servers of this room, for a test of the ways before a call. Empty while there is no seat. */
  iceServers(): RTCIceServer[] {
    return this.#parts.ice.servers();
  }

  /** The person hides their address from now on, or no longer does: each link gets a connection under that rule. */
  renewLinks(): void {
    for (const { link } of this.#parts.roster.all) link.reopen();
  }

  /** The profile, or whether the person is in a call elsewhere, changed: the others hear of it. */
  refreshPresence(): void {
    this.#parts.presence.publish();
  }

  /** The person's name or rooms changed: their other computers hear of it. False where none is linked here. */
  tellOwnComputers(): boolean {
    return this.#parts.computers.ownChanged();
  }

  /** Whose computers devices are has changed. */
  refreshComputers(changed: ComputersChange): void {
    // Where the core cannot be asked, the next change asks again.
    void this.#parts.door.load().catch(() => {});
    void this.#parts.computers.changed(changed);
  }

  /** Changes the rules of the room. Refuses with `not-allowed` where this person may not. */
  setRules(change: (present: DeviceId[]) => RulesChange): Promise<Outcome<unknown>> {
    const { door } = this.#parts;
    return door.set(change(door.present()));
  }

  /** Does not ask again about somebody at the door for some minutes. */
  notNow(person: DeviceId): void {
    this.#parts.door.notNow(person);
  }

  /** Other devices are blocked than before: links to them end, and those who are blocked no longer are met again. */
  refreshBlocks(): void {
    const { isBlocked } = this.#ports;
    this.#parts.door.refreshBlocks();
    this.#shutOut(isBlocked);
    const handshakes = this.#seated()?.handshakes;
    if (!handshakes) return;
    endHandshakes({ roster: this.#parts.roster, handshakes }, isBlocked);
    handshakes.reconsider();
  }

  #shutOut(isOut: (deviceId: DeviceId) => boolean): void {
    const seated = this.#seated();
    const isOnline = () => seated?.seat.state.at === 'online';
    shutOut({ roster: this.#parts.roster, handshakes: seated?.handshakes, isOnline }, isOut);
  }

  /** Whether somebody who is blocked no longer can be met only by a fresh session: they were blocked here several times. */
  get isOutdated(): boolean {
    return this.#seated()?.handshakes.isWornOut ?? false;
  }

  /** The person compared the code with that device, or took that back. */
  setStanding(deviceId: DeviceId, standing: PeerStanding['standing']): void {
    this.#parts.computers.setStanding(deviceId, standing);
    this.#parts.call.changed();
  }

  /**
   * Leaves for good: says goodbye by every way there is, gives the seat back and closes all links. A server that does
   * not answer holds nothing up.
   */
  async leave(): Promise<void> {
    if (this.#state.at === 'left') return;
    const seated = this.#seated();
    if (this.#state.at === 'refused') this.#state.undo();
    this.#state = { at: 'left' };
    const { roster, presence, conversation, files, views, partition } = this.#parts;
    partition.close();
    presence.close();
    views.close();
    this.#broadcast({ type: 'bye', why: 'left' });
    if (roster.all.length > 0)
      await Promise.race([
        sayBye(
          seated,
          roster.all.map(({ peerId }) => peerId),
        ),
        this.#inTime(),
      ]);
    const left = seated?.seat.leave();
    roster.close();
    seated?.handshakes.close();
    conversation.close();
    files.close();
    this.#events.clear();
    this.#clock.stopAll();
    await Promise.race([left, this.#inTime()]);
    this.#clock.stopAll();
  }

  #inTime(): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(this.#ports.policy.byeMs, resolve));
  }

  /**
   * Goes by other rules. Those who are kept out hear it on the link, which closes right behind that: their app then shows why, instead of dialling
   * for ever.
   */
  #rulesChanged(): void {
    const { roster, call, door } = this.#parts;
    if (!this.#seated()) return;
    const { self } = door.rules;
    if (self !== 'in') {
      this.#events.emit('shut', self);
      return;
    }
    const isOut = (deviceId: DeviceId) => door.gate.of(deviceId) !== 'in';
    const others = roster.all.filter((participant) => participant.isOut !== isOut(participant.deviceId));
    for (const participant of others) participant.isOut = !participant.isOut;
    if (others.length > 0) {
      call.changed();
      this.#clock.after(this.#ports.policy.byeMs, () => this.#shutOut(isOut));
    }
    this.#seated()?.handshakes.reconsider();
  }

  #owner(): Pick<SeatOwner, 'joined' | 'changed' | 'hint'> {
    return {
      joined: (joined) => this.#hints.joined(joined),
      changed: () => this.#shown(),
      hint: (hint, participantId) => this.#hints.hinted(hint, participantId),
    };
  }

  #opened(participant: Participant): void {
    if (this.#is('left') || participant.link.state.at !== 'open') return;
    const { conversation, files, call, views, codes, computers, door } = this.#parts;
    participant.send(this.#parts.presence.message());
    views.opened(participant.peerId);
    door.opened(participant);
    void conversation.linked(participant);
    files.linked(participant);
    call.sendTracks(participant);
    void codes.start(participant);
    void computers.opened(participant);
  }

  #broadcast(message: LinkMessage): void {
    for (const participant of this.#parts.roster.all) participant.send(message);
  }

  #seated(): Extract<SessionStage, { at: 'seated' }> | undefined {
    return this.#state.at === 'seated' ? this.#state : undefined;
  }

  #is(at: SessionStage['at']): boolean {
    return this.#state.at === at;
  }

  /** Many things change in one turn; they are told once. */
  readonly #shown = oncePerTurn(() => {
    if (!this.#is('left')) this.#events.emit('changed', this.now);
  });
}
