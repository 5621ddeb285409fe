import { CLIP_LARGE, CLIP_SMALL } from '../../../tests/support/clips.ts';
import { NAMES } from '../../../tests/support/names.ts';
import type { Participant } from '../../../tests/support/participant.ts';
import { openStage } from '../../../tests/support/stage.ts';
import { pause } from '../../../tests/support/wait.ts';
import type { BenchRow } from '../../bench-row.ts';
import { median } from '../../statistics.ts';
import { countBetween, takeShown, watchShown } from '../frame-log.ts';
import { coresMs } from '../processor.ts';

/** The sound that somebody heard, added up over all who have a microphone. */
async function heardBy(one: Participant): Promise<{ samples: number; concealed: number }> {
  const voices = (await one.snapshot()).peers.flatMap((peer) => peer.inboundAudio);
  const speaking = voices.filter(({ packets }) => packets > 0);
  const sum = (of: 'samples' | 'concealed') => speaking.reduce((total, each) => total + each[of], 0);
  return { samples: sum('samples'), concealed: sum('concealed') };
}

/**
 * A call of six or eight people on this one computer, each with a browser and a core of their own: everything that they would do on
 * six or eight computers. The first two have a microphone.
 */
export async function crowd(people: 6 | 8, { quick }: { quick: boolean }): Promise<BenchRow[]> {
  const seconds = quick ? 10 : 60;
  const stage = await openStage();
  try {
    const clipSize = people === 6 ? CLIP_LARGE : CLIP_SMALL;
    const { ana, invite } = await stage.hostCall('Crowd', { clipSize });
    const [ben, ...silent] = NAMES.slice(1, people);
    const everybody = [
      ana,
      ...(await stage.joinCall(invite, [ben ?? ''], { clipSize })),
      ...(await stage.joinCall(invite, silent, { clipSize, equipment: { microphone: false } })),
    ];
    let lost = 0;
    for (const { page } of everybody) page.on('crash', () => (lost += 1));
    for (const one of everybody) await watchShown(one.page);
    for (const one of everybody.slice(1)) await one.waitFrames(ana.name, 5, 120_000);
    await pause(quick ? 5_000 : 20_000);
    const before = await Promise.all(everybody.map(heardBy));
    await Promise.all(everybody.map(({ page }) => takeShown(page)));
    const [fromMs, cores] = [Date.now(), coresMs()];
    await pause(seconds * 1_000);
    const [untilMs, coresAfter] = [Date.now(), coresMs()];
    const shown = await Promise.all(everybody.map(({ page }) => takeShown(page)));
    const after = await Promise.all(everybody.map(heardBy));
    const speakers = shown
      .slice(1)
      .map((each) => (countBetween(each[ana.name] ?? [], fromMs, untilMs) * 1_000) / (untilMs - fromMs));
    const concealed = after.map(({ samples, concealed: made }, who) => {
      const sampled = samples - (before[who]?.samples ?? 0);
      return sampled === 0 ? 100 : (100 * (made - (before[who]?.concealed ?? 0))) / sampled;
    });
    const busy = (100 * (coresAfter.busy - cores.busy)) / (coresAfter.all - cores.all);
    const isSix = people === 6;
    return [
      {
        name: `call of ${people}, frames per second in the speaker’s tile`,
        value: median(speakers),
        unit: 'frames/s',
        ...(isSix ? { goal: '≥ 10' } : {}),
        rounds: speakers,
      },
      {
        name: '  voice that was made up, worst listener',
        value: Math.max(...concealed),
        unit: '%',
        goal: '< 3 %',
        rounds: concealed,
      },
      { name: '  both cores busy', value: busy, unit: '%', ...(isSix ? { goal: '< 90 %' } : {}) },
      { name: '  pages lost', value: lost, unit: '', goal: '0' },
    ];
  } finally {
    await stage.close();
  }
}
