import type { Bridge } from '@parley/shared/bridge';
import type { ComputerLeave, ComputerList, PeerStanding } from '@parley/shared/model';
import { type DeviceId, LIMITS, type LinkMessageOf, type RoomId } from '@parley/shared/protocol';
import { type Clock, FixedRate } from '@parley/shared/timing';
import type { Participant } from './participant.ts';
import type { PeerNames } from './peer-names.ts';
import { LISTS_RATE, LISTS_SAID_RATE, PARTICIPANTS_MAX } from './session-policy.ts';
import { Throttle } from './throttle.ts';

export type SharedComputersPorts = {
  roomId: RoomId;
  bridge: Bridge;
  clock: Clock;
  names: Pick<PeerNames, 'renew'>;
  participants: () => readonly Participant[];
  /** Whether that device is another computer of this person. */
  isOwn: (participant: Participant) => boolean;
  /** Whether that computer is still to be told of this person's name and rooms: links open in many rooms at once. */
  mayTellOwn: (deviceId: DeviceId) => boolean;
};

/** Devices of which it is remembered how much they said: more than can be here at once. */
const PACES_MAX = 4 * PARTICIPANTS_MAX;

/** `persons` have a new list, or left one; `devices` stand otherwise. */
export type ComputersChange = { persons: readonly DeviceId[]; devices: readonly DeviceId[] };

/** The words about computers that a participant is still to hear, the newest of each person and of each device that left. */
type Outbox = { lists: Map<DeviceId, ComputerList>; left: Map<DeviceId, ComputerLeave>; saying: Throttle };

/** The things about people with several computers that go over the links of a room: whose they are, and what was read on another. */
export class SharedComputers {
  readonly #ports: SharedComputersPorts;
  /** How much each device may still say of computers, whatever links it opens: a list that is taken goes on to everybody. */
  readonly #paces = new Map<DeviceId, FixedRate>();
  readonly #outboxes = new WeakMap<Participant, Outbox>();

  constructor(ports: SharedComputersPorts) {
    this.#ports = ports;
  }

  /** A link opened: hands on the lists of those who wrote here, and says what was read. */
  async opened(participant: Participant): Promise<void> {
    // Also where there are none: it may be all that this computer waits for.
    await this.#sayLists([participant]);
    if (!this.#ports.isOwn(participant)) return;
    await this.#saySeen([participant]);
    if (this.#ports.mayTellOwn(participant.deviceId)) await this.#sayOwn([participant]);
  }

  /** A member handed on lists. Those that count are handed on in turn by whoever learns them. */
  async heard({ deviceId }: Participant, { lists, left }: LinkMessageOf<'computers'>): Promise<void> {
    const { bridge, roomId, clock } = this.#ports;
    if (!this.#paceOf(deviceId).take(clock.monotonicMs())) return;
    await bridge.call('computers.learn', { lists: [...lists], left: [...left], by: deviceId, roomId });
  }

  /** Another computer of this person says up to where everything was read. Of anybody else it counts for nothing. */
  async heardSeen(participant: Participant, clock: number): Promise<void> {
    const { bridge, roomId, isOwn } = this.#ports;
    if (isOwn(participant)) await bridge.call('history.mark-seen-up-to', { roomId, clock });
  }

  /** Another computer of this person says its name and rooms. Of anybody else that counts for nothing. */
  async heardOwn(participant: Participant, said: LinkMessageOf<'own'>): Promise<void> {
    const { bridge, isOwn } = this.#ports;
    const { profile, profileAt, rooms } = said;
    if (isOwn(participant))
      await bridge.call('computers.take-own', { profile, profileAt, rooms, by: participant.deviceId });
  }

  /** The person read something here. */
  async seen(): Promise<void> {
    await this.#saySeen(this.#own());
  }

  /** The name or the rooms of this person changed. False where none of their other computers is linked here. */
  ownChanged(): boolean {
    const linked = this.#own().filter(({ link }) => link.state.at === 'open');
    void this.#sayOwn(linked);
    return linked.length > 0;
  }

  /** Lists changed: the others hear of those, and some devices stand otherwise than before. */
  async changed({ persons, devices }: ComputersChange): Promise<void> {
    const { participants, names } = this.#ports;
    const concerned = new Set(devices);
    for (const participant of participants()) {
      if (concerned.has(participant.deviceId)) await names.renew(participant);
    }
    if (persons.length > 0) await this.#sayLists(participants(), persons);
  }

  /** The person compared the code with a device, or took that back: its person's other computers stand as it does. */
  setStanding(deviceId: DeviceId, standing: PeerStanding['standing']): void {
    const all = this.#ports.participants();
    const person = all.find((each) => each.deviceId === deviceId)?.person;
    for (const participant of all) {
      if (participant.deviceId === deviceId) participant.standing = standing;
      else if (participant.person === person) void this.#ports.names.renew(participant);
    }
  }

  #own(): Participant[] {
    return this.#ports.participants().filter((each) => this.#ports.isOwn(each));
  }

  async #sayOwn(to: readonly Participant[]): Promise<void> {
    if (to.length === 0) return;
    const own = await this.#ports.bridge.call('computers.own', {});
    if (!own.ok) return;
    for (const things of own.value.messages) {
      for (const participant of to) participant.send({ type: 'own', ...things });
    }
  }

  /** `only`: of these persons and devices alone, and nothing where there is nothing of them. */
  async #sayLists(to: readonly Participant[], only?: readonly DeviceId[]): Promise<void> {
    if (to.length === 0) return;
    const { bridge, roomId } = this.#ports;
    const known = await bridge.call('computers.in-room', { roomId, ...(only ? { only: [...only] } : {}) });
    if (!known.ok) return;
    const { lists, left } = known.value;
    if (only && lists.length + left.length === 0) return;
    for (const participant of to) {
      const outbox = this.#outboxOf(participant);
      for (const list of lists) outbox.lists.set(list.person, list);
      for (const leave of left) outbox.left.set(leave.device, leave);
      outbox.saying.request();
    }
  }

  /** The others take only so many of these messages: what is said too soon would be lost, so it waits for the next one. */
  #outboxOf(participant: Participant): Outbox {
    const known = this.#outboxes.get(participant);
    if (known) return known;
    const saying = new Throttle(this.#ports.clock, LISTS_SAID_RATE, () => {
      const message = nextMessage(outbox);
      // It hears everything when the link opens again.
      if (!participant.send(message)) for (const each of [outbox.lists, outbox.left]) each.clear();
      if (outbox.lists.size + outbox.left.size > 0) saying.request();
    });
    const outbox: Outbox = { lists: new Map(), left: new Map(), saying };
    this.#outboxes.set(participant, outbox);
    return outbox;
  }

  #paceOf(deviceId: DeviceId): FixedRate {
    const known = this.#paces.get(deviceId);
    if (known) return known;
    const pace = new FixedRate(LISTS_RATE.burst, LISTS_RATE.perSecond);
    this.#paces.set(deviceId, pace);
    // Those that have been here longest go first, and not those who are here.
    const here = new Set(this.#ports.participants().map((each) => each.deviceId));
    for (const device of this.#paces.keys()) {
      if (this.#paces.size <= PACES_MAX) break;
      if (!here.has(device)) this.#paces.delete(device);
    }
    return pace;
  }

  async #saySeen(to: readonly Participant[]): Promise<void> {
    if (to.length === 0) return;
    const { bridge, roomId } = this.#ports;
    const read = await bridge.call('history.read-clock', { roomId });
    if (!read.ok || read.value.clock === 0) return;
    for (const participant of to) participant.send({ type: 'seen', clock: read.value.clock });
  }
}

/** As much of an outbox as fits into one message, which it then holds no more. */
function nextMessage({ lists, left }: Outbox): LinkMessageOf<'computers'> {
  const message: LinkMessageOf<'computers'> = { type: 'computers', lists: [], left: [] };
  let chars = JSON.stringify(message).length;
  const put = <T>(from: Map<DeviceId, T>, to: T[]) => {
    for (const [key, each] of from) {
      chars += JSON.stringify(each).length + 1;
      if (to.length >= LIMITS.computerListsMax || chars > LIMITS.linkMessageMaxChars) return;
      to.push(each);
      from.delete(key);
    }
  };
  put(lists, message.lists);
  put(left, message.left);
  return message;
}
