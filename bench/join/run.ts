import { CLIP_LARGE, clipsFor } from '../../tests/support/clips.ts';
import { openStage } from '../../tests/support/stage.ts';
import type { BenchRow } from '../bench-row.ts';
import { median } from '../statistics.ts';
import { openBareCall } from './bare-call.ts';
import { enter } from './enter.ts';
import { firstTime } from './first-time.ts';

const ROUNDS = 7;
const ROOM = 'Bench';

/**
 * A newcomer's way into a call of two: from pressing 'Join call' (camera and microphone are open on the screen
 * before it) to the first frame of the other that was decoded. In turns with a bare page, so that whatever else
 * the computer does touches both. Each round begins with a fresh page and a fresh link, then goes in once more on
 * the link that is there. The first round of each warms up and does not count.
 */
export async function run({ quick = false } = {}): Promise<BenchRow[]> {
  const rounds = quick ? 1 : ROUNDS;
  const [first, second] = await clipsFor(2, CLIP_LARGE);
  if (!first || !second) throw new Error('no clips');
  const stage = await openStage();
  const fresh: number[] = [];
  const again: number[] = [];
  const bare: number[] = [];
  let newcomers: BenchRow;
  try {
    const { ana, invite } = await stage.hostCall(ROOM);
    const ben = await stage.enter('Ben Okafor');
    await ben.joinRoom(invite);
    const bareCall = await openBareCall([first, second]);
    const leave = async () => {
      await ben.leaveCall();
      await ana.tile(ben.name).waitFor({ state: 'detached' });
    };
    try {
      for (let round = 0; round <= rounds; round++) {
        const bareMs = await bareCall.round();
        await ben.page.reload();
        await ben.openRoom(ROOM);
        await ben.page.getByRole('button', { name: 'Join call' }).first().waitFor();
        const freshMs = await enter(ben);
        await leave();
        const againMs = await enter(ben);
        await leave();
        if (round === 0) continue;
        bare.push(bareMs);
        fresh.push(freshMs);
        again.push(againMs);
      }
    } finally {
      await bareCall.close();
    }
    newcomers = await firstTime({ rounds, clips: [first, second], stage, invite });
  } finally {
    await stage.close();
  }
  const bareMedian = median(bare);
  const comparedWith = `simple-peer over Socket.IO, nothing else: ${(bareMedian / 1000).toFixed(2)} s`;
  const row = (name: string, values: readonly number[]): BenchRow => ({
    name,
    value: median(values) / 1000,
    unit: 's',
    comparedWith,
    ratio: median(values) / bareMedian,
  });
  return [
    {
      ...row('join → first decoded frame', fresh),
      goal: '≤ 0.8 s, ratio ≤ 1.3',
      rounds: fresh.map((ms) => ms / 1_000),
    },
    { name: '  slowest of the rounds', value: Math.max(...fresh) / 1000, unit: 's' },
    row('join again on the same link', again),
    newcomers,
  ];
}
