import { change, type Scenario } from '../../../tests/network/scenarios.ts';
import { CLIP_LARGE } from '../../../tests/support/clips.ts';
import { type LaboratoryCall, openLaboratoryCall } from '../../../tests/support/laboratory-call.ts';
import type { Participant } from '../../../tests/support/participant.ts';
import { pause } from '../../../tests/support/wait.ts';
import { median } from '../../statistics.ts';
import type { CallRow, Chart } from '../call-row.ts';
import { backAt, countBetween, perSecond, takeShown, watchShown } from '../frame-log.ts';

/** Seconds of a good network before the first step, and the longest wait for the picture after the last. */
const BEFORE_S = 5;
const WAIT_MAX_MS = 60_000;
const AFTER_MS = 5_000;
/** For so long frames are shown that came before the trouble. */
const LEFT_OVER_MS = 700;

type End = { one: Participant; other: string; frames: number[] };
type Heard = { samples: number; concealed: number };
type Played = { beganMs: number; lastStepMs: number; endedMs: number; ends: readonly End[]; heard: Heard[] };

async function take(ends: readonly End[]): Promise<void> {
  await Promise.all(ends.map(async (end) => end.frames.push(...((await takeShown(end.one.page))[end.other] ?? []))));
}

async function heardBy(one: Participant): Promise<Heard> {
  const voices = (await one.snapshot()).peers.flatMap((peer) => peer.inboundAudio);
  const sum = (of: keyof Heard) => voices.reduce((total, each) => total + each[of], 0);
  return { samples: sum('samples'), concealed: sum('concealed') };
}

/** Lets it all happen once; afterwards the picture is back, or `WAIT_MAX_MS` are over. */
async function play(scenario: Scenario, call: LaboratoryCall, quick: boolean): Promise<Played> {
  const ends: End[] = [
    { one: call.ana, other: call.ben.name, frames: [] },
    { one: call.ben, other: call.ana.name, frames: [] },
  ];
  for (const { one } of ends) await watchShown(one.page);
  await take(ends);
  for (const end of ends) end.frames.length = 0;
  const beganMs = Date.now();
  await pause(BEFORE_S * 1_000);
  const heardBefore = await Promise.all(ends.map(({ one }) => heardBy(one)));
  const startedMs = Date.now();
  const last = scenario.steps.at(-1)?.atMs ?? 0;
  let heard: Heard[] = [];
  for (const step of scenario.steps) {
    const atMs = quick && step.atMs === last ? (scenario.quickEndMs ?? step.atMs) : step.atMs;
    await pause(Math.max(0, startedMs + atMs - Date.now()));
    if (step.atMs === last && scenario.goal.is === 'holds') {
      const now = await Promise.all(ends.map(({ one }) => heardBy(one)));
      heard = now.map(({ samples, concealed }, who) => ({
        samples: samples - (heardBefore[who]?.samples ?? 0),
        concealed: concealed - (heardBefore[who]?.concealed ?? 0),
      }));
    }
    change(call, step);
  }
  const lastStepMs = Date.now();
  for (;;) {
    await pause(1_000);
    await take(ends);
    const areBack = ends.every(({ frames }) => backAt(frames, lastStepMs + LEFT_OVER_MS) !== undefined);
    if (areBack && Date.now() - lastStepMs > AFTER_MS) break;
    if (Date.now() - lastStepMs > WAIT_MAX_MS) break;
  }
  return { beganMs, lastStepMs, endedMs: Date.now(), ends, heard };
}

function chartOf(scenario: Scenario, { beganMs, lastStepMs, endedMs, ends }: Played): Chart {
  const seconds = Math.floor((endedMs - beganMs) / 1_000);
  const marks =
    scenario.steps.length > 1
      ? [
          { atS: BEFORE_S, text: 'begins' },
          { atS: (lastStepMs - beganMs) / 1_000, text: 'over' },
        ]
      : [{ atS: (lastStepMs - beganMs) / 1_000, text: 'happens' }];
  const series = ends.map(({ one, frames }) => ({
    name: `at ${one.name.split(' ')[0]}`,
    perSecond: perSecond(frames, beganMs, seconds),
  }));
  return { name: scenario.name, title: scenario.title, series, marks };
}

/** From the last step until the picture is there at both ends and stays, in s; endless where it did not come back. */
function backAfterS({ steps }: Scenario, { lastStepMs, ends }: Played): number {
  const from = lastStepMs + (steps.length === 1 ? LEFT_OVER_MS : 0);
  const times = ends.map(({ frames }) => backAt(frames, from) ?? Number.POSITIVE_INFINITY);
  return (Math.max(...times) - lastStepMs) / 1_000;
}

function rowsOf(scenario: Scenario, rounds: readonly Played[]): CallRow[] {
  const { goal, title } = scenario;
  const [first] = rounds;
  if (!first) throw new Error('no rounds');
  const chart = chartOf(scenario, first);
  if (goal.is === 'back') {
    const values = rounds.map((played) => backAfterS(scenario, played));
    const goalText = `≤ ${goal.withinMs / 1_000} s`;
    return [
      { name: `${title}: picture back`, value: median(values), unit: 's', goal: goalText, rounds: values, chart },
    ];
  }
  const overRounds = (of: (played: Played) => number) => rounds.map(of);
  const troubleMs = ({ beganMs }: Played) => beganMs + BEFORE_S * 1_000;
  const rates = overRounds((played) =>
    Math.min(
      ...played.ends.map(
        ({ frames }) =>
          (countBetween(frames, troubleMs(played), played.lastStepMs) * 1_000) /
          (played.lastStepMs - troubleMs(played)),
      ),
    ),
  );
  const madeUp = overRounds(({ heard }) =>
    Math.max(...heard.map(({ samples, concealed }) => (samples === 0 ? 100 : (100 * concealed) / samples))),
  );
  return [
    {
      name: `${title}: frames per second, worse end`,
      value: median(rates),
      unit: 'frames/s',
      goal: `≥ ${goal.framesPerSecond}`,
      rounds: rates,
      chart,
    },
    {
      name: '  voice that was made up, worse end',
      value: median(madeUp),
      unit: '%',
      goal: `< ${goal.concealedRatio * 100} %`,
      rounds: madeUp,
    },
  ];
}

/** How often the link of one end was opened anew, by its log. */
async function epochsOf(call: LaboratoryCall): Promise<number> {
  const log = await call.ben.logTail(2_000);
  return new Set([...log.matchAll(/"epoch":(\d+)/g)].map(([, epoch]) => epoch)).size;
}

/** Plays a scenario in a call of two, five times or in a quick run once; one that only holds on is played once. */
export async function playScenario(scenario: Scenario, { quick }: { quick: boolean }): Promise<CallRow[]> {
  const rounds = quick || scenario.goal.is === 'holds' ? 1 : 5;
  const call = await openLaboratoryCall({
    clipSize: CLIP_LARGE,
    isDirect: scenario.way === 'direct',
    ...(scenario.impairedBy === undefined ? {} : { impairedBy: scenario.impairedBy }),
  });
  try {
    const played: Played[] = [];
    for (let round = 1; round <= rounds; round++) {
      if (round > 1) {
        call.laboratory.lose('ben', 'nothing');
        await call.reenter();
      }
      played.push(await play(scenario, call, quick));
    }
    const rows = rowsOf(scenario, played);
    if (scenario.goal.is === 'holds')
      rows.push({ name: '  connections that were made anew', value: (await epochsOf(call)) - 1, unit: '', goal: '0' });
    return rows;
  } finally {
    await call.close();
  }
}
