import { CLIP_LARGE, clipsFor } from '../../tests/support/clips.ts';
import { openStage } from '../../tests/support/stage.ts';
import { until } from '../../tests/support/wait.ts';
import type { BenchRow } from '../bench-row.ts';
import { median } from '../statistics.ts';
import { openBareCall } from './bare-call.ts';

const ROUNDS = 7;

/**
 * A newcomer's way into a call of two: from pressing 'Join call' (camera and microphone are open on the screen
 * before it) to the first frame of the other that was decoded. In turns with a bare page, so that whatever else
 * the computer does touches both. The first round of each warms up and does not count.
 */
export async function run(): Promise<BenchRow[]> {
  const [first, second] = await clipsFor(2, CLIP_LARGE);
  if (!first || !second) throw new Error('no clips');
  const stage = await openStage();
  const app: number[] = [];
  const bare: number[] = [];
  try {
    const { ana, invite } = await stage.hostCall('Bench');
    const ben = await stage.enter('Ben Okafor');
    await ben.joinRoom(invite);
    const bareCall = await openBareCall([first, second]);
    try {
      for (let round = 0; round <= ROUNDS; round++) {
        const bareMs = await bareCall.round();
        await ben.joinCall();
        const look = await until('the first frame', async () => {
          const snapshot = await ben.snapshot();
          return snapshot.firstFrameAt === null ? undefined : snapshot;
        });
        const pressed = Math.max(look.pressedAt['Join call'] ?? 0, look.pressedAt['Start call'] ?? 0);
        await ben.leaveCall();
        await ana.tile(ben.name).waitFor({ state: 'detached' });
        if (round === 0) continue;
        bare.push(bareMs);
        app.push((look.firstFrameAt ?? 0) - pressed);
      }
    } finally {
      await bareCall.close();
    }
  } finally {
    await stage.close();
  }
  const bareMedian = median(bare);
  return [
    {
      name: 'join → first decoded frame',
      value: median(app) / 1000,
      unit: 's',
      comparedWith: `simple-peer over Socket.IO, nothing else: ${(bareMedian / 1000).toFixed(2)} s`,
      ratio: median(app) / bareMedian,
      goal: '≤ 0.8 s, ratio ≤ 1.5',
    },
    { name: '  slowest of the rounds', value: Math.max(...app) / 1000, unit: 's' },
  ];
}
