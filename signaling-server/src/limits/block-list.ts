import type { Clock } from '../clock.ts';
import { createWindowLimit, type LimitStore } from './window-limit.ts';

export type BlockPolicy = { strikesPerMinute: number; blockMinMs: number; blockMaxMs: number };
/** `times`: how often in a row the address was blocked, which makes each block longer. */
export type Block = { key: string; endsAt: number; times: number };

/** An address is calm again this long after its last block; then the next one starts short. */
const FORGIVEN_AFTER_MS = 3_600_000;

/**
 * Addresses that keep tripping limits or sending what nobody can read. The first block is short, each further one
 * twice as long, up to the longest.
 */
export class BlockList {
  readonly #policy: BlockPolicy;
  readonly #clock: Clock;
  readonly #onBlocked: (block: Block) => void;
  readonly #strikes;
  readonly #records = new Map<string, { endsAt: number; times: number }>();

  constructor(policy: BlockPolicy, clock: Clock, onBlocked: (block: Block) => void, store?: LimitStore) {
    this.#policy = policy;
    this.#clock = clock;
    this.#onBlocked = onBlocked;
    this.#strikes = createWindowLimit('strikes', policy.strikesPerMinute, 60, store);
  }

  /** Milliseconds for which `key` is still blocked; 0 when it is not. */
  remainingMs(key: string): number {
    const record = this.#records.get(key);
    return record ? Math.max(0, record.endsAt - this.#clock.now()) : 0;
  }

  /** Counts `weight` strikes; blocks the key when there were too many within a minute. Never rejects: nobody waits for it. */
  async strike(key: string, weight = 1): Promise<void> {
    if (this.remainingMs(key) > 0) return;
    const verdict = await this.#strikes.consume(key, weight);
    if (verdict.ok || this.remainingMs(key) > 0) return;
    const times = (this.#records.get(key)?.times ?? 0) + 1;
    const durationMs = Math.min(this.#policy.blockMaxMs, this.#policy.blockMinMs * 2 ** Math.min(times - 1, 30));
    const endsAt = this.#clock.now() + durationMs;
    // Before anything is awaited: other strikes of the same moment must find it blocked already.
    this.#records.set(key, { endsAt, times });
    this.#onBlocked({ key, endsAt, times });
    await this.#strikes.forget(key);
  }

  /** Takes over a block that another node imposed; false when it was known. */
  adopt({ key, endsAt, times }: Block): boolean {
    const known = this.#records.get(key);
    if (known && known.endsAt >= endsAt) return false;
    this.#records.set(key, { endsAt, times: Math.max(times, known?.times ?? 0) });
    return true;
  }

  /** Lifts a block and forgets its history; false when there was none. */
  lift(key: string): boolean {
    return this.#records.delete(key);
  }

  blocks(): Block[] {
    const now = this.#clock.now();
    return [...this.#records].flatMap(([key, { endsAt, times }]) => (endsAt > now ? [{ key, endsAt, times }] : []));
  }

  /** Drops the records of addresses that have been calm for long. */
  sweep(): void {
    const before = this.#clock.now() - FORGIVEN_AFTER_MS;
    for (const [key, record] of this.#records) if (record.endsAt < before) this.#records.delete(key);
  }
}
