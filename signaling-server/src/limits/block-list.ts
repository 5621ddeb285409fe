import type { Clock } from '../clock.ts';
import { createWindowLimit, type LimitStore } from './window-limit.ts';

export type BlockPolicy = { strikesPerMinute: number; blockMinMs: number; blockMaxMs: number };
/**
 * `times`: how often in a row the address was blocked, which makes each block longer. `at` and `liftedAt`: when it was imposed,
 * and when one was lifted last, 0 for never; one that was lifted stays known until it would have ended, so that no node that
 * missed the lifting brings it back.
 */
export type Block = { key: string; endsAt: number; times: number; at: number; liftedAt: number };
type BlockRecord = Omit<Block, 'key'>;

/** An address is calm again this long after its last block; then the next one starts short. */
const FORGIVEN_AFTER_MS = 3_600_000;

/**
 * Addresses that keep tripping limits or sending what nobody can read. The first block is short, each further one
 * twice as long, up to the longest.
 */
export class BlockList {
  readonly #policy: BlockPolicy;
  readonly #clock: Clock;
  readonly #onBlocked: (block: Block, why: string) => void;
  readonly #strikes;
  readonly #records = new Map<string, BlockRecord>();

  constructor(policy: BlockPolicy, clock: Clock, onBlocked: (block: Block, why: string) => void, store?: LimitStore) {
    this.#policy = policy;
    this.#clock = clock;
    this.#onBlocked = onBlocked;
    this.#strikes = createWindowLimit('strikes', policy.strikesPerMinute, 60, clock, store);
  }

  /** Milliseconds for which `key` is still blocked; 0 when it is not. */
  remainingMs(key: string): number {
    const record = this.#records.get(key);
    return record && !isLifted(record) ? Math.max(0, record.endsAt - this.#clock.now()) : 0;
  }

  /**
   * Counts `weight` strikes for a reason that the log names; blocks the key when there were too many within a minute. Never
   * rejects: nobody waits for it.
   */
  async strike(key: string, why: string, weight = 1): Promise<void> {
    if (this.remainingMs(key) > 0) return;
    const verdict = await this.#strikes.consume(key, weight);
    if (verdict.ok || this.remainingMs(key) > 0) return;
    const before = this.#records.get(key);
    const times = (before && !isLifted(before) ? before.times : 0) + 1;
    const durationMs = Math.min(this.#policy.blockMaxMs, this.#policy.blockMinMs * 2 ** Math.min(times - 1, 30));
    const now = this.#clock.now();
    const liftedAt = before?.liftedAt ?? 0;
    const record = { endsAt: now + durationMs, times, at: Math.max(now, liftedAt + 1), liftedAt };
    // Before anything is awaited: other strikes of the same moment must find it blocked already.
    this.#records.set(key, record);
    this.#onBlocked({ key, ...record }, why);
    await this.#strikes.forget(key);
  }

  /** Takes over what another node knows of a block; false when that blocks nobody for longer. */
  apply({ key, ...told }: Block): boolean {
    const before = this.remainingMs(key);
    const known = this.#records.get(key);
    // The clock of another node may be set wrong; no block is longer than the longest.
    const capped = { ...told, endsAt: Math.min(told.endsAt, this.#clock.now() + this.#policy.blockMaxMs) };
    this.#records.set(key, known ? merge(known, capped) : capped);
    return this.remainingMs(key) > before;
  }

  /** Lifts a block and forgets its history; false when there was none. */
  lift(key: string): boolean {
    const record = this.#records.get(key);
    if (!record || isLifted(record)) return false;
    this.#records.set(key, { ...record, liftedAt: Math.max(this.#clock.now(), record.at) });
    return true;
  }

  blocks(): Block[] {
    return this.known().filter(({ key }) => this.remainingMs(key) > 0);
  }

  /** The blocks that other nodes should know, those that were lifted before their time among them. */
  known(): Block[] {
    const now = this.#clock.now();
    return [...this.#records].flatMap(([key, record]) => (record.endsAt > now ? [{ key, ...record }] : []));
  }

  /** Drops the records of addresses that have been calm for long. */
  sweep(): void {
    const before = this.#clock.now() - FORGIVEN_AFTER_MS;
    for (const [key, record] of this.#records) if (record.endsAt < before) this.#records.delete(key);
  }
}

const isLifted = ({ at, liftedAt }: BlockRecord): boolean => at <= liftedAt;

/** Merges what two nodes know, whichever is first: the longest block that nobody lifted stands. */
function merge(one: BlockRecord, other: BlockRecord): BlockRecord {
  const liftedAt = Math.max(one.liftedAt, other.liftedAt);
  const [a, b] = [
    { ...one, liftedAt },
    { ...other, liftedAt },
  ];
  if (isLifted(a) !== isLifted(b)) return isLifted(a) ? b : a;
  return (a.endsAt - b.endsAt || a.times - b.times || a.at - b.at) >= 0 ? a : b;
}
