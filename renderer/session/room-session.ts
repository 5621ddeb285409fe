import type { Bridge } from '@parley/shared/bridge';
import {
  type HistoryItem,
  type MessageRef,
  nameOf,
  type PeerStanding,
  type Profile,
  type RoomKeyring,
} from '@parley/shared/model';
import {
  accept,
  CallId,
  type CallPresence,
  DeviceId,
  type ErrorCode,
  type IceConfig,
  LIMITS,
  type LinkMessage,
  type LinkMessageOf,
  type LinkSignal,
  type MicrophoneState,
  type Outcome,
  type ParticipantId,
  type Refusal,
  type RoomJoined,
  refusalOf,
  refuse,
  type StreamKind,
  sentenceOf,
  toBase64Url,
  unreachable,
  unwrap,
} from '@parley/shared/protocol';
import {
  deriveRoomKeys,
  deviceCode,
  makeHello,
  type OwnHello,
  proveMembership,
  type RoomKeys,
} from '@parley/shared/sealing';
import { type Clock, type CountedClock, countedClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import type { Log } from '../log.ts';
import type { LinkPolicy } from '../mesh/link-policy.ts';
import { Mesh } from '../mesh/mesh.ts';
import type { CloseReason, LinkState, PeerLink } from '../mesh/peer-link.ts';
import { type LinkReading, unknownReading } from '../mesh/quality.ts';
import type { MakePeer } from '../mesh/raw-peer.ts';
import type { OutgoingTracks } from '../mesh/track-slots.ts';
import { NO_TRACKS } from '../mesh/track-slots.ts';
import type { PresenceHint, Seat, SeatOwner, SeatState } from '../signaling/signaling-client.ts';
import {
  type CallKey,
  type CallPlace,
  cameTooLate,
  newCallMemory,
  nextTurn,
  noteCall,
  ringsForMs,
  runningCall,
} from './call-state.ts';
import type { OwnCertificate } from './certificate.ts';
import { Conversation } from './conversation.ts';
import { allowedIceServers, ICE_REFRESH_MIN_MS, iceLifetimeMs } from './ice-policy.ts';
import { Inbox } from './inbox.ts';
import { type Acquaintance, Introductions, stayOf } from './introductions.ts';
import { Paced } from './paced.ts';

export type SessionPolicy = {
  ringMs: number;
  /** How long someone whose seat ended stays listed while no link to them is open. */
  goneGraceMs: number;
  receiptsEveryMs: number;
  typingShownMs: number;
  typingEveryMs: number;
  /** Wait before the long code of two devices is computed; it takes thousands of hashes. */
  deviceCodeDelayMs: number;
  /** For a last word, by the links and by the server: nobody who leaves waits longer for either. */
  byeMs: number;
  /** First wait before another try when the core refused to open the room. */
  reopenMs: number;
  /** How long after coming into a call this device goes again if the call turns out to have been full. */
  comingInMs: number;
  link: LinkPolicy;
};

export const usualSessionPolicy = (link: LinkPolicy): SessionPolicy => ({
  ringMs: 45_000,
  goneGraceMs: 8_000,
  receiptsEveryMs: 100,
  typingShownMs: 5_000,
  typingEveryMs: 2_500,
  deviceCodeDelayMs: 1_500,
  byeMs: 150,
  reopenMs: 5_000,
  comingInMs: 10_000,
  link,
});

export type RoomSessionPorts = {
  bridge: Bridge;
  /** Takes a seat on the keyring's server. */
  takeSeat: (keyring: RoomKeyring, owner: SeatOwner) => Seat;
  makePeer: MakePeer;
  certificate: OwnCertificate;
  clock: Clock;
  randomBytes: (sizeBytes: number) => Uint8Array<ArrayBuffer>;
  profile: () => Profile;
  privacy: () => { relayOnly: boolean; readReceipts: boolean };
  /** The room's name as this device knows it. */
  roomName: () => { name: string; renamedAt: number } | null;
  policy: SessionPolicy;
  log: Log;
};

/** What this device shows of itself in a call. */
export type OwnMedia = {
  microphone: MicrophoneState;
  camera: boolean;
  screen: boolean;
  cameraStreamId: string;
  screenStreamId: string;
  tracks: OutgoingTracks;
};

export type ParticipantNow = {
  /** Names the stay: no two participants have the same. */
  sess: string;
  deviceId: DeviceId;
  name: string;
  standing: PeerStanding['standing'];
  link: 'opening' | 'open' | 'interrupted' | 'closed';
  reading: LinkReading;
  /** Null while only reachable. */
  call: CallPresence | null;
  speaking: boolean;
  typing: boolean;
  cameraStream: MediaStream | null;
  screenStream: MediaStream | null;
  safetyCode: string | null;
  deviceCode: string | null;
};

export type SessionNow = {
  connection:
    | { at: 'offline' }
    | { at: 'connecting' }
    | { at: 'online' }
    | { at: 'reconnecting'; since: number }
    | { at: 'refused'; refusal: Refusal };
  participants: readonly ParticipantNow[];
  call: { callId: CallId; startedAt: number; deviceIds: readonly DeviceId[] } | null;
  ringing: { callId: CallId; from: string } | null;
  /** This person's own part, as it is after calls were merged. */
  own: (CallKey & { hand: boolean }) | null;
};

export type SessionEvents = {
  changed: SessionNow;
  recorded: readonly HistoryItem[];
  delivery: readonly HistoryItem[];
  /** Something that the person should read. */
  notice: { tone: 'info' | 'trouble'; text: string; code: ErrorCode | null };
};

const SPEAKING_LEVEL = 0.02;
/** A name from further ahead than this is a wrong clock or a trick to keep it for ever. */
const RENAMED_AHEAD_MAX_MS = 86_400_000;
/** How often names that others say are written to the disk: each of a member, and the room's. */
const PROFILES = { burst: 3, perSecond: 0.5 };
const RENAMES = { burst: 3, perSecond: 0.2 };
/** How often this device says what changed about it, however often it changes. */
const PRESENCES = { burst: 20, perSecond: 10 };
/** As many as a server may name. */
const PARTICIPANTS_MAX = 256;
/** Members who were met and are not listed. */
const UNLISTED_MAX = 64;
/** Some megabytes of stays; only an attack of many hours brings as many. */
const STAYS_MAX = 65_536;

/**
 * One room while the app runs: reachable by its members, and in its call when the person wants to be. Links to the
 * others outlive the server's connection; whatever the server says about who is here closes none of them.
 * opening → reachable → leaving → left;  opening → refused → opening
 */
export class RoomSession {
  readonly keyring: RoomKeyring;
  readonly #ports: RoomSessionPorts;
  readonly #clock: CountedClock;
  readonly #events = new Emitter<SessionEvents>();
  readonly #mesh = new Mesh();
  readonly #participants = new Map<string, Participant>();
  /** Stays that were met and may be listed again, with the last epoch of their link; 0 when they had none. */
  readonly #unlisted = new Map<string, number>();
  readonly #conversation: Conversation;
  readonly #calls = newCallMemory();
  readonly #liveKinds = new Set<StreamKind>();
  readonly #publishing: Paced;
  readonly #renaming: Paced;
  /** The newest name of the room that a member said. */
  #heardName: { name: string; renamedAt: number } | null = null;
  #seat: Seat | undefined;
  #seatState: SeatState = { at: 'connecting' };
  #refusal: Refusal | undefined;
  #introductions: Introductions | undefined;
  #own: OwnHello | undefined;
  #everJoined = false;
  #capacity: number = LIMITS.roomCapacityDefault;
  #ownCall: (CallKey & { hand: boolean; turn: number; cameAt: number }) | null = null;
  #media: OwnMedia | null = null;
  #ice: { servers: RTCIceServer[]; endsAt: number } = { servers: [], endsAt: Number.POSITIVE_INFINITY };
  #iceAskedAt = Number.NEGATIVE_INFINITY;
  #undoIce: () => void = () => {};
  #undoRing: () => void = () => {};
  #undoReopen: () => void = () => {};
  #typedAt = Number.NEGATIVE_INFINITY;
  #changeQueued = false;
  #presenceQueued = false;
  #over = false;

  constructor(keyring: RoomKeyring, ports: RoomSessionPorts) {
    this.keyring = keyring;
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
    this.#conversation = new Conversation({
      roomId: keyring.roomId,
      bridge: ports.bridge,
      clock: this.#clock,
      randomBytes: ports.randomBytes,
      readReceipts: () => ports.privacy().readReceipts,
      receiptsEveryMs: ports.policy.receiptsEveryMs,
    });
    this.#publishing = new Paced(this.#clock, PRESENCES, () => this.#broadcast(this.#presence()));
    this.#renaming = new Paced(this.#clock, RENAMES, () => this.#takeName());
    this.#conversation.on('recorded', (items) => this.#events.emit('recorded', items));
    this.#conversation.on('changed', (items) => this.#events.emit('delivery', items));
    this.#conversation.on('trouble', ({ message, code }) =>
      this.#events.emit('notice', { tone: 'trouble', text: message, code }),
    );
  }

  on<E extends keyof SessionEvents>(event: E, listener: (payload: SessionEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  get census(): { timers: number; links: number; listeners: number } {
    const mesh = this.#mesh.census;
    const introductions = this.#introductions?.census ?? { timers: 0, listeners: 0 };
    return {
      // The conversation's timers run through this clock.
      timers: this.#clock.pending + mesh.timers + introductions.timers,
      links: mesh.links,
      listeners: this.#events.size + mesh.listeners + introductions.listeners + this.#conversation.census.listeners,
    };
  }

  /** Derives the room's keys, signs this stay's hello and takes a seat. Tries again by itself if that is refused. */
  async open(): Promise<void> {
    this.#undoReopen();
    if (this.#over || this.#seat) return;
    this.#refusal = undefined;
    this.#change();
    try {
      const { secret, passphrase, ownerPub } = this.keyring;
      const keys = await deriveRoomKeys(bytesOf(secret), passphrase, bytesOf(ownerPub));
      const own = await makeHello(keys, {
        fp: this.#ports.certificate.fp,
        ts: this.#clock.now(),
        sign: async (fields) => unwrap(await this.#ports.bridge.call('identity.sign-hello', fields)),
      });
      if (this.#over || this.#seat) return;
      this.#own = own;
      this.#introductions = this.#introduce(keys, own);
      this.#seat = this.#ports.takeSeat(this.keyring, this.#seatOwner(keys));
    } catch (error) {
      this.#refusal = refusalOf(error);
      this.#undoReopen = this.#clock.after(this.#ports.policy.reopenMs, () => void this.open());
    }
    this.#change();
  }

  /** Tries the server again now. */
  retry(): void {
    if (this.#seat) this.#seat.retry();
    else void this.open();
  }

  /** Resolves when every box that came in so far was dealt with. */
  idle(): Promise<void> {
    return this.#introductions?.idle() ?? Promise.resolve();
  }

  get now(): SessionNow {
    const running = this.#running();
    const members = this.#inCall(running);
    return {
      connection: this.#connection(),
      participants: [...this.#participants.values()].map((each) => this.#participantNow(each, running)),
      call: running
        ? {
            ...running,
            deviceIds: [
              ...(this.#ownCall && this.#own ? [this.#own.dev] : []),
              ...members.map(({ deviceId }) => deviceId),
            ],
          }
        : null,
      ringing: this.#ringing(running, members),
      own: this.#ownCall,
    };
  }

  // Call

  /** Starts a call, or joins the one that runs. Refuses with `call-full`. Media goes out to those who are in it. */
  joinCall(media: OwnMedia): Outcome<CallKey> {
    if (this.#over) return refuse('not-in-room');
    const running = this.#running();
    const others = this.#inCall(running);
    if (!this.#ownCall && others.length >= LIMITS.callCapacity) return refuse('call-full');
    const key = running ?? {
      callId: CallId.parse(toBase64Url(this.#ports.randomBytes(16))),
      startedAt: this.#clock.now(),
    };
    const turn = this.#ownCall?.turn ?? nextTurn(placesOf(others));
    const cameAt = this.#ownCall?.cameAt ?? this.#clock.now();
    this.#ownCall = { callId: key.callId, startedAt: key.startedAt, hand: false, turn, cameAt };
    this.#calls.silenced.add(key.callId);
    this.#media = media;
    this.#callChanged();
    return accept({ callId: key.callId, startedAt: key.startedAt });
  }

  leaveCall(): void {
    if (!this.#ownCall) return;
    this.#calls.silenced.add(this.#ownCall.callId);
    this.#ownCall = null;
    this.#media = null;
    this.#callChanged();
  }

  /** What this device sends in the call it is in. */
  setMedia(media: OwnMedia): void {
    if (!this.#ownCall) return;
    this.#media = media;
    this.#callChanged();
  }

  setHand(raised: boolean): void {
    if (!this.#ownCall) return;
    this.#ownCall = { ...this.#ownCall, hand: raised };
    this.#callChanged();
  }

  /** Stops the ringing here and says so to those who called. */
  declineCall(): void {
    const running = this.#running();
    if (!running || this.#ownCall) return;
    this.#calls.silenced.add(running.callId);
    this.#broadcast({ type: 'decline', callId: running.callId });
    this.#callChanged();
  }

  // Chat

  /** Writes a message; `stored` hears of it as soon as it is on this disk. */
  sendMessage(text: string, stored: (item: HistoryItem) => void): Promise<Outcome<HistoryItem>> {
    return this.#conversation.send(text, stored);
  }

  markSeen(upTo: MessageRef): Promise<Outcome<unknown>> {
    return this.#conversation.markSeen(upTo);
  }

  /** The person is writing: said to the others every few seconds at most. */
  typing(): void {
    const now = this.#clock.now();
    if (now - this.#typedAt < this.#ports.policy.typingEveryMs) return;
    this.#typedAt = now;
    this.#broadcast({ type: 'typing' });
  }

  // What changed elsewhere

  /** The profile or the room's name changed: the others hear of it. */
  refreshPresence(): void {
    this.#publish();
  }

  /** The person compared the code with that device, or took that back. */
  setStanding(deviceId: DeviceId, standing: PeerStanding['standing']): void {
    for (const participant of this.#participants.values()) {
      if (participant.deviceId === deviceId) participant.standing = standing;
    }
    this.#callChanged();
  }

  /**
   * Leaves for good: says goodbye by every way there is, gives the seat back and closes all links. A server that does
   * not answer holds nothing up.
   */
  async leave(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#undoReopen();
    this.#broadcast({ type: 'bye', why: 'left' });
    const introductions = this.#introductions;
    const online = () => this.#seatState.at === 'online';
    const farewells =
      introductions && online()
        ? Promise.allSettled(
            [...this.#participants.keys()].map((stay) => introductions.seal(stay, { type: 'bye' }, online)),
          )
        : new Promise<never>(() => {});
    if (this.#participants.size > 0) await Promise.race([farewells, this.#inTime()]);
    const left = this.#seat?.leave();
    this.#mesh.closeAll('left');
    for (const participant of this.#participants.values()) participant.close();
    this.#participants.clear();
    this.#introductions?.close();
    this.#conversation.close();
    this.#events.clear();
    this.#clock.stopAll();
    await Promise.race([left, this.#inTime()]);
    this.#clock.stopAll();
  }

  #inTime(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(this.#ports.policy.byeMs, resolve);
    });
  }

  // Signaling

  #seatOwner(keys: RoomKeys): SeatOwner {
    return {
      prove: async (challenge, host) => ({
        authPub: toBase64Url(keys.authPub),
        ownerPub: toBase64Url(keys.ownerPub),
        sig: toBase64Url(await proveMembership(keys, host, challenge)),
      }),
      joined: (joined) => this.#joined(joined),
      changed: (state) => {
        this.#seatState = state;
        this.#change();
      },
      signal: ({ from, toAll, box }) => this.#introductions?.handleBox(from, toAll, box),
      hint: (hint, participantId) => this.#hinted(hint, participantId),
    };
  }

  #joined({ resumed, participants, capacity, ice }: RoomJoined): void {
    this.#takeIce(ice);
    this.#capacity = Math.min(capacity, PARTICIPANTS_MAX);
    const introductions = this.#introductions;
    if (!introductions || this.#over) return;
    const met = introductions.participantIds();
    const here = new Set(participants.map(({ participantId }) => participantId));
    const strangers = participants.some(({ participantId, away }) => !away && !met.has(participantId));
    if (!resumed || strangers) introductions.announce();
    if (!resumed && this.#everJoined) void introductions.confirmAgain();
    this.#everJoined = true;
    for (const participant of this.#participants.values()) {
      const gone = !here.has(participant.acquaintance.participantId);
      this.#setGone(participant, gone);
      if (!gone) void this.#tryAgain(participant);
    }
    this.#publishStreams(true);
  }

  /** What the server says of others is a hint: it starts and shortens waiting, and closes no open link. */
  #hinted(hint: PresenceHint, participantId: ParticipantId): void {
    const participant = this.#byParticipantId(participantId);
    switch (hint) {
      case 'joined':
      case 'away':
        return;
      case 'back':
        if (!participant) void this.#introductions?.repeatFor(participantId);
        else void this.#tryAgain(participant);
        return;
      case 'left':
        if (participant) this.#setGone(participant, true);
        return;
      default:
        unreachable(hint);
    }
  }

  /**
   * One of the two was away before the link was open. They may never have got the confirm, and without it take no
   * signal: it goes first.
   */
  async #tryAgain(participant: Participant): Promise<void> {
    const { acquaintance, link } = participant;
    if (link.state.at !== 'opening') return;
    const { epoch } = link.state;
    await this.#introductions?.repeatFor(acquaintance.participantId);
    // A signal of theirs may have begun afresh meanwhile.
    if (link.state.at === 'opening' && link.state.epoch === epoch) link.reopen();
  }

  #takeIce({ iceServers, expiresInMs }: IceConfig): void {
    const lifetimeMs = expiresInMs === undefined ? Number.POSITIVE_INFINITY : iceLifetimeMs(expiresInMs);
    this.#ice = { servers: allowedIceServers(this.keyring.host, iceServers), endsAt: this.#clock.now() + lifetimeMs };
    this.#undoIce();
    if (expiresInMs === undefined) return;
    this.#undoIce = this.#clock.after(Math.max(ICE_REFRESH_MIN_MS, lifetimeMs * 0.8), () => void this.#refreshIce());
  }

  async #refreshIce(): Promise<void> {
    const now = this.#clock.now();
    if (now - this.#iceAskedAt < ICE_REFRESH_MIN_MS) return;
    this.#iceAskedAt = now;
    const asked = await this.#seat?.ice();
    if (asked?.ok && !this.#over) this.#takeIce(asked.value);
  }

  // Introductions

  #introduce(keys: RoomKeys, own: OwnHello): Introductions {
    const { bridge, profile, clock } = this.#ports;
    const introductions = new Introductions({
      keys,
      own,
      clock,
      handshakeTimeoutMs: LIMITS.handshakeTimeoutMs,
      staysMax: STAYS_MAX,
      send: (to, box, wanted) => this.#seat?.send(to, box, wanted) ?? Promise.resolve(refuse('cancelled')),
      signConfirm: async (role, transcriptHash) => {
        const signed = await bridge.call('identity.sign-confirm', {
          role,
          transcriptHash: toBase64Url(transcriptHash),
        });
        return signed.ok ? signed.value.sig : undefined;
      },
      profile,
    });
    introductions.on('met', ({ acquaintance, profile }) => void this.#met(acquaintance, profile));
    introductions.on('seenAgain', ({ acquaintance, profile }) => void this.#met(acquaintance, profile));
    introductions.on('message', ({ acquaintance, message }) => {
      if (message.type === 'bye') return this.#remove(acquaintance.stay, 'left', true);
      const { signal } = message;
      const participant = this.#participants.get(acquaintance.stay);
      if (participant) participant.link.handleSignal(signal);
      // The core is still asked about them; their first offer must not get lost meanwhile.
      else this.#early(acquaintance.stay, signal);
    });
    return introductions;
  }

  readonly #earlySignals = new Map<string, LinkSignal[]>();
  #early(stay: string, signal: LinkSignal): void {
    const waiting = this.#earlySignals.get(stay) ?? [];
    if (waiting.length < 64) waiting.push(signal);
    this.#earlySignals.set(stay, waiting);
  }

  /** Both confirms are through, or a member who was met came back. */
  async #met(acquaintance: Acquaintance, profile: Profile): Promise<void> {
    const known = this.#participants.get(acquaintance.stay);
    if (known) {
      this.#setGone(known, false);
      return this.#profileSaid(known, profile);
    }
    if (!this.#hasPlace(acquaintance)) return;
    const deviceId = DeviceId.parse(acquaintance.hello.dev);
    const met = await this.#ports.bridge.call('peers.meet', { deviceId, profile });
    if (this.#over || acquaintance.at !== 'met' || this.#participants.has(acquaintance.stay)) return;
    if (!met.ok) {
      this.#events.emit('notice', { tone: 'trouble', text: met.message, code: met.code });
      return;
    }
    if (!this.#replaces(acquaintance) || !this.#hasPlace(acquaintance)) return;
    this.#welcome(acquaintance, deviceId, profile, met.value.standing);
  }

  /** One stay per device: the newer one takes the place of the older, which an old hello cannot take back. */
  #replaces(acquaintance: Acquaintance): boolean {
    const { dev, ts } = acquaintance.hello;
    for (const other of this.#participants.values()) {
      if (other.deviceId !== dev) continue;
      if (other.acquaintance.hello.ts > ts && other.link.state.at === 'open') return false;
      this.#remove(other.acquaintance.stay, 'left', true);
    }
    return true;
  }

  /**
   * Whether they can be listed. A seat is one participant, whoever speaks from it: a member could otherwise fill the
   * room, and this device's connections, with devices of their own making. Who finds the room full may come later.
   */
  #hasPlace({ stay, participantId, hello }: Acquaintance): boolean {
    const others = [...this.#participants.values()].filter(({ deviceId }) => deviceId !== hello.dev);
    for (const other of others) {
      if (other.acquaintance.participantId !== participantId) continue;
      const { at } = other.link.state;
      const first = at === 'open' || at === 'interrupted';
      this.#remove(first ? stay : other.acquaintance.stay, 'left', true);
      return !first;
    }
    if (others.length < this.#capacity) return true;
    const gone = others.find((other) => other.gone && other.link.state.at !== 'open');
    if (gone) this.#remove(gone.acquaintance.stay, 'left', false);
    else this.#unlist(stay, 0);
    return gone !== undefined;
  }

  /** Remembers someone who is not listed for when they confirm again; of very many, the oldest are over. */
  #unlist(stay: string, epoch: number): void {
    this.#unlisted.set(stay, epoch);
    const [oldest] = this.#unlisted.keys();
    if (this.#unlisted.size > UNLISTED_MAX && oldest !== undefined) this.#remove(oldest, 'left', true);
  }

  #welcome(acquaintance: Acquaintance, deviceId: DeviceId, profile: Profile, standing: PeerStanding['standing']): void {
    const { stay, session, hello } = acquaintance;
    const { makePeer, clock, policy, certificate, privacy } = this.#ports;
    const lastEpoch = this.#unlisted.get(stay) ?? 0;
    this.#unlisted.delete(stay);
    const link = this.#mesh.open(stay, {
      initiator: session.role === 'lo',
      fp: hello.fp,
      firstEpoch: lastEpoch + 1,
      config: () => ({
        iceServers: this.#iceServers(),
        iceTransportPolicy: privacy().relayOnly ? 'relay' : 'all',
        ...(certificate.certificate ? { certificates: [certificate.certificate] } : {}),
      }),
      makePeer,
      clock,
      policy: policy.link,
      log: this.#ports.log,
    });
    const participant: Participant = new Participant(acquaintance, deviceId, profile, standing, link, {
      inbox: new Inbox<ChatWords>(
        this.#clock,
        (message) => this.#conversation.handle(participant, message),
        () => void this.#conversation.linked(participant),
      ),
      naming: new Paced(this.#clock, PROFILES, () => void this.#setProfile(participant, participant.said)),
    });
    this.#participants.set(stay, participant);
    link.on('state', (state) => this.#linkChanged(participant, state));
    link.on('signal', (signal) => this.#signalOut(participant, signal));
    link.on('message', (message) => this.#heard(participant, message));
    link.on('streams', () => this.#change());
    link.on('reading', (reading) => {
      const { quality, relayed } = participant.reading;
      participant.reading = reading;
      if (quality !== reading.quality || relayed !== reading.relayed) this.#change();
    });
    link.on('voice', (level) => {
      const speaking = level > SPEAKING_LEVEL && participant.presence?.call?.microphone === 'live';
      if (speaking === participant.speaking) return;
      participant.speaking = speaking;
      this.#change();
    });
    if (standing === 'changed') this.#warnOf(profile);
    link.start();
    for (const signal of this.#earlySignals.get(stay) ?? []) link.handleSignal(signal);
    this.#earlySignals.delete(stay);
    this.#change();
  }

  #iceServers(): RTCIceServer[] {
    if (this.#ice.endsAt <= this.#clock.now()) void this.#refreshIce();
    return this.#ice.servers;
  }

  #setGone(participant: Participant, gone: boolean): void {
    participant.gone = gone;
    participant.undoGone();
    if (!gone || participant.link.state.at === 'open') return;
    participant.undoGone = this.#clock.after(this.#ports.policy.goneGraceMs, () => {
      if (participant.gone && participant.link.state.at !== 'open') {
        this.#remove(participant.acquaintance.stay, 'left', false);
      }
    });
  }

  /** Takes someone off the roster. `forGood`: their stay is over; otherwise they may come back with it. */
  #remove(stay: string, why: CloseReason, forGood: boolean): void {
    const participant = this.#participants.get(stay);
    if (participant) {
      this.#participants.delete(stay);
      const { state } = participant.link;
      if (state.at !== 'closed' && !forGood) this.#unlist(stay, state.epoch);
      participant.close();
      this.#conversation.unlinked(participant);
      this.#mesh.close(stay, why);
    }
    if (forGood) {
      this.#introductions?.end(stay);
      this.#unlisted.delete(stay);
      this.#earlySignals.delete(stay);
    }
    this.#callChanged();
  }

  // Links

  #linkChanged(participant: Participant, state: LinkState): void {
    switch (state.at) {
      case 'open': {
        this.#setGone(participant, participant.gone);
        if (participant.openEpoch !== state.epoch) {
          participant.openEpoch = state.epoch;
          this.#linked(participant);
        }
        break;
      }
      case 'opening':
      case 'interrupted':
        participant.speaking = false;
        this.#setGone(participant, participant.gone);
        break;
      case 'closed':
        if (state.why === 'fingerprint-mismatch') {
          this.#events.emit('notice', {
            tone: 'trouble',
            text: `The connection was not with ${nameOf(participant.profile)}. It was closed.`,
            code: 'fingerprint-mismatch',
          });
          this.#remove(participant.acquaintance.stay, state.why, true);
        }
        if (state.why === 'flood') {
          this.#events.emit('notice', {
            tone: 'trouble',
            text: `${nameOf(participant.profile)} sent far more than Parley ever does. The connection was closed.`,
            code: null,
          });
          this.#remove(participant.acquaintance.stay, state.why, true);
        }
        break;
      default:
        unreachable(state);
    }
    this.#change();
  }

  #linked(participant: Participant): void {
    if (this.#over || participant.link.state.at !== 'open') return;
    participant.send(this.#presence());
    void this.#conversation.linked(participant);
    participant.link.setTracks(this.#tracksFor(participant));
    if (!participant.safetyStarted) {
      participant.safetyStarted = true;
      void this.#startSafety(participant);
    }
    this.#change();
  }

  #signalOut(participant: Participant, signal: LinkSignal): void {
    const { link, acquaintance } = participant;
    const online = this.#seatState.at === 'online';
    if (link.state.at === 'open' || (link.state.at === 'interrupted' && !online)) {
      if (participant.send({ type: 'signal', signal })) return;
    }
    const wanted = () => link.state.at !== 'closed' && link.state.epoch === signal.epoch;
    // Sealing fails only when the pair is over, and then nobody waits for the signal.
    void this.#introductions?.seal(acquaintance.stay, { type: 'signal', signal }, wanted).catch(() => undefined);
  }

  #heard(participant: Participant, message: LinkMessage): void {
    switch (message.type) {
      case 'presence':
        this.#presenceOf(participant, message);
        return;
      case 'decline':
        if (this.#ownCall?.callId === message.callId && participant.declined !== message.callId) {
          participant.declined = message.callId;
          this.#events.emit('notice', {
            tone: 'info',
            text: `${nameOf(participant.profile)} declined the call.`,
            code: null,
          });
        }
        return;
      case 'chat':
      case 'receipt':
      case 'have':
      case 'batch':
        if (message.type === 'chat') participant.stopTyping();
        participant.inbox.take(message);
        return;
      case 'typing':
        participant.undoTyping();
        participant.typing = true;
        participant.undoTyping = this.#clock.after(this.#ports.policy.typingShownMs, () => {
          participant.typing = false;
          this.#change();
        });
        this.#change();
        return;
      case 'signal':
        participant.link.handleSignal(message.signal);
        return;
      case 'safety':
        void this.#safetyStep(participant, message);
        return;
      case 'bye':
        this.#remove(participant.acquaintance.stay, 'left', true);
        return;
      default:
        unreachable(message);
    }
  }

  #presenceOf(participant: Participant, presence: LinkMessageOf<'presence'>): void {
    const first = participant.presence === null;
    participant.presence = presence;
    if (presence.call) noteCall(this.#calls, presence.call, this.#clock.now(), first);
    this.#profileSaid(participant, presence.profile);
    const { room } = presence;
    const newest = Math.max(this.#heardName?.renamedAt ?? -1, this.#ports.roomName()?.renamedAt ?? -1);
    if (room && room.renamedAt > newest && room.renamedAt <= this.#clock.now() + RENAMED_AHEAD_MAX_MS) {
      this.#heardName = room;
      this.#renaming.ask();
    }
    this.#callChanged(false);
  }

  /** Takes the newest name of the room that was said, unless this device knows a newer one by now. */
  #takeName(): void {
    const heard = this.#heardName;
    const own = this.#ports.roomName();
    if (!heard || (own !== null && own.renamedAt >= heard.renamedAt)) return;
    void this.#ports.bridge.call('rooms.rename', { roomId: this.keyring.roomId, ...heard });
  }

  #profileSaid(participant: Participant, profile: Profile): void {
    participant.said = profile;
    participant.naming.ask();
  }

  async #setProfile(participant: Participant, profile: Profile): Promise<void> {
    const { username, displayName } = participant.profile;
    if (profile.username === username && profile.displayName === displayName) return;
    participant.profile = profile;
    this.#change();
    const met = await this.#ports.bridge.call('peers.meet', { deviceId: participant.deviceId, profile });
    if (!met.ok) return;
    if (met.value.standing === 'changed' && participant.standing !== 'changed') this.#warnOf(profile);
    participant.standing = met.value.standing;
    this.#callChanged(false);
  }

  /** Someone came under, or took, a name that another device has. */
  #warnOf(profile: Profile): void {
    this.#events.emit('notice', {
      tone: 'trouble',
      text: `${nameOf(profile)} was known with another device. Compare the safety code: camera and voice wait for it.`,
      code: 'identity-changed',
    });
  }

  async #startSafety(participant: Participant): Promise<void> {
    const { acquaintance } = participant;
    try {
      const step = await acquaintance.session.safety().start();
      if (step) participant.send({ type: 'safety', step });
    } catch {
      // The pair is over.
      return;
    }
    const own = this.#own?.dev;
    if (own === undefined || this.#over) return;
    participant.undoDeviceCode = this.#clock.after(this.#ports.policy.deviceCodeDelayMs, () => {
      void deviceCode(own, participant.deviceId).then((code) => {
        participant.deviceCode = code;
        this.#change();
      });
    });
  }

  async #safetyStep(participant: Participant, { step }: LinkMessageOf<'safety'>): Promise<void> {
    if (participant.acquaintance.at !== 'met') return;
    const handled = await participant.acquaintance.session.safety().handle(step);
    if (!handled.ok) return;
    const { reply, code } = handled.value;
    if (reply) participant.send({ type: 'safety', step: reply });
    if (code !== null) participant.safetyCode = code;
    this.#change();
  }

  // Call

  #running(): CallKey | null {
    const parts = [...this.#participants.values()].flatMap(({ presence }) => presence?.call ?? []);
    return runningCall(this.#ownCall ? [this.#ownCall, ...parts] : parts);
  }

  /** Everyone else who is in a call here; two calls are one as soon as both sides know of each other. */
  #inCall(running: CallKey | null): Participant[] {
    return running ? [...this.#participants.values()].filter(({ presence }) => presence?.call) : [];
  }

  #ringing(running: CallKey | null, members: readonly Participant[]): SessionNow['ringing'] {
    const [caller] = members;
    if (!running || !caller || this.#ownCall) return null;
    if (ringsForMs(this.#calls, running, this.#clock.now(), this.#ports.policy.ringMs) === 0) return null;
    return { callId: running.callId, from: nameOf(caller.profile) };
  }

  /** After anything about calls changed: merges, moves tracks, rings or stops ringing, tells the others. */
  #callChanged(ownPart = true): void {
    if (this.#over) return;
    const running = this.#running();
    let tell = ownPart;
    if (this.#ownCall && running && running.callId !== this.#ownCall.callId) {
      this.#ownCall = { ...this.#ownCall, callId: running.callId, startedAt: running.startedAt };
      this.#calls.silenced.add(running.callId);
      tell = true;
    }
    // Only at first: later nobody could have come before, whatever they say of their turn.
    if (this.#ownCall && this.#own && this.#clock.now() - this.#ownCall.cameAt < this.#ports.policy.comingInMs) {
      if (cameTooLate({ turn: this.#ownCall.turn, stay: stayOf(this.#own) }, placesOf(this.#inCall(running)))) {
        this.#ownCall = null;
        this.#media = null;
        tell = true;
        this.#events.emit('notice', { tone: 'trouble', text: sentenceOf('call-full'), code: 'call-full' });
      }
    }
    for (const participant of this.#participants.values()) participant.link.setTracks(this.#tracksFor(participant));
    this.#undoRing();
    const leftMs = this.#ownCall ? 0 : ringsForMs(this.#calls, running, this.#clock.now(), this.#ports.policy.ringMs);
    if (leftMs > 0) this.#undoRing = this.#clock.after(leftMs, () => this.#change());
    this.#publishStreams(false);
    if (tell) this.#publish();
    this.#change();
  }

  /** Media goes only to those who are in the call too, and not to a device that took over a known name. */
  #tracksFor(participant: Participant): OutgoingTracks {
    const inCall = this.#ownCall !== null && participant.presence?.call != null;
    return inCall && participant.standing !== 'changed' && this.#media ? this.#media.tracks : NO_TRACKS;
  }

  #publish(): void {
    if (this.#presenceQueued || this.#over) return;
    this.#presenceQueued = true;
    queueMicrotask(() => {
      this.#presenceQueued = false;
      if (!this.#over) this.#publishing.ask();
    });
  }

  #presence(): LinkMessageOf<'presence'> {
    const room = this.#ports.roomName();
    const media = this.#media;
    return {
      type: 'presence',
      profile: this.#ports.profile(),
      room,
      call: this.#ownCall
        ? {
            callId: this.#ownCall.callId,
            startedAt: this.#ownCall.startedAt,
            turn: this.#ownCall.turn,
            microphone: media?.microphone ?? 'off',
            camera: media?.camera ?? false,
            screen: media?.screen ?? false,
            cameraStreamId: media?.cameraStreamId ?? null,
            screenStreamId: media?.screenStreamId ?? null,
            hand: this.#ownCall.hand,
          }
        : null,
    };
  }

  #broadcast(message: LinkMessage): void {
    for (const participant of this.#participants.values()) participant.send(message);
  }

  /** The server counts live kinds of stream; it hears of changes only. */
  #publishStreams(again: boolean): void {
    const media = this.#ownCall ? this.#media : null;
    // Muted counts as live: pressing mute often is no new stream.
    const live = {
      camera: media?.camera ?? false,
      microphone: media !== null && media.microphone !== 'off',
      screen: media?.screen ?? false,
    };
    for (const kind of ['camera', 'microphone', 'screen'] as const) {
      if (live[kind] === this.#liveKinds.has(kind) && !(again && live[kind])) continue;
      if (live[kind]) this.#liveKinds.add(kind);
      else this.#liveKinds.delete(kind);
      void this.#seat?.stream(kind, live[kind]);
    }
  }

  // What is shown

  #participantNow(participant: Participant, running: CallKey | null): ParticipantNow {
    const { link, presence, reading } = participant;
    const call = running && presence?.call ? presence.call : null;
    const streamOf = (id: string | null) => (this.#ownCall && id !== null ? (link.streams.get(id) ?? null) : null);
    return {
      sess: participant.acquaintance.stay,
      deviceId: participant.deviceId,
      name: nameOf(participant.profile),
      standing: participant.standing,
      link: link.state.at,
      reading,
      call,
      speaking: participant.speaking && call !== null,
      typing: participant.typing,
      cameraStream: call ? streamOf(call.cameraStreamId) : null,
      screenStream: call?.screen ? streamOf(call.screenStreamId) : null,
      safetyCode: participant.safetyCode,
      deviceCode: participant.deviceCode,
    };
  }

  #connection(): SessionNow['connection'] {
    if (this.#refusal) return { at: 'refused', refusal: this.#refusal };
    const state = this.#seatState;
    switch (state.at) {
      case 'connecting':
      case 'online':
      case 'reconnecting':
        return state;
      case 'refused':
        return { at: 'refused', refusal: state.refusal };
      case 'closed':
        return { at: 'offline' };
      default:
        return unreachable(state);
    }
  }

  #byParticipantId(participantId: ParticipantId): Participant | undefined {
    return [...this.#participants.values()].find((each) => each.acquaintance.participantId === participantId);
  }

  /** Many things change in one turn; they are told once. */
  #change(): void {
    if (this.#changeQueued || this.#over) return;
    this.#changeQueued = true;
    queueMicrotask(() => {
      this.#changeQueued = false;
      if (!this.#over) this.#events.emit('changed', this.now);
    });
  }
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
};

const placesOf = (participants: readonly Participant[]): CallPlace[] =>
  participants.flatMap(({ presence, acquaintance }) =>
    presence?.call ? [{ turn: presence.call.turn, stay: acquaintance.stay }] : [],
  );

/** What a link carries that goes to the disk. */
type ChatWords = LinkMessageOf<'chat'> | LinkMessageOf<'receipt'> | LinkMessageOf<'have'> | LinkMessageOf<'batch'>;

/** One other participant, after both confirms. */
class Participant {
  readonly acquaintance: Acquaintance;
  readonly deviceId: DeviceId;
  readonly link: PeerLink;
  readonly inbox: Inbox<ChatWords>;
  readonly naming: Paced;
  profile: Profile;
  /** The profile that they said last; taken over at a pace. */
  said: Profile;
  /** The last call that they declined. */
  declined: CallId | null = null;
  standing: PeerStanding['standing'];
  presence: LinkMessageOf<'presence'> | null = null;
  reading: LinkReading = unknownReading;
  speaking = false;
  typing = false;
  safetyStarted = false;
  safetyCode: string | null = null;
  deviceCode: string | null = null;
  /** The connection whose opening was acted on. */
  openEpoch = 0;
  /** Their seat ended, as far as the server says. */
  gone = false;
  undoTyping: () => void = () => {};
  undoGone: () => void = () => {};
  undoDeviceCode: () => void = () => {};

  constructor(
    acquaintance: Acquaintance,
    deviceId: DeviceId,
    profile: Profile,
    standing: PeerStanding['standing'],
    link: PeerLink,
    { inbox, naming }: { inbox: Inbox<ChatWords>; naming: Paced },
  ) {
    this.acquaintance = acquaintance;
    this.deviceId = deviceId;
    this.profile = profile;
    this.said = profile;
    this.inbox = inbox;
    this.naming = naming;
    this.standing = standing;
    this.link = link;
  }

  send(message: LinkMessage): boolean {
    return this.link.send(message);
  }

  stopTyping(): void {
    this.undoTyping();
    this.typing = false;
  }

  close(): void {
    this.inbox.close();
    this.naming.close();
    this.undoTyping();
    this.undoGone();
    this.undoDeviceCode();
  }
}
