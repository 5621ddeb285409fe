import { CLIP_SMALL } from '../../../tests/support/clips.ts';
import { openStage } from '../../../tests/support/stage.ts';
import { pause, until } from '../../../tests/support/wait.ts';
import type { CallRow } from '../call-row.ts';
import { longestGapMs, takeShown, watchShown } from '../frame-log.ts';

const NAMES = ['Ben Okafor', 'Chloé Martin', 'Dai Nakamura'];

/** A call of four whose server is gone for a minute; in its middle somebody shares a screen. */
export async function serverGone({ quick }: { quick: boolean }): Promise<CallRow[]> {
  const goneMs = quick ? 15_000 : 60_000;
  const stage = await openStage();
  try {
    const { ana, invite } = await stage.hostCall('Server gone', { clipSize: CLIP_SMALL });
    const everybody = [ana, ...(await stage.joinCall(invite, NAMES, { clipSize: CLIP_SMALL }))];
    const [, ben] = everybody;
    if (!ben) throw new Error('nobody came');
    const others = (one: (typeof everybody)[number]) => everybody.filter((other) => other !== one);
    await Promise.all(everybody.flatMap((one) => others(one).map((other) => one.waitFrames(other.name, 20, 90_000))));
    for (const one of everybody) await watchShown(one.page);
    await pause(quick ? 3_000 : 15_000);
    await Promise.all(everybody.map(({ page }) => takeShown(page)));
    await stage.server.stop('SIGKILL');
    const fromMs = Date.now();
    await pause(goneMs / 2);
    // Sharing lays the tiles out anew; a gap counts up to then.
    const untilMs = Date.now();
    const shown = await Promise.all(everybody.map(({ page }) => takeShown(page)));
    const gaps = everybody.flatMap((one, who) =>
      others(one).map((other) => longestGapMs(shown[who]?.[other.name] ?? [], fromMs, untilMs)),
    );
    await ben.press('Share screen');
    const pressedAt = Date.now();
    const screen = `${ben.name}'s screen`;
    const firsts = await Promise.all(
      others(ben).map((one) =>
        until(`${screen} at ${one.name}`, async () => (await takeShown(one.page))[screen]?.[0], { everyMs: 250 }),
      ),
    );
    await pause(Math.max(0, fromMs + goneMs - Date.now()));
    await stage.server.start();
    const back = Date.now();
    await Promise.all(everybody.map((one) => one.waitStatus(/Connected to/, 60_000)));
    return [
      {
        name: `server gone for ${goneMs / 1_000} s in a call of 4: longest time without a frame`,
        value: Math.max(...gaps),
        unit: 'ms',
        goal: '≤ 500 ms',
        rounds: gaps,
      },
      {
        name: '  a screen shared meanwhile is there, last of three',
        value: (Math.max(...firsts) - pressedAt) / 1_000,
        unit: 's',
        goal: '≤ 3 s',
        rounds: firsts.map((first) => (first - pressedAt) / 1_000),
      },
      { name: '  everybody connected after it is back', value: (Date.now() - back) / 1_000, unit: 's' },
    ];
  } finally {
    await stage.close();
  }
}
