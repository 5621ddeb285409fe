import { isolated } from '@parley/shared/model';
import { type DeviceId, LIMITS, type LinkMessageOf, type Stay } from '@parley/shared/protocol';
import { type Clock, FixedRate } from '@parley/shared/timing';
import type { Participant } from './participant.ts';
import { AROUND_RATE } from './session-policy.ts';
import type { ApartNow, SessionNotice } from './session-state.ts';
import { Throttle } from './throttle.ts';

/** How long somebody of whom others speak is looked for before this device says that it misses them. */
const MISSES_AFTER_MS = 8_000;
/** How long two miss each other before it is told. */
const APART_AFTER_MS = 20_000;
const LOOK_AGAIN_MS = 2_000;
/** A member can make up any number of stays; more than these are neither shown nor told. */
const APART_MAX = 4;
const TOLD_MAX = 256;
const TOLD_RATE = { burst: 3, perSecond: 1 / 300 };

export type PartitionPorts = {
  clock: Clock;
  participants: () => readonly Participant[];
  /** This device; null before it has a seat. */
  own: () => DeviceId | null;
  isBlocked: (deviceId: string) => boolean;
  /** Whether this device sits at the server: only then can it meet anybody who is new. */
  isSeated: () => boolean;
  /** Whether nobody else can be listed. */
  isFull: () => boolean;
  notice: (notice: SessionNotice) => void;
  /** The shown state changed. */
  shown: () => void;
};

type Unmet = { stay: Stay; name: string; seenBy: string[]; isMutual: boolean };

const keyOf = ({ device, sess }: Stay): string => `${sess}.${device}`;

/**
 * Finds out when a server keeps a room apart. Members tell each other over their links whom they are linked with; two who are both linked
 * with a third one, and miss each other for a while, are told. Only what both miss counts: somebody whom a person blocked is missed by one.
 */
export class Partition {
  readonly #ports: PartitionPorts;
  readonly #saying: Throttle;
  /** Since when each stay is missed, by the monotonic clock. */
  readonly #since = new Map<string, number>();
  readonly #said = new WeakMap<Participant, { epoch: number; text: string }>();
  readonly #told = new Set<string>();
  readonly #telling = new FixedRate(TOLD_RATE.burst, TOLD_RATE.perSecond);
  #missing: Stay[] = [];
  #apart: readonly ApartNow[] = [];
  #undoLook: () => void = () => {};
  #closed = false;

  constructor(ports: PartitionPorts) {
    this.#ports = ports;
    this.#saying = new Throttle(ports.clock, AROUND_RATE, () => this.#say());
  }

  /** Those who miss this device as it misses them. */
  get apart(): readonly ApartNow[] {
    return this.#apart;
  }

  /** The participants or their links changed. */
  changed(): void {
    if (this.#closed) return;
    this.#saying.request();
    this.#look();
  }

  /** A participant said who is linked with whom. */
  heard(): void {
    if (this.#closed) return;
    this.#saying.request();
    this.#look();
  }

  close(): void {
    this.#closed = true;
    this.#saying.close();
    this.#undoLook();
  }

  #open(): Participant[] {
    return this.#ports.participants().filter(({ link }) => link.state.at === 'open');
  }

  /** Those of whom linked members speak, and who are not listed here. */
  #unmet(): Map<string, Unmet> {
    const { participants, own, isBlocked, isSeated, isFull } = this.#ports;
    const unmet = new Map<string, Unmet>();
    if (!isSeated() || isFull()) return unmet;
    const listed = participants();
    // A link that is being made has proved that the two reach each other by the server.
    const isListed = ({ device, sess }: Stay) =>
      listed.some(
        ({ deviceId, peer, link }) => deviceId === device && (peer.hello.sess === sess || link.state.at === 'open'),
      );
    for (const { around, name: by } of this.#open()) {
      for (const { name, missesYou, ...stay } of around?.linked ?? []) {
        if (stay.device === own() || isBlocked(stay.device) || isListed(stay)) continue;
        const known = unmet.get(keyOf(stay)) ?? { stay, name, seenBy: [], isMutual: false };
        known.seenBy.push(by);
        known.isMutual ||= missesYou === true;
        unmet.set(keyOf(stay), known);
        if (unmet.size >= LIMITS.aroundMax) return unmet;
      }
    }
    return unmet;
  }

  #look(): void {
    this.#undoLook();
    const now = this.#ports.clock.monotonicMs();
    const unmet = this.#unmet();
    for (const key of this.#since.keys()) if (!unmet.has(key)) this.#since.delete(key);
    for (const key of unmet.keys()) if (!this.#since.has(key)) this.#since.set(key, now);
    const forMs = (key: string) => now - (this.#since.get(key) ?? now);
    const all = [...unmet];
    const missing = all.filter(([key]) => forMs(key) >= MISSES_AFTER_MS).map(([, { stay }]) => stay);
    if (missing.map(keyOf).join() !== this.#missing.map(keyOf).join()) {
      this.#missing = missing;
      this.#saying.request();
    }
    const apart = all.filter(([key, { isMutual }]) => isMutual && forMs(key) >= APART_AFTER_MS).slice(0, APART_MAX);
    this.#tell(apart);
    // One who is missed by this device alone says so no louder with time.
    const isYoung = all.some(([key]) => forMs(key) < APART_AFTER_MS);
    this.#undoLook = isYoung && !this.#closed ? this.#ports.clock.after(LOOK_AGAIN_MS, () => this.#look()) : () => {};
  }

  #tell(apart: readonly (readonly [string, Unmet])[]): void {
    const { notice, shown } = this.#ports;
    const next = apart.map(([, { stay, name, seenBy }]) => ({ deviceId: stay.device, name, seenBy }));
    if (JSON.stringify(next) !== JSON.stringify(this.#apart)) {
      this.#apart = next;
      shown();
    }
    for (const [key, { name, seenBy }] of apart) {
      if (this.#told.has(key) || this.#told.size >= TOLD_MAX) continue;
      this.#told.add(key);
      if (!this.#telling.take(this.#ports.clock.monotonicMs())) continue;
      const who = seenBy.map((each) => isolated(each)).join(', ');
      notice({
        tone: 'trouble',
        text: `${who} can see ${isolated(name)}, you cannot. The server may be keeping you apart: look at People.`,
        code: null,
      });
    }
  }

  /** Tells each member what is new for them. */
  #say(): void {
    const linked = this.#open();
    for (const participant of linked) {
      const message = this.#messageFor(participant, linked);
      const text = JSON.stringify(message);
      const { state } = participant.link;
      const epoch = state.at === 'open' ? state.epoch : 0;
      const before = this.#said.get(participant);
      if (before?.text === text && before.epoch === epoch) continue;
      if (participant.send(message)) this.#said.set(participant, { epoch, text });
    }
  }

  #messageFor(participant: Participant, linked: readonly Participant[]): LinkMessageOf<'around'> {
    const { isBlocked } = this.#ports;
    const own = { device: participant.deviceId, sess: participant.peer.hello.sess };
    const others = linked.filter((other) => other !== participant);
    const stays = others.map((other) => {
      const missesYou = other.around?.missing.some((stay) => keyOf(stay) === keyOf(own)) === true;
      const { deviceId: device, name, peer } = other;
      return { device, sess: peer.hello.sess, name, ...(missesYou ? { missesYou } : {}) };
    });
    // As if they were linked: nobody learns from this list whom the person blocked.
    const blocked = others.flatMap(({ around }) =>
      (around?.linked ?? []).flatMap(({ device, sess, name }) =>
        isBlocked(device) && device !== own.device ? [{ device, sess, name }] : [],
      ),
    );
    const all = new Map([...blocked, ...stays].map((stay) => [keyOf(stay), stay]));
    const byKey = [...all.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    return { type: 'around', linked: byKey.slice(0, LIMITS.aroundMax), missing: this.#missing };
  }
}
