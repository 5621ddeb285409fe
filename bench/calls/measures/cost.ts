import type { Page } from 'playwright-core';
import { CLIP_LARGE, clipsFor } from '../../../tests/support/clips.ts';
import { openStage } from '../../../tests/support/stage.ts';
import { pause } from '../../../tests/support/wait.ts';
import type { BenchRow } from '../../bench-row.ts';
import { median } from '../../statistics.ts';
import { openBareCalls } from '../bare-calls.ts';
import { countBetween, takeShown, watchShown } from '../frame-log.ts';
import { processesNaming, processorMs } from '../processor.ts';

const NAMES = ['Ana Ribeiro', 'Ben Okafor', 'Chloé Martin', 'Dai Nakamura'];
const ROOM = 'Cost';
const VIEWPORT = { width: 1280, height: 800 };

type Side = { pages: readonly Page[]; folders: readonly string[] };

/** Processor time of all processes of a call for each frame that was shown of another, in ms, over some seconds. */
async function costOf({ pages, folders }: Side, seconds: number): Promise<{ perFrameMs: number; perSecond: number }> {
  const roots = folders.flatMap(processesNaming);
  await Promise.all(pages.map(takeShown));
  const [fromMs, before] = [Date.now(), processorMs(roots)];
  await pause(seconds * 1_000);
  const [untilMs, after] = [Date.now(), processorMs(roots)];
  const shown = await Promise.all(pages.map(takeShown));
  const frames = shown
    .flatMap((each) => Object.values(each))
    .reduce((sum, each) => sum + countBetween(each, fromMs, untilMs), 0);
  return { perFrameMs: (after - before) / frames, perSecond: (frames * 1_000) / (untilMs - fromMs) };
}

/** A call of so many at 640×360, in turns with a bare page: while one side measures the other is not in a call. */
export async function cost(people: 2 | 4, { quick }: { quick: boolean }): Promise<BenchRow[]> {
  const rounds = quick ? 1 : 5;
  const seconds = quick ? 5 : 15;
  const settleMs = quick ? 3_000 : 8_000;
  const clips = await clipsFor(people, CLIP_LARGE);
  const figures: Record<'parley' | 'bare', Awaited<ReturnType<typeof costOf>>[]> = { parley: [], bare: [] };
  const bare = await openBareCalls(clips, VIEWPORT);
  try {
    const stage = await openStage();
    try {
      const { ana, invite } = await stage.hostCall(ROOM, { viewport: VIEWPORT });
      const everybody = [ana, ...(await stage.joinCall(invite, NAMES.slice(1, people), { viewport: VIEWPORT }))];
      for (const one of everybody) await watchShown(one.page);
      const parleySide = { pages: everybody.map(({ page }) => page), folders: everybody.flatMap((one) => one.folders) };
      const bareSide = {
        pages: bare.browsers.map(({ page }) => page),
        folders: bare.browsers.map((each) => each.folder),
      };
      const allSee = () =>
        Promise.all(
          everybody.flatMap((one) =>
            everybody.filter((other) => other !== one).map((other) => one.waitFrames(other.name, 10, 90_000)),
          ),
        );
      for (let round = 1; round <= rounds; round++) {
        if (round > 1) for (const one of everybody) await one.joinCall();
        await allSee();
        await pause(settleMs);
        figures.parley.push(await costOf(parleySide, seconds));
        for (const one of everybody) await one.leaveCall();
        await bare.enter();
        await pause(settleMs);
        figures.bare.push(await costOf(bareSide, seconds));
        await bare.leave();
      }
    } finally {
      await stage.close();
    }
  } finally {
    await bare.close();
  }
  const of = (side: 'parley' | 'bare', what: 'perFrameMs' | 'perSecond') => figures[side].map((each) => each[what]);
  const ratios = of('parley', 'perFrameMs').map(
    (each, round) => each / (of('bare', 'perFrameMs')[round] ?? Number.NaN),
  );
  return [
    {
      name: `processor time per shown frame, call of ${people}`,
      value: median(of('parley', 'perFrameMs')),
      unit: 'ms',
      comparedWith: `bare simple-peer page: ${median(of('bare', 'perFrameMs')).toFixed(2)} ms`,
      ratio: median(ratios),
      goal: '≤ 1.15 ×',
      rounds: of('parley', 'perFrameMs'),
    },
    {
      name: '  frames shown in a second, on all screens together',
      value: median(of('parley', 'perSecond')),
      unit: 'frames/s',
      comparedWith: `bare simple-peer page: ${median(of('bare', 'perSecond')).toFixed(1)}`,
      rounds: of('parley', 'perSecond'),
    },
  ];
}
