import { FixedRate } from '@parley/shared/timing';
import type { Allowance } from './link-policy.ts';

/** Why something that arrived was not used. Only counted, so that a flood costs nothing more. */
export type DropCounts = { late: number; malformed: number; oversize: number; candidates: number; flood: number };

const FLOOD_WINDOW_MS = 60_000;

export type FloodLimits = { messages: Allowance; negotiations: Allowance; reopens: Allowance; floodMax: number };
export type FloodKind = 'messages' | 'negotiations' | 'reopens';

/** Rate limits on what the far end of one link sends, over all its connections. `flooded` runs when it goes on. */
export class FloodGuard {
  readonly dropped: DropCounts = { late: 0, malformed: 0, oversize: 0, candidates: 0, flood: 0 };
  readonly #buckets: Record<FloodKind, FixedRate>;
  readonly #floodMax: number;
  readonly #now: () => number;
  readonly #flooded: () => void;
  #window = { count: 0, since: Number.NEGATIVE_INFINITY };

  constructor(limits: FloodLimits, now: () => number, flooded: () => void) {
    const bucket = ({ burst, perSecond }: Allowance) => new FixedRate(burst, perSecond);
    this.#buckets = {
      messages: bucket(limits.messages),
      negotiations: bucket(limits.negotiations),
      reopens: bucket(limits.reopens),
    };
    this.#floodMax = limits.floodMax;
    this.#now = now;
    this.#flooded = flooded;
  }

  /** Whether one more of this kind may be used; counts a drop if not. */
  allows(kind: FloodKind): boolean {
    const allowed = this.#buckets[kind].take(this.#now());
    if (!allowed) this.drop();
    return allowed;
  }

  /** Counts one drop. More than `floodMax` drops in a minute are a flood. */
  drop(): void {
    this.dropped.flood += 1;
    const now = this.#now();
    if (now - this.#window.since >= FLOOD_WINDOW_MS) this.#window = { count: 0, since: now };
    this.#window.count += 1;
    if (this.#window.count > this.#floodMax) this.#flooded();
  }
}
