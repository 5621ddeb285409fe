import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIP_LARGE, noisyClip } from '#support/clips.ts';
import type { Participant } from '#support/participant.ts';
import { hear, look } from '#support/received-media.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

/** As long as the sound takes to begin anew. */
const LOOP_SECONDS = 6;
/** The counter of the clip: black and white, above the person. */
const STRIP = { x: 0.05, y: 0.01, width: 0.9, height: 0.07 };

/** A step from black to white is at least this, and far less after it was blurred. */
const SHARP = 80;

describe('what is done to sound and picture before they are sent', () => {
  let stage: Stage;
  let ana: Participant;
  let ben: Participant;
  beforeAll(async () => {
    stage = await openStage();
    const hosted = await stage.hostCall('Studio', { clip: await noisyClip(0, CLIP_LARGE) });
    ({ ana } = hosted);
    [ben] = (await stage.joinCall(hosted.invite, ['Ben Okafor'])) as [Participant];
    await ben.waitFrames(ana.name, 10);
    // With nothing to hear from him nothing is taken out as his echo.
    await ben.page.getByRole('button', { name: 'Mute', exact: true }).click();
    await ana.page.getByRole('button', { name: 'Choose devices' }).click();
  });
  afterAll(() => stage?.close());

  const choose = (label: string, option: string) =>
    ana.page.getByRole('combobox', { name: label, exact: true }).selectOption(option);
  const heard = () => hear(ben, ana.name, LOOP_SECONDS);

  it('takes noise out and leaves the voice, from one moment to the next (C10)', async () => {
    await choose('Background noise', 'off');
    const off = await until('noise', async () => {
      const now = await heard();
      if (now.floorDb > -55) return now;
      throw new Error(JSON.stringify(now));
    });
    // One channel, twice.
    expect(off.sameDb).toBeGreaterThan(30);
    await choose('Background noise', 'strong');
    const strong = await until(
      'the noise to go',
      async () => {
        const now = await heard();
        const clearer = now.voiceDb - now.floorDb - (off.voiceDb - off.floorDb);
        if (clearer >= 15) return now;
        throw new Error(JSON.stringify({ off, now }));
      },
      { timeoutMs: 60_000 },
    );
    expect(strong.floorDb).toBeLessThan(off.floorDb - 15);
    expect(Math.abs(strong.voiceDb - off.voiceDb)).toBeLessThan(9);
  });

  it('sends music untouched and in stereo, without another negotiation (C10)', async () => {
    await ana.page.getByRole('switch', { name: 'Music mode' }).click();
    const music = await until(
      'stereo',
      async () => {
        const now = await heard();
        // The noise is another one on each side, the voice is the same.
        if (now.sameDb < 6) return now;
        throw new Error(JSON.stringify(now));
      },
      { timeoutMs: 60_000 },
    );
    expect(music.floorDb).toBeGreaterThan(-50);
    await ana.page.getByRole('switch', { name: 'Music mode' }).click();
    await until('one channel again', async () => {
      const now = await heard();
      if (now.sameDb > 30) return true;
      throw new Error(JSON.stringify(now));
    });
  });

  it('hides what is behind the person, shows the same to oneself, and shows the room again (C10)', async () => {
    // Whatever the counter says: its frame is black and white.
    expect((await look(ben, ana.name, STRIP)).edge).toBeGreaterThan(SHARP);
    const seen = (what: string, isIt: (now: Awaited<ReturnType<typeof look>>) => boolean, label = ana.name) =>
      until(
        what,
        async () => {
          const now = await look(label === 'You' ? ana : ben, label, STRIP);
          if (isIt(now)) return now;
          throw new Error(JSON.stringify(now));
        },
        { timeoutMs: 45_000 },
      );
    await choose('Background', 'blur');
    await seen('a blurred room', ({ edge }) => edge < SHARP / 2);
    await seen('the same in the own tile', ({ edge }) => edge < SHARP / 2, 'You');
    await choose('Background', 'paper');
    await seen('plain paper', ({ colour }) => colour.every((part) => part > 190) && colour[0] > colour[2]);
    await choose('Background', 'none');
    await seen('the room again', ({ edge }) => edge > SHARP);
    expect(await ana.page.getByText('Your background could not be hidden').count()).toBe(0);
  });
});
