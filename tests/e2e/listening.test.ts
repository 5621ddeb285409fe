import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIP_SMALL, louderClip } from '#support/clips.ts';
import type { Participant } from '#support/participant.ts';
import { hear, type Sound } from '#support/received-media.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

describe('voices of a call', () => {
  let stage: Stage;
  let ana: Participant;
  let quinn: Participant;
  let luca: Participant;
  beforeAll(async () => {
    stage = await openStage();
    const hosted = await stage.hostCall('Choir', { clipSize: CLIP_SMALL });
    ({ ana } = hosted);
    const join = async (name: string, decibels: number) => {
      const clip = await louderClip(0, CLIP_SMALL, decibels);
      const [one] = await stage.joinCall(hosted.invite, [name], { clip });
      return one as Participant;
    };
    // The same words from far away and near. The gain of their own microphones makes up for most of it.
    quinn = await join('Quiet Quinn', -24);
    luca = await join('Loud Luca', 0);
    await ana.waitFrames(luca.name, 10);
  });
  afterAll(() => stage?.close());

  /** What plays sound of others on Ana's screen: elements that are heard, and those that only run. */
  const playing = (heard: readonly string[], running: readonly string[]) =>
    until(`${heard.join()} to be heard and ${running.join()} to run`, async () => {
      const now = await ana.page.evaluate(() =>
        [...document.querySelectorAll<HTMLMediaElement>('[data-sess]:not([data-sess=self]) video, audio')].map(
          ({ tagName, muted }) => ({ kind: tagName.toLowerCase(), muted }),
        ),
      );
      const kinds = (muted: boolean) => now.flatMap((one) => (one.muted === muted ? [one.kind] : [])).toSorted();
      if (String([kinds(false), kinds(true)]) === String([heard, running])) return true;
      throw new Error(JSON.stringify(now));
    });
  const heardOf = async (one: Participant, sound: Sound) => (await hear(ana, one.name, 6, sound)).voiceDb;

  it('are heard as loud as each other (C4)', async () => {
    const { before, after } = await until(
      'both voices to be alike',
      async () => {
        const apart = async (sound: Sound) => Math.abs((await heardOf(quinn, sound)) - (await heardOf(luca, sound)));
        const [before, after] = await Promise.all([apart('came'), apart('played')]);
        if (after < 3) return { before, after };
        throw new Error(JSON.stringify({ before, after }));
      },
      { timeoutMs: 90_000 },
    );
    expect(before).toBeGreaterThan(5);
    expect(after).toBeLessThan(3);
  });

  it('are played as they come where somebody sends music, and where the person wants it (C4)', async () => {
    await playing(['audio', 'audio'], ['video', 'video']);
    await luca.page.getByRole('button', { name: 'Choose devices' }).click();
    await luca.page.getByRole('switch', { name: 'Music mode' }).click();
    await playing(['audio', 'video'], ['video']);
    await ana.openSettings();
    await playing(['audio', 'audio'], ['audio']);
    await ana.page
      .getByRole('navigation', { name: 'Settings' })
      .getByRole('button', { name: 'Camera and sound' })
      .click();
    await ana.page.getByRole('switch', { name: 'Even out voices' }).click();
    await playing(['audio', 'audio'], []);
    await ana.page.getByRole('button', { name: 'Back to the call' }).click();
    await playing(['video', 'video'], []);
  });
});
