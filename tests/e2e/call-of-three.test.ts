import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIP_SMALL } from '#support/clips.ts';
import type { Participant } from '#support/participant.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

describe('a call of three', () => {
  let stage: Stage;
  let ana: Participant;
  let ben: Participant;
  let chloe: Participant;
  beforeAll(async () => {
    stage = await openStage();
    const hosted = await stage.hostCall('Book club', { clipSize: CLIP_SMALL });
    const joined = await stage.joinCall(hosted.invite, ['Ben Okafor', 'Chloé Martin'], { clipSize: CLIP_SMALL });
    if (!joined[0] || !joined[1]) throw new Error('someone is missing');
    [ana, ben, chloe] = [hosted.ana, joined[0], joined[1]];
  });
  afterAll(() => stage?.close());

  it('brings every picture and every message to everyone', async () => {
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
  });

  it('sends small tiles a small picture, and nothing to where it is not shown (C6)', async () => {
    const heightOf = async (label: string) =>
      (await ana.snapshot()).tiles.find((tile) => tile.label === label && tile.kind === 'camera')?.height ?? 0;
    await ana.tile(ben.name).hover();
    await ana.page.getByRole('button', { name: `Pin ${ben.name}` }).click();
    const full = await until('the whole picture in the large tile', async () => {
      const height = await heightOf(ben.name);
      return height > 0 ? height : undefined;
    });
    await until('a small picture in the small tile', async () => {
      const height = await heightOf(chloe.name);
      return height > 0 && height < full;
    });

    const sentTo = async (one: Participant) =>
      (await one.snapshot()).peers.flatMap(({ outboundVideo }) =>
        outboundVideo.map(({ framesEncoded }) => framesEncoded),
      );
    await ana.goHome();
    // Of the two that Ben sends to, one still looks.
    await until('pictures that go to one of two', async () => {
      const before = await sentTo(ben);
      await ben.waitFrames(chloe.name, 10);
      const after = await sentTo(ben);
      return after.filter((frames, at) => frames > (before[at] ?? 0)).length === 1;
    });
    await ana.openRoom('Book club');
    await ana.waitFrames(ben.name, 20);
  });

  it('leaves a picture in a small window in front, and takes it back (C4)', async () => {
    await ana.tile(ben.name).hover();
    const button = ana.page.getByRole('button', { name: `Pop out ${ben.name}` });
    const outside = () =>
      ana.page.evaluate(
        () => document.pictureInPictureElement?.closest('[data-sess]')?.getAttribute('aria-label') ?? null,
      );
    await button.click();
    await until('the picture to be outside', async () => (await outside()) === ben.name);
    await button.click();
    await until('the picture to be back', async () => (await outside()) === null);
    await ana.waitFrames(ben.name, 10);
  });

  it('is shown as each of them wants, by the keyboard alone: hands in their order, reactions, layout (C4)', async () => {
    const { page } = ana;
    const widthOf = async (label: string) => (await ana.tile(label).boundingBox())?.width ?? 0;
    for (const one of [ana, chloe]) await one.page.evaluate('document.activeElement?.blur()');
    await chloe.page.keyboard.press('h');
    await ana.tile(chloe.name).getByText('Hand raised', { exact: true }).waitFor();
    await page.keyboard.press('h');
    await ana.tile('You').getByText('Hand raised, number 2').waitFor();
    await ben.tile(chloe.name).getByText('Hand raised, number 1').waitFor();

    await page.getByRole('button', { name: 'React', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: 'Reactions' }).getByRole('button', { name: 'party' }).focus();
    await page.keyboard.press('Enter');
    for (const one of [ben, chloe]) await one.tile(ana.name).getByText('🎉').waitFor();
    await page.keyboard.press('Escape');

    await page.evaluate('document.activeElement?.blur()');
    await page.keyboard.press('g');
    await until('one tile to be large', async () => {
      const [bens, chloes] = [await widthOf(ben.name), await widthOf(chloe.name)];
      return Math.max(bens, chloes) > 2 * Math.min(bens, chloes);
    });
    await page.getByRole('button', { name: 'Choose the view' }).click();
    await page.getByRole('switch', { name: 'Show my picture' }).click();
    await ana.tile('You').waitFor({ state: 'detached' });
    await page.getByRole('switch', { name: 'Show my picture' }).click();
    await ana.tile('You').waitFor();
    // It is checked once the setting is stored.
    await page.getByRole('radio', { name: 'All alike' }).click();
    await until('tiles of one size', async () => (await widthOf(ben.name)) === (await widthOf(chloe.name)));
    await page.keyboard.press('Escape');
    await Promise.all([ben.waitFrames(ana.name, 5), ana.waitFrames(ben.name, 5)]);
  });

  it('goes on when one leaves', async () => {
    await ben.leaveCall();
    for (const one of [ana, chloe]) await one.tile(ben.name).waitFor({ state: 'detached' });
    await Promise.all([ana.waitFrames(chloe.name, 20), chloe.waitFrames(ana.name, 20)]);
  });
});
