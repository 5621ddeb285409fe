import type { BenchRow } from '../bench-row.ts';
import { median } from '../statistics.ts';
import { type Driver, startDriver } from './driver/driver.ts';
import { type MeasuredServer, type StartOptions, startServer } from './servers/server.ts';
import type { ServerKind } from './servers/servers.ts';
import type { Usage } from './servers/usage.ts';

/** How much of everything is done. */
export type Effort = {
  quick: boolean;
  /** Rounds with fresh processes in each. */
  rounds: number;
  /** Short turns: in how many generations of processes, and how many rounds in each. */
  turns: { generations: number; rounds: number };
  seconds: number;
};

/** A row of the table, with what it consists of. */
export type SignalingRow = BenchRow & {
  part: string;
  /** The server whose figure this is, where several have the same one. */
  server?: string;
  met?: boolean;
};

/** Runs `measure` once per kind and round: A, B, C, A, B, C, … so that what else the computer does touches all. */
export async function alternate<K extends string, T>(
  part: string,
  kinds: readonly K[],
  rounds: number,
  measure: (kind: K) => Promise<T>,
): Promise<Record<K, T[]>> {
  const results = Object.fromEntries(kinds.map((kind) => [kind, []])) as unknown as Record<K, T[]>;
  for (let round = 1; round <= rounds; round++)
    for (const kind of kinds) {
      say(`  ${part}, round ${round} of ${rounds}: ${kind}`);
      results[kind].push(await measure(kind));
    }
  say('');
  return results;
}

/** A server with the driver whose clients talk to it. */
export type Pair = { server: MeasuredServer; driver: Driver };

/**
 * Starts all servers, each with a driver of its own, and then lets them work in short turns: only one of them has
 * something to do at a time. The shorter the turns, the less a neighbour's busy seconds favour anyone. Done
 * `generations` times with fresh processes, because one process's luck with its optimising compiler is not another's.
 */
export async function inShortTurns<K extends string, T>(
  about: { part: string; kinds: readonly K[]; generations: number; rounds: number },
  start: (kind: K) => Promise<MeasuredServer>,
  warmUp: (kind: K, pair: Pair) => Promise<void>,
  measure: (kind: K, pair: Pair) => Promise<T>,
): Promise<Record<K, T[]>> {
  const { part, kinds, generations, rounds } = about;
  const results = Object.fromEntries(kinds.map((kind) => [kind, []])) as unknown as Record<K, T[]>;
  for (let generation = 1; generation <= generations; generation++) {
    const closers: (() => Promise<void>)[] = [];
    try {
      const pairs = new Map<K, Pair>();
      for (const kind of kinds) {
        say(`  ${part}, generation ${generation} of ${generations}: warming up ${kind}`);
        const server = await start(kind);
        closers.push(() => server.close());
        const driver = await startDriver();
        closers.push(() => driver.close());
        pairs.set(kind, { server, driver });
        await warmUp(kind, { server, driver });
      }
      const turns = await alternate(part, kinds, rounds, (kind) => {
        const pair = pairs.get(kind);
        if (!pair) throw new Error(`${kind} was not started`);
        return measure(kind, pair);
      });
      for (const kind of kinds) results[kind].push(...turns[kind]);
    } finally {
      await Promise.all(closers.map((close) => close()));
    }
  }
  return results;
}

/** Progress on one line of the terminal. */
function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text.padEnd(70)}${text === '' ? '\r' : ''}`);
}

/** A fresh server and a fresh driver, both ended afterwards. */
export async function withServer<T>(
  kind: ServerKind,
  options: StartOptions,
  use: (pair: Pair) => Promise<T>,
): Promise<T> {
  const server = await startServer(kind, options);
  try {
    const driver = await startDriver();
    try {
      return await use({ server, driver });
    } finally {
      await driver.close();
    }
  } finally {
    await server.close();
  }
}

/** CPU milliseconds of the server while `work` ran. */
export async function cpuDuring<T>(
  server: MeasuredServer,
  work: () => Promise<T>,
): Promise<{ cpuMs: number; value: T }> {
  const before: Usage = await server.usage();
  const value = await work();
  const after: Usage = await server.usage();
  return { cpuMs: after.cpuMs - before.cpuMs, value };
}

/** The median of the ratios of the same round, so that a slow minute of the computer counts for both or not at all. */
export function ratioOf(own: readonly number[], others: readonly number[]): number {
  return median(own.map((value, round) => value / (others[round] ?? Number.NaN)));
}

/** The value below which `share` of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new Error('no values');
  return value;
}

/** `≥ 1.05` or `≤ 50`, and whether it is so. */
export type Goal = { most: number } | { least: number };
export const isMet = (value: number, goal: Goal): boolean =>
  'most' in goal ? value <= goal.most : value >= goal.least;
export const goalText = (goal: Goal, what = ''): string =>
  `${'most' in goal ? '≤' : '≥'} ${'most' in goal ? goal.most : goal.least}${what}`;

/** Nothing that was sent may get lost; a bench that loses messages measures something else. */
export function expectAll(what: string, wanted: number, got: number, why: readonly string[] = []): void {
  if (got !== wanted) throw new Error(`${what}: ${got} of ${wanted} ${why.join('; ')}`);
}

type Figure = {
  part: string;
  name: string;
  unit: string;
  values: readonly number[];
  server?: string;
};

/** A row for a figure, compared with another one's where there is one. */
export function row(
  { part, name, unit, values, server }: Figure,
  compared?: { with: string; values: readonly number[]; goal?: Goal },
  goal?: Goal,
): SignalingRow {
  const value = median(values);
  const base: SignalingRow = {
    part,
    name,
    value,
    unit,
    rounds: [...values],
    ...(server === undefined ? {} : { server }),
  };
  if (compared) {
    const ratio = ratioOf(values, compared.values);
    base.comparedWith = compared.with;
    base.ratio = ratio;
    if (compared.goal) {
      base.goal = `${goalText(compared.goal, ' ×')}: ${isMet(ratio, compared.goal) ? 'met' : 'missed'}`;
      base.met = isMet(ratio, compared.goal);
    }
  }
  if (goal) {
    base.goal = `${goalText(goal, unit === '' ? '' : ` ${unit}`)}: ${isMet(value, goal) ? 'met' : 'missed'}`;
    base.met = isMet(value, goal);
  }
  return base;
}
