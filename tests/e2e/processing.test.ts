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
    await until(
      'stereo',
      async () => {
        const now = await heard();
        // The noise is another one on each side, the voice is the same. Silence, while the microphone is asked anew, has no sides.
        if (now.sameDb < 6 && now.floorDb > -50) return now;
        throw new Error(JSON.stringify(now));
      },
      { timeoutMs: 60_000 },
    );
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
    await choose('Background', 'blur');
    await seen('a blurred room', ({ edge }) => edge < SHARP / 2);
    await seen('the same in the own tile', ({ edge }) => edge < SHARP / 2, 'You');
    await choose('Background', 'paper');
    await seen('plain paper', ({ colour }) => colour.every((part) => part > 190) && colour[0] > colour[2]);
    await choose('Background', 'none');
    await seen('the room again', ({ edge }) => edge > SHARP);
    expect(await ana.page.getByText('Your background could not be hidden').count()).toBe(0);
  });

  it('puts a picture of their own behind the person, takes nothing that is none, and blurs the room when it is removed (C10)', async () => {
    await ana.openSettings();
    await ana.page
      .getByRole('navigation', { name: 'Settings' })
      .getByRole('button', { name: 'Camera and sound' })
      .click();
    const input = ana.page.getByLabel('Picture for your background');
    await input.setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer: Buffer.from('<svg/>') });
    await ana.page.getByText('This file cannot be your background.').waitFor();
    await input.setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer: await redPicture(ana) });
    await ana.page.getByRole('img', { name: 'Your own picture' }).waitFor();
    expect(await ana.page.getByText('This file cannot be your background.').count()).toBe(0);
    const isRed = ({ colour: [red, green, blue] }: Awaited<ReturnType<typeof look>>) => red > 150 && green + blue < 120;
    await seen('a red room', isRed);
    const options = ana.page.getByRole('combobox', { name: 'Background', exact: true }).getByRole('option');
    expect(await options.allTextContents()).toContain('Picture: your own');
    await ana.page.getByRole('button', { name: 'Remove', exact: true }).click();
    await ana.page.getByText('Your picture is removed. Your room is blurred instead.').waitFor();
    await seen('a blurred room', (now) => !isRed(now) && now.edge < SHARP / 2);
    expect(await ana.page.evaluate(async () => (await fetch('/background')).status)).toBe(404);
    expect(await options.allTextContents()).not.toContain('Picture: your own');
    await choose('Background', 'none');
    await seen('the room again', ({ edge }) => edge > SHARP);
  });
});

/** A red picture, larger than one that is kept and of another shape, as PNG. */
async function redPicture(who: Participant): Promise<Buffer> {
  const bytes = await who.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(2_000, 2_000);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    context.fillStyle = '#d01010';
    context.fillRect(0, 0, canvas.width, canvas.height);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())];
  });
  return Buffer.from(bytes);
}
