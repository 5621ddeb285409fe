import type { Bridge } from '@parley/shared/bridge';
import {
  NO_RULES,
  nameOf,
  openRecords,
  type RoomRules,
  type RoomRulesNow,
  type RulesChange,
} from '@parley/shared/model';
import {
  accept,
  DeviceId,
  LIMITS,
  type LinkMessageOf,
  type Outcome,
  type ParticipantId,
  type RoomId,
  unwrap,
} from '@parley/shared/protocol';
import { type Clock, FixedRate } from '@parley/shared/timing';
import { forgedRulesWords } from './forgery-words.ts';
import type { Gate, HandshakeEvents } from './handshake-ports.ts';
import type { KnownPeer } from './known-peer.ts';
import type { Participant } from './participant.ts';
import { KNOCKS_RATE, NOT_NOW_MS, RULES_RATE } from './session-policy.ts';
import type { Knock, SessionNotice, SessionNow } from './session-state.ts';

export type RoomDoorPorts = {
  bridge: Bridge;
  roomId: RoomId;
  clock: Clock;
  participants: () => readonly Participant[];
  isBlocked: (deviceId: string) => boolean;
  notice: (notice: SessionNotice) => void;
  shown: () => void;
  /** The rules changed: who is met and who is not goes by them from now on. */
  changed: () => void;
};

/** People who knock at once and are shown. */
const KNOCKS_MAX = 3;
const DECLINED_MAX = 64;
/** What a message with records has beside them, with room to spare. */
const ENVELOPE_CHARS = 64;

type Knocking = Knock & { peerId: string; participantId: () => ParticipantId };

/**
 * The door of a room, by the rules that its owner signed: whom this device meets, who knocks here, and where this device knocks itself. Members hand
 * the records on; each core checks them.
 */
export class RoomDoor {
  readonly #ports: RoomDoorPorts;
  #rules: RoomRulesNow = NO_RULES;
  /** The same lists, to be looked up in. */
  #admitted: ReadonlySet<string> = new Set();
  #removed: ReadonlySet<string> = new Set();
  readonly #knocks = new Map<string, Knocking>();
  readonly #knockPace = new FixedRate(KNOCKS_RATE.burst, KNOCKS_RATE.perSecond);
  /** The people who are not let in for now, with the time until when they are not asked about again. */
  readonly #declined = new Map<DeviceId, number>();
  /** Those who heard that this device knocks. */
  readonly #heardBy = new Map<KnownPeer, 'owner' | 'moderator'>();
  readonly #paces = new WeakMap<Participant, FixedRate>();

  constructor(ports: RoomDoorPorts) {
    this.#ports = ports;
  }

  get rules(): RoomRulesNow {
    return this.#rules;
  }

  readonly gate: Gate = {
    of: (deviceId) => {
      if (this.#removed.has(deviceId)) return 'out';
      if (!this.#rules.locked || this.#admitted.has(deviceId)) return 'in';
      return this.#rules.role === 'member' ? 'out' : 'knocks';
    },
    removalOf: (deviceId) => (this.#removed.has(deviceId) ? removalRecords(this.#rules.records, deviceId) : null),
    by: () => (this.#rules.role === 'owner' ? 'owner' : 'moderator'),
  };

  now(): Pick<SessionNow, 'rules' | 'knocks' | 'door'> {
    const waits = this.#ports.participants().length === 0 && (this.#heardBy.size > 0 || this.#rules.self === 'out');
    const heard = [...this.#heardBy.values()];
    const asked = heard.includes('owner') ? 'owner' : (heard[0] ?? null);
    const knocks = [...this.#knocks.values()].map(({ deviceId, person, name, standing }) => ({
      ...{ deviceId, person, name, standing },
    }));
    return {
      rules: this.#rules,
      knocks,
      door: this.#rules.self === 'removed' ? { at: 'removed' } : waits ? { at: 'locked', asked } : { at: 'open' },
    };
  }

  /** Reads the rules that this computer has. Rejects where it cannot: nobody may be met before. */
  async load(): Promise<void> {
    this.#take(unwrap(await this.#ports.bridge.call('rooms.rules', { roomId: this.#ports.roomId })));
  }

  /** A link opened: what is known here is handed on. */
  opened(participant: Participant): void {
    this.#heardBy.clear();
    this.#say([participant]);
  }

  /** A member handed on records. */
  async heard(participant: Participant, { records }: LinkMessageOf<'rules'>): Promise<void> {
    const { clock, notice } = this.#ports;
    const pace = this.#paces.get(participant) ?? new FixedRate(RULES_RATE.burst, RULES_RATE.perSecond);
    this.#paces.set(participant, pace);
    if (!pace.take(clock.monotonicMs())) return;
    const forged = await this.learn(records);
    if (forged > 0) notice({ tone: 'trouble', text: forgedRulesWords(participant.name), code: 'rules-forged' });
  }

  /** Takes the records of anybody, as far as they are signed. Resolves with how many are not. */
  async learn(records: readonly RoomRules[]): Promise<number> {
    const { bridge, roomId } = this.#ports;
    const learned = await bridge.call('rooms.learn-rules', { roomId, records: [...records] });
    if (!learned.ok) return 0;
    this.#take(learned.value.rules);
    return learned.value.forged;
  }

  /** Changes the rules, as their owner or a moderator. */
  async set(change: RulesChange): Promise<Outcome<unknown>> {
    const { bridge, roomId } = this.#ports;
    const set = await bridge.call('rooms.set-rules', { roomId, change });
    if (!set.ok) return set;
    this.#take(set.value);
    return accept(undefined);
  }

  /** The devices that are met now. */
  present(): DeviceId[] {
    return [...new Set(this.#ports.participants().map(({ deviceId }) => deviceId))];
  }

  /** Somebody who has the invite stands at the locked door. */
  async knocked({ peer, profile, computers }: HandshakeEvents['knocked']): Promise<void> {
    const { bridge, clock, isBlocked, shown } = this.#ports;
    const now = clock.monotonicMs();
    const before = this.#knocks.get(peer.peerId);
    if (before || this.#knocks.size >= KNOCKS_MAX || isBlocked(peer.hello.dev) || !this.#knockPace.take(now)) return;
    const deviceId = DeviceId.parse(peer.hello.dev);
    const looked = await bridge.call('peers.look', { deviceId, profile, ...(computers ? { computers } : {}) });
    if (!looked.ok || this.gate.of(deviceId) !== 'knocks' || peer.at === 'ended') return;
    const person = looked.value.person ?? deviceId;
    if ((this.#declined.get(person) ?? 0) > now || this.#knocks.size >= KNOCKS_MAX) return;
    const { standing } = looked.value;
    const participantId = () => peer.participantId;
    this.#knocks.set(peer.peerId, {
      peerId: peer.peerId,
      deviceId,
      person,
      name: nameOf(profile),
      standing,
      participantId,
    });
    shown();
  }

  /** The person does not want to decide about somebody now. */
  notNow(person: DeviceId): void {
    this.#declined.set(person, this.#ports.clock.monotonicMs() + NOT_NOW_MS);
    const [oldest] = this.#declined.keys();
    if (this.#declined.size > DECLINED_MAX && oldest !== undefined) this.#declined.delete(oldest);
    this.#drop((knock) => knock.person === person);
  }

  /** Somebody may let this device in, and was asked to. */
  waits({ peer, by }: HandshakeEvents['waits']): void {
    this.#heardBy.set(peer, by);
    this.#ports.shown();
  }

  /** Nobody sits there any more. */
  gone(participantId: ParticipantId): void {
    for (const peer of this.#heardBy.keys()) if (peer.participantId === participantId) this.#heardBy.delete(peer);
    this.#drop((knock) => knock.participantId() === participantId);
  }

  /** Other devices are blocked than before. */
  refreshBlocks(): void {
    this.#drop(({ deviceId }) => this.#ports.isBlocked(deviceId));
  }

  #drop(isOver: (knock: Knocking) => boolean): void {
    for (const knock of [...this.#knocks.values()]) if (isOver(knock)) this.#knocks.delete(knock.peerId);
    this.#ports.shown();
  }

  #say(to: readonly Participant[]): void {
    for (const records of messagesOf(this.#rules.records))
      for (const participant of to) participant.send({ type: 'rules', records });
  }

  #take(rules: RoomRulesNow): void {
    const [before, after] = [this.#rules, rules].map((each) => JSON.stringify(each));
    if (before === after) return;
    const areSaid = JSON.stringify(this.#rules.records) === JSON.stringify(rules.records);
    this.#rules = rules;
    this.#admitted = new Set(rules.admitted);
    this.#removed = new Set(rules.removed);
    // First of all: whoever is out now hears why.
    if (!areSaid) this.#say(this.#ports.participants());
    this.#drop(({ deviceId }) => this.gate.of(deviceId) !== 'knocks');
    this.#ports.changed();
  }
}

/** The records that show a device its removal: the owner's, and where that does not name it those of moderators who removed somebody. */
function removalRecords(records: readonly RoomRules[], deviceId: string): readonly RoomRules[] {
  const owner = records.filter(({ by }) => by === null);
  const isNamed = owner.some(({ removed }) => removed.some((device) => device === deviceId));
  return isNamed ? owner : [...owner, ...openRecords(records).filter(({ removed }) => removed.length > 0)];
}

/** The records in as few messages as they fit into, that of the owner in the first: without it the others count for nothing. */
function messagesOf(records: readonly RoomRules[]): RoomRules[][] {
  const messages: RoomRules[][] = [];
  let room = 0;
  for (const record of records.toSorted((left, right) => Number(left.by !== null) - Number(right.by !== null))) {
    const chars = JSON.stringify(record).length + 1;
    if (chars > room) {
      messages.push([]);
      room = LIMITS.linkMessageMaxChars - ENVELOPE_CHARS;
    }
    messages.at(-1)?.push(record);
    room -= chars;
  }
  return messages;
}
