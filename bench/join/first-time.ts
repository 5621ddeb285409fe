import type { Clip } from '../../tests/support/clips.ts';
import type { Stage } from '../../tests/support/stage.ts';
import type { BenchRow } from '../bench-row.ts';
import { median } from '../statistics.ts';
import { openBareCall } from './bare-call.ts';
import { enter } from './enter.ts';

export type FirstTimeOptions = { rounds: number; clips: readonly [Clip, Clip]; stage: Stage; invite: string };

/** The same way into the call by somebody who never was in one: a new profile and a new browser each time, in turns with two new browsers on the bare page. */
export async function firstTime({ rounds, clips, stage, invite }: FirstTimeOptions): Promise<BenchRow> {
  const parley: number[] = [];
  const bare: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const bareCall = await openBareCall(clips);
    try {
      bare.push(await bareCall.round());
    } finally {
      await bareCall.close();
    }
    const newcomer = await stage.enter(`Newcomer ${round}`, { clip: clips[1] });
    await newcomer.joinRoom(invite);
    parley.push(await enter(newcomer));
    await newcomer.leaveCall();
    await newcomer.close();
  }
  const ratios = parley.map((ms, round) => ms / (bare[round] ?? Number.NaN));
  return {
    name: 'join → first decoded frame, the first time',
    value: median(parley) / 1_000,
    unit: 's',
    comparedWith: `simple-peer over Socket.IO, nothing else: ${(median(bare) / 1_000).toFixed(2)} s`,
    ratio: median(ratios),
    goal: 'ratio ≤ 1.3',
    rounds: parley.map((ms) => ms / 1_000),
  };
}
