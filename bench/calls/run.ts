import { SCENARIOS } from '../../tests/network/scenarios.ts';
import { run as measureFirstFrame } from '../join/run.ts';
import type { CallRow } from './call-row.ts';
import { cost } from './measures/cost.ts';
import { crowd } from './measures/crowd.ts';
import { joins } from './measures/joins.ts';
import { playScenario } from './measures/scenario.ts';
import { serverGone } from './measures/server-gone.ts';

type Effort = { quick: boolean };

const MEASURES: Readonly<Record<string, (effort: Effort) => Promise<CallRow[]>>> = {
  'first-frame': measureFirstFrame,
  'cost-2': (effort) => cost(2, effort),
  'cost-4': (effort) => cost(4, effort),
  six: (effort) => crowd(6, effort),
  eight: (effort) => crowd(8, effort),
  ...Object.fromEntries(
    SCENARIOS.map((scenario) => [scenario.name, (effort: Effort) => playScenario(scenario, effort)]),
  ),
  'server-gone': serverGone,
  joins,
};

export { publish } from './publish.ts';

/** The parts that can be measured alone: `npm run bench -- calls udp-cut`. */
export const parts: readonly string[] = Object.keys(MEASURES);

/** Calls of Parley: what they cost beside a bare page, how many people they carry, and what they stand. Scenarios of the network need Linux and root. */
export async function run({ parts: wanted = [] as readonly string[], quick = false } = {}): Promise<CallRow[]> {
  const rows: CallRow[] = [];
  for (const part of wanted.length > 0 ? wanted : parts) rows.push(...((await MEASURES[part]?.({ quick })) ?? []));
  return rows;
}
