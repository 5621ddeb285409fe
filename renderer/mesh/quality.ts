import type { StatsEntry } from './raw-peer.ts';

export type Quality = 'good' | 'fair' | 'poor' | 'unknown';

/** A link's measurements of itself. */
export type LinkReading = {
  quality: Quality;
  /** Whether the chosen path runs through a relay; null while no path is chosen. */
  relayed: boolean | null;
  /** Share of packets lost since the last reading, 0 to 1; null while nothing is received. */
  lossRatio: number | null;
  roundTripMs: number | null;
};

/** Totals to compare the next reading with. */
export type ReadingTotals = { received: number; lost: number };

export const unknownReading: LinkReading = { quality: 'unknown', relayed: null, lossRatio: null, roundTripMs: null };

const FAIR = { lossRatio: 0.02, roundTripMs: 250 };
const POOR = { lossRatio: 0.08, roundTripMs: 600 };

/** Judges a link by what got lost since `before` and by the time to the far end and back. */
export function readQuality(
  stats: readonly StatsEntry[],
  before: ReadingTotals | null,
): { reading: LinkReading; totals: ReadingTotals } {
  const byId = new Map(stats.map((entry) => [entry.id, entry]));
  const find = (id: unknown) => (typeof id === 'string' ? byId.get(id) : undefined);
  const transport = stats.find((entry) => entry.type === 'transport');
  const pair = find(transport?.selectedCandidatePairId);
  const ends = [find(pair?.localCandidateId), find(pair?.remoteCandidateId)];
  const relayed = pair ? ends.some((end) => end?.candidateType === 'relay') : null;
  const roundTrip = numberIn(pair, 'currentRoundTripTime');
  const roundTripMs = roundTrip === undefined ? null : roundTrip * 1_000;

  const inbound = stats.filter((entry) => entry.type === 'inbound-rtp');
  const sum = (field: string) => inbound.reduce((total, entry) => total + (numberIn(entry, field) ?? 0), 0);
  const totals = { received: sum('packetsReceived'), lost: Math.max(0, sum('packetsLost')) };
  const lost = Math.max(0, totals.lost - (before?.lost ?? 0));
  const received = Math.max(0, totals.received - (before?.received ?? 0));
  const lossRatio = before && lost + received > 0 ? lost / (lost + received) : null;

  return {
    reading: { quality: judge(pair !== undefined, lossRatio, roundTripMs), relayed, lossRatio, roundTripMs },
    totals,
  };
}

function judge(known: boolean, lossRatio: number | null, roundTripMs: number | null): Quality {
  if (!known || (lossRatio === null && roundTripMs === null)) return 'unknown';
  const above = (limit: typeof FAIR) => (lossRatio ?? 0) > limit.lossRatio || (roundTripMs ?? 0) > limit.roundTripMs;
  return above(POOR) ? 'poor' : above(FAIR) ? 'fair' : 'good';
}

function numberIn(entry: StatsEntry | undefined, field: string): number | undefined {
  const value = entry?.[field];
  return typeof value === 'number' ? value : undefined;
}
