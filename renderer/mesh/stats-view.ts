import type { StatsEntry } from './raw-peer.ts';

/** Entries of one reading, by their id: what the next reading is compared with. */
export type StatsSnapshot = ReadonlyMap<string, StatsEntry>;

/** Two readings of one connection, the present one and the one before. Every answer may be missing: browsers leave fields out. */
export class StatsView {
  readonly now: StatsSnapshot;
  readonly #before: StatsSnapshot | null;

  constructor(stats: readonly StatsEntry[], before: StatsSnapshot | null) {
    this.now = new Map(stats.map((entry) => [entry.id, entry]));
    this.#before = before;
  }

  /** The entry that a field of another one names. */
  find(id: unknown): StatsEntry | undefined {
    return typeof id === 'string' ? this.now.get(id) : undefined;
  }

  all(type: string, kind?: 'audio' | 'video'): StatsEntry[] {
    return [...this.now.values()].filter((entry) => entry.type === type && (kind === undefined || entry.kind === kind));
  }

  /** How much a total grew since the reading before; null where there is none, or the browser began to count anew. */
  grown(entry: StatsEntry | undefined, field: string): number | null {
    const total = numberIn(entry, field);
    const before = entry && numberIn(this.#before?.get(entry.id), field);
    if (total === null || before === null || before === undefined || total < before) return null;
    return total - before;
  }

  /** How much the totals of several entries grew together; null where nothing is known of any. */
  grownInAll(entries: readonly StatsEntry[], field: string): number | null {
    const known = entries.flatMap((entry) => this.grown(entry, field) ?? []);
    return known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0);
  }

  /** The growth of a total in one second, by the entry's own time. */
  perSecond(entry: StatsEntry | undefined, field: string): number | null {
    const grown = this.grown(entry, field);
    const lengthMs = this.grown(entry, 'timestamp');
    return grown === null || lengthMs === null || lengthMs === 0 ? null : (grown * 1_000) / lengthMs;
  }
}

/** A number of an entry; null where it is missing or none. */
export function numberIn(entry: StatsEntry | undefined, field: string): number | null {
  const value = entry?.[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A text of an entry; null where it is missing or none. */
export function textIn(entry: StatsEntry | undefined, field: string): string | null {
  const value = entry?.[field];
  return typeof value === 'string' && value !== '' ? value : null;
}
