import { randomInt } from 'node:crypto';
import type { SignalId } from '@parley/shared/protocol';

const KEPT_MS = 60_000;

/** To how many a signal was handed: by this node, and over all nodes once its sender was told that. At most 65,534 each. */
export type HandedOn = { here: number; total?: number };

/** The id that is looked for, in text and in bytes. */
let wantedText: SignalId | undefined;
const wanted = new Uint32Array(4);
const wantedBytes = Buffer.from(wanted.buffer);

/** An id is looked for before its signal is handed on, and kept afterwards. */
function want(id: SignalId): void {
  if (id === wantedText) return;
  wantedBytes.write(id, 'base64url');
  wantedText = id;
}

/** Two odd factors, unknown to clients, so that none can choose ids that fall on one slot. */
const [factor, otherFactor] = [2 * randomInt(2 ** 31) + 1, 2 * randomInt(2 ** 31) + 1];
const SLOTS_MIN = 16;
/** Two for the id, and one for to how many it was handed, which is 0 in a slot that is free. */
const SLOT_WORDS = 3;

/**
 * A hash table of ids with open addressing, in one typed array: the entries of a Map outlive several garbage collections, each of
 * which copies them, and that cost a tenth of what relaying a message does. Half of an id's 128 bits are kept. They are random, and
 * a participant who makes two alike is the only one whose signal is taken for a repetition then.
 */
class IdTable {
  #slots = SLOTS_MIN;
  #words = new Uint32Array(SLOT_WORDS * SLOTS_MIN);
  #size = 0;

  /** What is kept of the wanted id. */
  get(): HandedOn | undefined {
    const counts = this.#words[this.#find(wanted, 0) + 2] ?? 0;
    if (counts === 0) return undefined;
    const [here, total] = [(counts & 0xffff) - 1, (counts >>> 16) - 1];
    return total < 0 ? { here } : { here, total };
  }

  /** Keeps this of the wanted id. */
  set({ here, total }: HandedOn): void {
    const at = this.#find(wanted, 0);
    const isNew = this.#words[at + 2] === 0;
    this.#put(at, wanted, 0, (here + 1) | ((total === undefined ? 0 : total + 1) << 16));
    if (!isNew) return;
    this.#size += 1;
    if (this.#size * 4 > this.#slots * 3) this.#grow();
  }

  /** Where an id stands, or where it belongs. */
  #find(ids: Uint32Array, from: number): number {
    const [first, second] = [ids[from] ?? 0, ids[from + 1] ?? 0];
    // The high bits depend on all others.
    const hash = Math.imul(first, factor) + Math.imul(second, otherFactor);
    for (let slot = (hash >>> 0) >>> Math.clz32(this.#slots - 1); ; slot++) {
      const at = (slot & (this.#slots - 1)) * SLOT_WORDS;
      if (this.#words[at + 2] === 0 || (this.#words[at] === first && this.#words[at + 1] === second)) return at;
    }
  }

  #put(at: number, ids: Uint32Array, from: number, counts: number): void {
    this.#words[at] = ids[from] ?? 0;
    this.#words[at + 1] = ids[from + 1] ?? 0;
    this.#words[at + 2] = counts;
  }

  #grow(): void {
    const before = this.#words;
    this.#slots *= 2;
    this.#words = new Uint32Array(SLOT_WORDS * this.#slots);
    for (let from = 0; from < before.length; from += SLOT_WORDS) {
      const counts = before[from + 2] ?? 0;
      if (counts !== 0) this.#put(this.#find(before, from), before, from, counts);
    }
  }
}

/**
 * The signals of one participant that this node handed on in the last minute, by idempotency id. Two generations that change
 * places each minute: an id is known for one to two minutes, and nothing needs a timer. The token bucket in front bounds
 * how many there can be.
 */
export class RecentIds {
  #young: IdTable | undefined;
  #old: IdTable | undefined;
  #turnedAt = 0;

  find(id: SignalId, now: number): HandedOn | undefined {
    this.#turn(now);
    want(id);
    return this.#young?.get() ?? this.#old?.get();
  }

  add(id: SignalId, handedOn: HandedOn, now: number): void {
    this.#turn(now);
    want(id);
    this.#young ??= new IdTable();
    this.#young.set(handedOn);
  }

  #turn(now: number): void {
    const sinceMs = now - this.#turnedAt;
    if (sinceMs < KEPT_MS) return;
    this.#old = sinceMs < 2 * KEPT_MS ? this.#young : undefined;
    this.#young = undefined;
    this.#turnedAt = now;
  }
}
