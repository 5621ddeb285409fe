import type { Effort, SignalingRow } from './measure.ts';
import { churn } from './measures/churn.ts';
import { crowded } from './measures/crowded.ts';
import { http } from './measures/http.ts';
import { idle } from './measures/idle.ts';
import { join } from './measures/join.ts';
import { latency } from './measures/latency.ts';
import { overload } from './measures/overload.ts';
import { refusal } from './measures/refusal.ts';
import { relay } from './measures/relay.ts';
import { soak } from './measures/soak.ts';

const MEASURES: Readonly<Record<string, (effort: Effort) => Promise<SignalingRow[]>>> = {
  relay,
  idle,
  join,
  latency,
  http,
  refusal,
  churn,
  crowded,
  overload,
  soak,
};

export { publish } from './publish.ts';

/** The parts that can be measured alone: `npm run bench signaling relay`. */
export const parts: readonly string[] = Object.keys(MEASURES);

/**
 * Parley's signaling server beside three others, each a process of its own, with the clients in yet another one. It compares the
 * servers' own CPU time and memory; the clock on the wall only where waiting is the figure.
 */
export async function run({ parts: wanted = [], quick = false, seconds = 20 } = {}): Promise<SignalingRow[]> {
  const effort: Effort = {
    quick,
    rounds: quick ? 1 : 5,
    turns: quick ? { generations: 1, rounds: 1 } : { generations: 2, rounds: 3 },
    seconds,
  };
  const rows: SignalingRow[] = [];
  for (const part of wanted.length > 0 ? wanted : parts) rows.push(...((await MEASURES[part]?.(effort)) ?? []));
  return rows;
}
