import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeComplaints } from '#support/axe.ts';
import { CLIP_LARGE } from '#support/clips.ts';
import { readCells } from '#support/counter-code.ts';
import { downloadsOf } from '#support/open-app.ts';
import type { Participant } from '#support/participant.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { jumpTo, lastCounter, lastPictureAt, loudness, probeVideo } from '#support/video-file.ts';
import { until } from '#support/wait.ts';

/** The strip of Ben's counter in the recorded picture of two, whose right half is his. */
const BENS_COUNTER = { x: 644, y: 190, width: 628, height: 18 };

const folderOf = (one: Participant) => join(downloadsOf(one.folder), 'Recordings');

/** The files of that ending among a person's recordings. */
async function filesOf(one: Participant, ending: string): Promise<string[]> {
  const names = await readdir(folderOf(one)).catch(() => []);
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folderOf(one), name));
}

async function openMenu(one: Participant, entry: string): Promise<void> {
  await one.press('Record, go live or take a picture');
  await one.page.getByRole('button', { name: entry }).click();
}

const markOf = (one: Participant) => one.page.getByRole('group', { name: 'Your recording' });

async function record(one: Participant): Promise<void> {
  await openMenu(one, 'Record the call…');
  const dialog = one.page.getByRole('dialog', { name: 'Record this call?' });
  await dialog.getByRole('button', { name: 'Record', exact: true }).click();
  await markOf(one).waitFor();
}

describe('recording a call (C8)', () => {
  let stage: Stage;
  let ana: Participant;
  let ben: Participant;
  let invite: string;

  beforeAll(async () => {
    stage = await openStage();
    ({ ana, invite } = await stage.hostCall('Garden plans'));
    [ben] = (await stage.joinCall(invite, ['Ben Okafor'])) as [Participant];
    await ana.waitFrames('Ben Okafor', 20);
  });
  afterAll(() => stage?.close());

  it('is told to everybody, also to those who come later, and ends in a video that plays and can be jumped in', async () => {
    await record(ana);
    await ben.page.getByText('Ana Ribeiro records this call.').waitFor();
    expect(await axeComplaints(ana.page)).toEqual([]);
    expect(await axeComplaints(ben.page)).toEqual([]);
    const cem = await stage.enter('Cem Yilmaz');
    await cem.joinRoom(invite);
    await cem.prepareCall();
    await cem.page.getByText('Ana Ribeiro records this call.').waitFor();
    await markOf(ana)
      .getByText(/0:(0[6-9]|[1-5]\d)/)
      .waitFor();
    await markOf(ana).getByRole('button', { name: 'Stop' }).click();
    await ana.page.getByText(/^The recording is kept as Parley Garden plans .*\.webm\.$/).waitFor();
    await ben.page.getByText('Ana Ribeiro records this call.').waitFor({ state: 'detached' });

    const [file = '', ...more] = await filesOf(ana, '.webm');
    expect(more).toEqual([]);
    expect(await filesOf(ana, '.part')).toEqual([]);
    const { codecs, size, seconds = 0, tags } = await probeVideo(file);
    expect(codecs).toEqual(['opus', 'vp8']);
    expect(size).toEqual({ width: 1_280, height: 720 });
    expect(seconds).toBeGreaterThan(5);
    // Chromium gives up the pictures that wait for its encoder, ten at most: on a busy computer those of two or three seconds.
    expect(await lastPictureAt(file)).toBeGreaterThan(seconds - 4);
    expect(await jumpTo(file, seconds - 1)).toBeGreaterThan(seconds - 4);
    expect(await loudness(file)).toBeGreaterThan(-60);
    expect(tags.TITLE).toBe('Call in Garden plans');
    expect(tags.COMMENT).toContain('Recorded by Ana Ribeiro.');
    expect(tags.COMMENT).toContain('Ben Okafor (0:00:00 to the end)');
    await cem.close();
  });

  it('keeps a picture of the call', async () => {
    await openMenu(ana, 'Take a picture of the call');
    await ana.page.getByText(/^The picture is kept as Parley Garden plans .*\.png\.$/).waitFor();
    const [file = ''] = await filesOf(ana, '.png');
    expect((await probeVideo(file)).size).toEqual({ width: 1_280, height: 720 });
  });

  it('that is cut off by a crash is there up to the last two seconds, and is finished at the next start', async () => {
    const before = await filesOf(ana, '.webm');
    await record(ana);
    await markOf(ana)
      .getByText(/0:(0[6-9]|[1-5]\d)/)
      .waitFor();
    // The counter in Ben's picture, as Ana sees it when the app is killed and as the file ends.
    const tile = (await ana.snapshot()).tiles.find(({ label }) => label.includes('Ben Okafor'));
    await ana.kill();
    const killed = readCells(tile?.cells ?? [])?.counter ?? Number.NaN;
    const [part = ''] = await filesOf(ana, '.part');
    const { seconds: known } = await probeVideo(part);
    expect(known).toBeUndefined();
    const kept = await lastCounter(part, BENS_COUNTER);
    const { framesInLoop } = ben.clip;
    const lostFrames = (killed - kept + framesInLoop) % framesInLoop;
    expect(lostFrames / CLIP_LARGE.framesPerSecond).toBeLessThan(2);
    const endsAt = await lastPictureAt(part);

    ana = await stage.reopen(ana);
    await ana.page.getByText(/^The recording of Garden plans was kept although Parley ended\./).waitFor();
    const whole = await until('the file has its name', async () =>
      (await filesOf(ana, '.webm')).find((file) => !before.includes(file)),
    );
    const probed = await probeVideo(whole);
    expect(probed.seconds).toBeGreaterThanOrEqual(endsAt);
    expect(probed.tags.COMMENT).toContain('Ben Okafor (0:00:00 to the end)');
    expect(await lastPictureAt(whole)).toBe(endsAt);
    expect(await filesOf(ana, '.part')).toEqual([]);
  });
});
