import type { Bridge, BridgeCall } from '@parley/shared/bridge';
import {
  type ComputerList,
  comparePlaces,
  cursorAt,
  type Entry,
  type EntryContent,
  type HistoryItem,
  type HistoryPage,
  type MessageRef,
  messageKey,
  nameOf,
  type PeerStanding,
  type Profile,
  profileFromName,
  type Room,
  type RoomKeyring,
  type RoomRules,
  type RulesChange,
  ServerHost,
} from '@parley/shared/model';
import {
  accept,
  type CallId,
  DeviceId,
  fromBase64Url,
  type Head,
  type Holdings,
  type IceConfig,
  type LinkMessage,
  type MessageId,
  type Outcome,
  ParticipantId,
  ResumeToken,
  type RoomId,
  refuse,
  toBase64Url,
  unwrap,
} from '@parley/shared/protocol';
import {
  boxKindOf,
  confirmSignatureBytes,
  createInvite,
  deriveRoomKeys,
  ed25519FromSeed,
  entrySignatureBytes,
  formatInvite,
  helloSignatureBytes,
  makeHello,
  type OwnHello,
  openHello,
  openPairSession,
  type PairSession,
  type RoomKeys,
  sealRemovalNotice,
} from '@parley/shared/sealing';
import { noLog } from '../../log.ts';
import { usualLinkPolicy } from '../../mesh/link-policy.ts';
import { type FakeCertificate, FakePeers, fakeCertificate } from '../../mesh/testing/fake-peers.ts';
import type { PresenceHint, Seat, SeatOwner, SeatState } from '../../signaling/seat.ts';
import { type FakeClock, fakeClock, settled } from '../../testing/fake-clock.ts';
import { LocalFiles } from '../files/local-files.ts';
import { RoomSession } from '../room-session.ts';
import type { RoomSessionPorts } from '../session-parts.ts';
import { type SessionPolicy, usualSessionPolicy } from '../session-policy.ts';
import type { SessionNow } from '../session-state.ts';
import { FakeRules } from './fake-rules.ts';

type Relayed = { from: ParticipantId; to: ParticipantId | '*'; box: string };
let nextId = 1;
const randomBytes = (sizeBytes: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(sizeBytes));

/** A signaling server in memory: relays boxes unread, and lies when a test tells it to. */
export class FakeServer {
  readonly seats: FakeSeat[] = [];
  /** Every box that was relayed. */
  readonly relayed: Relayed[] = [];
  /** Looks at each box on its way to `target`; what it answers is delivered instead. */
  tamper: (box: string, from: FakeSeat, target: FakeSeat) => string | null = (box) => box;
  /** Gives the next seats this id, as if one socket spoke for all of them. */
  sameSeat: ParticipantId | undefined;
  /** Participants that the server makes up. */
  ghosts: ParticipantId[] = [];
  up = true;
  ice: IceConfig = { iceServers: [] };
  iceAsked = 0;
  /** Takes what is sent and answers nothing, and nobody has noticed yet. */
  silent = false;

  takeSeat(_keyring: RoomKeyring, owner: SeatOwner): Seat {
    const seat = new FakeSeat(this, owner);
    seat.participantId = this.sameSeat ?? seat.participantId;
    this.seats.push(seat);
    queueMicrotask(() => seat.enter());
    return seat;
  }

  relay(from: FakeSeat, to: ParticipantId | '*', box: string): Outcome<{ handedTo: number }> {
    this.relayed.push({ from: from.participantId, to, box });
    const targets = this.seats.filter(
      (seat) => seat !== from && !seat.over && !seat.away && (to === '*' || seat.participantId === to),
    );
    if (to !== '*' && targets.length === 0) return refuse('participant-gone');
    for (const target of targets) {
      const delivered = this.tamper(box, from, target);
      if (delivered !== null) target.deliver(from.participantId, to === '*', delivered);
    }
    return accept({ handedTo: targets.length });
  }

  /** The server is gone; everyone notices. */
  goDown(): void {
    this.up = false;
    for (const seat of this.seats) if (!seat.over) seat.become({ at: 'reconnecting', since: 0 });
  }

  /** The socket of one seat is gone; what is sent to it is lost. */
  drop(seat: FakeSeat): void {
    seat.away = true;
    this.hint('away', seat);
    seat.become({ at: 'reconnecting', since: 0 });
  }

  /** It is back on the same seat. */
  resume(seat: FakeSeat): void {
    seat.enter(true);
    this.hint('back', seat);
  }

  hint(hint: PresenceHint, about: FakeSeat): void {
    for (const seat of this.seats) {
      if (seat !== about && !seat.over && !seat.away) seat.owner.hint(hint, about.participantId);
    }
  }

  /** It is back, with or without the seats it had. */
  async comeBack({ resumed }: { resumed: boolean }): Promise<void> {
    this.up = true;
    for (const seat of this.seats) {
      if (seat.over) continue;
      if (!resumed) seat.participantId = newParticipantId();
      seat.away = true;
    }
    for (const seat of this.seats) {
      if (seat.over) continue;
      if (resumed) this.resume(seat);
      else seat.enter();
      await settled();
    }
  }
}

const newParticipantId = () => ParticipantId.parse(toBase64Url(randomBytes(16)));

export class FakeSeat implements Seat {
  participantId = newParticipantId();
  readonly owner: SeatOwner;
  readonly streams: string[] = [];
  over = false;
  away = false;
  #state: SeatState = { at: 'connecting' };
  readonly #server: FakeServer;
  #waiting: (() => void)[] = [];

  constructor(server: FakeServer, owner: SeatOwner) {
    this.#server = server;
    this.owner = owner;
  }

  get state(): SeatState {
    return this.#state;
  }

  enter(resumed = false): void {
    this.away = false;
    this.become({ at: 'online' });
    const others = this.#server.seats.filter((seat) => seat !== this && !seat.over);
    this.owner.joined({
      participantId: this.participantId,
      resumeToken: ResumeToken.parse(toBase64Url(new Uint8Array(32))),
      resumed,
      participants: [
        ...others.map(({ participantId, away }) => ({ participantId, away })),
        ...this.#server.ghosts.map((participantId) => ({ participantId, away: false })),
      ],
      capacity: 16,
      ice: this.#server.ice,
    });
    for (const send of this.#waiting.splice(0)) send();
  }

  become(state: SeatState): void {
    this.#state = state;
    this.owner.changed(state);
  }

  deliver(from: ParticipantId, toAll: boolean, box: string): void {
    queueMicrotask(() => {
      if (this.over) return;
      // Only what the session looks at; the client parsed the rest.
      this.owner.signal({ from, toAll, box, id: '' as never, roomId: '' as never });
    });
  }

  send(to: ParticipantId | '*', box: string, wanted: () => boolean): Promise<Outcome<{ handedTo: number }>> {
    if (this.over) return Promise.resolve(refuse('cancelled'));
    if (this.#server.silent) return new Promise(() => {});
    if (this.#state.at === 'online') return Promise.resolve(this.#server.relay(this, to, box));
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(wanted() ? this.#server.relay(this, to, box) : refuse('cancelled')));
    });
  }

  ice() {
    this.#server.iceAsked += 1;
    return Promise.resolve(accept(this.#server.ice));
  }

  stream(kind: string, live: boolean): Promise<void> {
    this.streams.push(`${live ? 'start' : 'stop'} ${kind}`);
    return Promise.resolve();
  }

  retry(): void {}

  leave(): Promise<void> {
    this.over = true;
    this.become({ at: 'closed' });
    if (this.#server.silent) return new Promise(() => {});
    this.#server.hint('left', this);
    return Promise.resolve();
  }
}

type Stored = {
  message: Entry;
  mine: boolean;
  state: HistoryItem['state'];
  delivered: Set<string>;
  read: Set<string>;
};

const textOf = ({ body }: Entry): string => (body && 'text' in body ? body.text : '');

/** A desktop core in memory: signs with a real device key, checks others' signatures, keeps the history in an array. */
export class FakeCore {
  readonly dev: DeviceId;
  readonly history: Stored[] = [];
  readonly met = new Map<DeviceId, Profile>();
  /** What this device wrote about calls. */
  readonly noted: Extract<EntryContent, { kind: 'call' | 'hangup' }>[] = [];
  readonly joinedCalls: CallId[] = [];
  readonly asked: string[] = [];
  profile: Profile;
  /** Answers of the test's own, by call. */
  readonly answers: Partial<Record<BridgeCall, (input: never) => unknown>> = {};
  standing: PeerStanding['standing'] = 'new';
  /** The first computer of this person, and their list of computers. */
  person: DeviceId | null = null;
  computers: ComputerList | null = null;
  /** Devices that are computers of somebody, as this core knows. */
  readonly persons = new Map<DeviceId, DeviceId>();
  busy = false;
  /** Devices that the person blocked. */
  readonly blocked = new Set<string>();
  /** The rules of the room, and the owner's key where this device has it. */
  readonly rules = new FakeRules(this);
  readonly #key: CryptoKey;

  private constructor(dev: DeviceId, key: CryptoKey, profile: Profile) {
    this.dev = dev;
    this.#key = key;
    this.profile = profile;
  }

  static async create(name: string): Promise<FakeCore> {
    const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
    const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
    return new FakeCore(DeviceId.parse(toBase64Url(raw)), pair.privateKey, profileFromName(name));
  }

  /** Whether a device is this person's, as this page knows. */
  isOwn(deviceId: DeviceId): boolean {
    const others = this.computers?.computers ?? [];
    return deviceId === this.person || others.some(({ device }) => device === deviceId);
  }

  bridge(): Bridge {
    return {
      // The handlers answer what the contract says; the real bridge parses, this one is trusted.
      call: async (name: string, input: unknown) => {
        this.asked.push(name);
        const own = this.answers[name as BridgeCall];
        if (own) return own(input as never);
        const handler = this.#handlers[name];
        return handler ? handler(input as never) : refuse('unknown-call');
      },
      on: () => () => {},
    } as unknown as Bridge;
  }

  items(): HistoryItem[] {
    return this.history.map((stored) => this.#itemOf(stored));
  }

  texts(): string[] {
    return this.#sorted().map(({ message }) => textOf(message));
  }

  async #sign(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    return toBase64Url(new Uint8Array(await crypto.subtle.sign('Ed25519', this.#key, bytes)));
  }

  get key(): CryptoKey {
    return this.#key;
  }

  #itemOf({ message, mine, state, delivered, read }: Stored): HistoryItem {
    const pinned = this.met.get(message.author);
    const name = pinned ? nameOf(pinned) : message.authorName;
    const confirmed = mine || pinned !== undefined;
    const { body: _, digest: __, sig: ___, kind: ____, of: _____, ...header } = message;
    return {
      ...header,
      text: textOf(message),
      content: { kind: 'text' },
      edited: false,
      deleted: false,
      quote: null,
      reactions: [],
      mine,
      name,
      confirmed,
      state,
      deliveredTo: delivered.size,
      readBy: read.size,
    };
  }

  #pageOf(start: number, end: number): HistoryPage {
    const all = this.#sorted();
    const items = all.slice(start, end).map((stored) => this.#itemOf(stored));
    const [first] = items;
    const has_more = start > 0;
    const cursor = has_more && first ? cursorAt(first) : null;
    return {
      items,
      total_count: all.length,
      returned_count: items.length,
      has_more,
      cursor,
      has_newer: end < all.length,
    };
  }

  #sorted(): Stored[] {
    return [...this.history].sort(
      (a, b) => a.message.clock - b.message.clock || (a.message.author < b.message.author ? -1 : 1),
    );
  }

  #heads(): Head[] {
    const heads = new Map<DeviceId, number>();
    for (const { message } of this.#sorted()) {
      const seq = heads.get(message.author) ?? 0;
      if (message.seq === seq + 1) heads.set(message.author, message.seq);
    }
    return [...heads].map(([author, seq]) => ({ author, seq, print: 'A'.repeat(22), beyond: [] }));
  }

  readonly #handlers: Record<string, (input: never) => unknown> = {
    'identity.sign-hello': async (fields: Parameters<typeof helloSignatureBytes>[0]) =>
      accept({ dev: this.dev, sig: await this.#sign(helloSignatureBytes(fields, fromBase64Url(this.dev) as never)) }),
    'identity.sign-confirm': async ({ role, transcriptHash }: { role: 'lo' | 'hi'; transcriptHash: string }) =>
      accept({ sig: await this.#sign(confirmSignatureBytes(role, fromBase64Url(transcriptHash) as never)) }),
    'peers.meet': ({ deviceId, profile }: { deviceId: DeviceId; profile: Profile }) => {
      this.met.set(deviceId, profile);
      const person = this.persons.get(deviceId);
      return accept({ deviceId, name: profile.username, standing: this.standing, ...(person ? { person } : {}) });
    },
    'peers.look': ({ deviceId, profile }: { deviceId: DeviceId; profile: Profile }) => {
      const person = this.persons.get(deviceId);
      const standing = this.met.has(deviceId) ? 'pinned' : 'new';
      return accept({ deviceId, name: profile.username, standing, ...(person ? { person } : {}) });
    },
    'rooms.rules': () => accept(this.rules.now()),
    'rooms.set-rules': ({ change }: { change: RulesChange }) => this.rules.set(change),
    'rooms.learn-rules': ({ records }: { records: RoomRules[] }) => this.rules.learn(records),
    // Texts only: what other kinds do to them is the business of the real history.
    'history.compose': async ({ id, roomId, content }: { id: MessageId; roomId: RoomId; content: EntryContent }) => {
      if (content.kind === 'call' || content.kind === 'hangup') this.noted.push(content);
      if (content.kind !== 'text') return refuse('unknown-call');
      const clock = Math.max(0, ...this.history.map(({ message }) => message.clock)) + 1;
      const seq = this.history.filter(({ mine }) => mine).length + 1;
      const unsigned = {
        id,
        roomId,
        author: this.dev,
        authorName: this.profile.username,
        seq,
        clock,
        sentAt: clock,
        kind: content.kind,
        of: content.of ?? null,
        body: { salt: 'A'.repeat(22), text: content.text },
        digest: 'A'.repeat(43),
      };
      const message = { ...unsigned, sig: await this.#sign(entrySignatureBytes(unsigned)) };
      const stored: Stored = { message, mine: true, state: 'queued', delivered: new Set(), read: new Set() };
      this.history.push(stored);
      return accept({ entry: message, item: this.#itemOf(stored) });
    },
    'history.join-call': ({ callId }: { callId: CallId }) => {
      this.joinedCalls.push(callId);
      return accept({ changed: [] });
    },
    'history.keep-call-timeline': () => accept({ changed: [] }),
    'history.call-timeline': () => accept({ timeline: null }),
    'history.record': async ({ messages }: { messages: Entry[] }) => {
      const stored: (MessageRef & { met: boolean })[] = [];
      const fresh: HistoryItem[] = [];
      let refused = 0;
      for (const message of messages) {
        const key = await crypto.subtle.importKey('raw', fromBase64Url(message.author) as never, 'Ed25519', true, [
          'verify',
        ]);
        const { sig } = message;
        if (!(await crypto.subtle.verify('Ed25519', key, fromBase64Url(sig) as never, entrySignatureBytes(message)))) {
          refused += 1;
          continue;
        }
        stored.push({ author: message.author, id: message.id, met: this.met.has(message.author) });
        if (this.history.some((each) => messageKey(each.message) === messageKey(message))) continue;
        const kept: Stored = { message, mine: false, state: 'delivered', delivered: new Set(), read: new Set() };
        this.history.push(kept);
        fresh.push(this.#itemOf(kept));
      }
      return accept({ stored, fresh, changed: [], gained: fresh.length, refused, forged: refused, failed: null });
    },
    'history.mark': ({ by, state, ids }: { by: string; state: 'sent' | 'delivered' | 'read'; ids: MessageId[] }) => {
      const order = ['queued', 'sent', 'delivered', 'read'];
      const changed: HistoryItem[] = [];
      for (const stored of this.history) {
        if (!stored.mine || !ids.includes(stored.message.id)) continue;
        if (state !== 'sent') stored[state].add(by);
        if (order.indexOf(state) > order.indexOf(stored.state)) stored.state = state;
        changed.push(this.#itemOf(stored));
      }
      return accept({ changed });
    },
    'history.mark-heads': ({ by, heads }: { by: string; heads: { author: DeviceId; seq: number }[] }) => {
      const seq = heads.find(({ author }) => author === this.dev)?.seq ?? 0;
      const held = this.history.filter(
        ({ mine, message, delivered }) => mine && message.seq <= seq && !delivered.has(by),
      );
      for (const stored of held) {
        stored.delivered.add(by);
        if (stored.state !== 'read') stored.state = 'delivered';
      }
      return accept({ changed: held.map((stored) => this.#itemOf(stored)) });
    },
    'history.mark-seen': () => {
      const unread = this.history.filter(({ mine, state }) => !mine && state === 'delivered');
      for (const stored of unread) stored.state = 'read';
      return accept({
        seen: unread.map(({ message: { id, author } }) => ({ id, author, met: this.met.has(author) })),
      });
    },
    'history.page': ({ before, after, limit = 50 }: { before?: string; after?: string; limit?: number }) => {
      const clockOf = (cursor: string) => Number(cursor.split('.')[0]);
      const clocks = this.#sorted().map(({ message }) => message.clock);
      if (after !== undefined) {
        const start = clocks.filter((clock) => clock <= clockOf(after)).length;
        return accept(this.#pageOf(start, start + limit));
      }
      const end = before === undefined ? clocks.length : clocks.filter((clock) => clock < clockOf(before)).length;
      return accept(this.#pageOf(Math.max(0, end - limit), end));
    },
    'history.first-unread': () => {
      const unread = this.#sorted().find(({ mine, state }) => !mine && state === 'delivered');
      return accept({ message: unread ? { author: unread.message.author, id: unread.message.id } : null });
    },
    'history.around': ({ message: wanted, limit = 50 }: { message: MessageRef; limit?: number }) => {
      const at = this.#sorted().findIndex(({ message }) => messageKey(message) === messageKey(wanted));
      if (at < 0) return refuse('bad-request');
      const start = at - Math.floor(limit / 2);
      return accept(this.#pageOf(Math.max(0, start), start + limit));
    },
    'history.heads': () => accept({ heads: this.#heads(), upTo: null }),
    'history.missing': ({ heads, after }: Holdings) => {
      const has = new Map(heads.map(({ author, seq }) => [author, seq]));
      const missing = this.#sorted()
        .map(({ message }) => message)
        .filter(({ author, seq }) => seq > (has.get(author) ?? 0))
        .filter((message) => after === null || comparePlaces(message, after) > 0);
      const messages = missing.slice(0, 3);
      const own = messages.filter(({ author }) => author === this.dev).map(({ author, id }) => ({ author, id }));
      return accept({ messages, own, hasMore: missing.length > 3, differing: [], behind: false });
    },
  };
}

/** One device in a room: its core, its session, and what the session said. */
export type FakeMember = {
  core: FakeCore;
  session: RoomSession;
  certificate: FakeCertificate;
  recorded: HistoryItem[];
  delivery: HistoryItem[];
  notices: string[];
  /** The state as it was last told. */
  seen: () => SessionNow;
};

/** Someone who holds the invite and keeps to no rules: speaks to one member, from one seat, as devices of their own making. */
export class Rogue {
  readonly participantId = newParticipantId();
  readonly #keys: RoomKeys;
  readonly #server: FakeServer;

  constructor(keys: RoomKeys, server: FakeServer) {
    this.#keys = keys;
    this.#server = server;
  }

  /** The hello that a member said last. */
  async helloOf(seat: FakeSeat) {
    const { box } =
      this.#server.relayed.findLast((each) => each.from === seat.participantId && boxKindOf(each.box) === 'hello') ??
      {};
    return unwrap(await openHello(this.#keys, box ?? ''));
  }

  /** Signs a hello as a new device; with a `sess` of somebody else, if it is given. */
  async hello(sess?: string): Promise<RogueStay> {
    const bridge = (await FakeCore.create('rogue')).bridge();
    const fp = randomBytes(32);
    const random = crypto.getRandomValues.bind(crypto);
    if (sess !== undefined) {
      // The first random bytes of a hello are its `sess`.
      crypto.getRandomValues = ((bytes: Uint8Array<ArrayBuffer>) => {
        crypto.getRandomValues = random;
        bytes.set(fromBase64Url(sess) ?? []);
        return bytes;
      }) as typeof crypto.getRandomValues;
    }
    const own = await makeHello(this.#keys, {
      fp,
      ts: 1,
      sign: async (fields) => unwrap(await bridge.call('identity.sign-hello', fields)),
    });
    return { own, bridge };
  }

  say(to: FakeSeat, { own }: RogueStay): void {
    to.deliver(this.participantId, true, own.box);
  }

  /** Confirms to a member whose hello was heard; what is returned seals more for them. */
  async confirm(to: FakeSeat, stay: RogueStay): Promise<PairSession> {
    const session = unwrap(await openPairSession(this.#keys, stay.own, await this.helloOf(to)));
    const { sig } = await this.signed(stay, session);
    const box = await session.seal({ type: 'confirm', sig, profile: profileFromName('rogue') });
    to.deliver(this.participantId, false, box);
    return session;
  }

  /** Says to a member that they were removed. */
  async notice(to: FakeSeat, records: RoomRules[]): Promise<void> {
    to.deliver(this.participantId, false, await sealRemovalNotice(this.#keys, await this.helloOf(to), { records }));
  }

  async signed({ bridge }: RogueStay, { role, transcriptHash }: PairSession) {
    return unwrap(await bridge.call('identity.sign-confirm', { role, transcriptHash: toBase64Url(transcriptHash) }));
  }
}

export type RogueStay = { own: OwnHello; bridge: Bridge };

/** A room whose members share a server, a network without distance, and a clock that the test turns. */
export class FakeRoom {
  readonly server = new FakeServer();
  readonly net = new FakePeers();
  readonly clock: FakeClock = fakeClock();
  readonly keyring: RoomKeyring;
  readonly #ownerSeed: Uint8Array<ArrayBuffer>;
  /** For the members that come. */
  policy: SessionPolicy = usualSessionPolicy(usualLinkPolicy);

  private constructor(keyring: RoomKeyring, ownerSeed: Uint8Array<ArrayBuffer>) {
    this.keyring = keyring;
    this.#ownerSeed = ownerSeed;
  }

  static async create(): Promise<FakeRoom> {
    const host = ServerHost.parse('example.org');
    const { invite, ownerSeed } = await createInvite(host);
    const { roomId } = await deriveRoomKeys(invite.secret, null, invite.ownerPub);
    const keyring = {
      roomId,
      host,
      secret: toBase64Url(invite.secret),
      ownerPub: toBase64Url(invite.ownerPub),
      passphrase: null,
      invite: formatInvite(invite),
    };
    return new FakeRoom(keyring, ownerSeed);
  }

  /** The person who made the room. */
  async owner(name: string, core?: FakeCore): Promise<FakeMember> {
    const own = core ?? (await FakeCore.create(name));
    own.rules.ownerKey = (await ed25519FromSeed(this.#ownerSeed)).privateKey;
    return this.member(name, own);
  }

  async member(name: string, core?: FakeCore): Promise<FakeMember> {
    const own = core ?? (await FakeCore.create(name));
    own.rules.room = this.keyring;
    const certificate = await fakeCertificate(nextId++);
    const ports: RoomSessionPorts = {
      bridge: own.bridge(),
      content: { write: async () => refuse('file-unknown'), read: async () => refuse('file-unknown') },
      localFiles: new LocalFiles(),
      computers: () => own.computers,
      isOwn: (deviceId) => own.isOwn(deviceId),
      isBlocked: (deviceId) => own.blocked.has(deviceId),
      isBusy: () => own.busy,
      mayTellOwn: () => true,
      takeSeat: (keyring, owner) => this.server.takeSeat(keyring, owner),
      makePeer: this.net.maker(certificate),
      certificate: { certificate: null, fp: certificate.fp },
      clock: this.clock,
      randomBytes,
      profile: () => own.profile,
      privacy: () => ({ relayOnly: false, readReceipts: true }),
      policy: this.policy,
      log: noLog,
    };
    const session = new RoomSession(this.keyring, ports);
    const member: FakeMember = {
      core: own,
      session,
      certificate,
      recorded: [],
      delivery: [],
      notices: [],
      seen: () => session.now,
    };
    session.on('recorded', (items) => member.recorded.push(...items));
    session.on('delivery', (items) => member.delivery.push(...items));
    session.on('notice', ({ text }) => member.notices.push(text));
    await session.open();
    await this.quiet();
    return member;
  }

  /** Lets a member hear these on the only link they have, as from its far end. */
  async hears(member: FakeMember, messages: readonly LinkMessage[]): Promise<void> {
    const [peer] = this.net.alive.filter(({ certificate }) => certificate === member.certificate);
    for (const message of messages) peer?.hear(JSON.stringify(message));
    await this.quiet();
  }

  async rogue(): Promise<Rogue> {
    const [secret, ownerPub] = [this.keyring.secret, this.keyring.ownerPub].map(fromBase64Url);
    if (!secret || !ownerPub) throw new Error('no keyring');
    const keys = await deriveRoomKeys(secret, null, ownerPub);
    return new Rogue(keys, this.server);
  }

  /** Another device's invite, as far as a core needs it. */
  get room(): Room {
    return {
      roomId: this.keyring.roomId,
      name: 'Planning',
      host: this.keyring.host,
      mine: false,
      needsPassphrase: false,
      createdAt: 0,
      lastActiveAt: 0,
      unread: 0,
      mentions: 0,
      listed: false,
      wasListed: false,
      lastMessage: null,
      draft: '',
    };
  }

  /** Waits until nobody has anything more to say at this moment of the clock. */
  async quiet(): Promise<void> {
    for (let before = -1; ; ) {
      await settled();
      const now = this.server.relayed.length + this.net.all.reduce((sum, peer) => sum + peer.sent.length, 0);
      if (now === before) return;
      before = now;
    }
  }

  async later(byMs: number): Promise<void> {
    this.clock.advance(byMs);
    await this.quiet();
  }
}
