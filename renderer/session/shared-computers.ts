import type { Bridge } from '@parley/shared/bridge';
import type { ComputerList, PeerStanding } from '@parley/shared/model';
import { type DeviceId, LIMITS, type LinkMessage, type LinkMessageOf, type RoomId } from '@parley/shared/protocol';
import { type Clock, FixedRate } from '@parley/shared/timing';
import type { Participant } from './participant.ts';
import type { PeerNames } from './peer-names.ts';
import { LISTS_RATE } from './session-policy.ts';

export type SharedComputersPorts = {
  roomId: RoomId;
  bridge: Bridge;
  clock: Pick<Clock, 'monotonicMs'>;
  names: Pick<PeerNames, 'renew'>;
  participants: () => readonly Participant[];
  /** Whether that device is another computer of this person. */
  isOwn: (participant: Participant) => boolean;
  /** Whether that computer is still to be told of this person's name and rooms: links open in many rooms at once. */
  mayTellOwn: (deviceId: DeviceId) => boolean;
};

/** The things about people with several computers that go over the links of a room: whose they are, and what was read on another. */
export class SharedComputers {
  readonly #ports: SharedComputersPorts;
  /** How much each participant may still say of computers: a list that is taken goes on to everybody. */
  readonly #paces = new WeakMap<Participant, FixedRate>();

  constructor(ports: SharedComputersPorts) {
    this.#ports = ports;
  }

  /** A link opened: hands on the lists of those who wrote here, and says what was read. */
  async opened(participant: Participant): Promise<void> {
    await this.#sayLists([participant]);
    if (!this.#ports.isOwn(participant)) return;
    await this.#saySeen([participant]);
    if (this.#ports.mayTellOwn(participant.deviceId)) await this.#sayOwn([participant]);
  }

  /** A member handed on lists. Those that count are handed on in turn by whoever learns them. */
  async heard(participant: Participant, lists: readonly ComputerList[]): Promise<void> {
    const { bridge, roomId, clock } = this.#ports;
    const pace = this.#paces.get(participant) ?? new FixedRate(LISTS_RATE.burst, LISTS_RATE.perSecond);
    this.#paces.set(participant, pace);
    if (lists.length === 0 || !pace.take(clock.monotonicMs())) return;
    await bridge.call('computers.learn', { lists: [...lists], by: participant.deviceId, roomId });
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

  /** Lists changed: the others hear of it, and each device may stand otherwise than before. */
  async changed(): Promise<void> {
    const { participants, names } = this.#ports;
    const all = participants();
    await this.#sayLists(all);
    for (const participant of all) await names.renew(participant);
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

  async #sayLists(to: readonly Participant[]): Promise<void> {
    if (to.length === 0) return;
    const { bridge, roomId } = this.#ports;
    const known = await bridge.call('computers.in-room', { roomId });
    if (!known.ok) return;
    for (const lists of messagesOf(known.value.lists)) {
      const message: LinkMessage = { type: 'computers', lists };
      for (const participant of to) participant.send(message);
    }
  }

  async #saySeen(to: readonly Participant[]): Promise<void> {
    if (to.length === 0) return;
    const { bridge, roomId } = this.#ports;
    const read = await bridge.call('history.read-clock', { roomId });
    if (!read.ok || read.value.clock === 0) return;
    for (const participant of to) participant.send({ type: 'seen', clock: read.value.clock });
  }
}

/** As many lists in one message as fit into it. */
function messagesOf(lists: readonly ComputerList[]): ComputerList[][] {
  const messages: ComputerList[][] = [];
  let chars = Number.POSITIVE_INFINITY;
  for (const list of lists) {
    const size = JSON.stringify(list).length + 1;
    if (chars + size > LIMITS.linkMessageMaxChars - 100) {
      messages.push([]);
      chars = 0;
    }
    messages.at(-1)?.push(list);
    chars += size;
  }
  return messages;
}
