import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIP_SMALL } from '#support/clips.ts';
import { openStage, type Stage } from '#support/stage.ts';

describe('a call of three', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  it('brings every picture and every message to everyone, and goes on when one leaves', async () => {
    const { ana, invite } = await stage.hostCall('Book club', { clipSize: CLIP_SMALL });
    const [ben, chloe] = await stage.joinCall(invite, ['Ben Okafor', 'Chloé Martin'], { clipSize: CLIP_SMALL });
    if (!ben || !chloe) throw new Error('someone is missing');
    const all = [ana, ben, chloe];

    await Promise.all(
      all.flatMap((one) =>
        all
          .filter((other) => other !== one)
          .map(async (other) => expect((await one.waitFrames(other.name, 30, 90_000)).who).toBe(other.clip.who)),
      ),
    );

    await chloe.send('chapter four for next week');
    for (const one of [ana, ben]) {
      await one.openPanel('Chat');
      await one.message('chapter four for next week').waitFor();
    }
    await chloe.waitDelivered('chapter four for next week');

    await ben.leaveCall();
    for (const one of [ana, chloe]) await one.tile(ben.name).waitFor({ state: 'detached' });
    await Promise.all([ana.waitFrames(chloe.name, 20), chloe.waitFrames(ana.name, 20)]);
  });
});
