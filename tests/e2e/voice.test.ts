import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeComplaints } from '#support/axe.ts';
import type { Participant } from '#support/participant.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

/** The voice messages that are kept in a person's profile. */
async function voicesOf(one: Participant): Promise<string[]> {
  const names = await readdir(join(one.profile, 'files')).catch(() => []);
  return names.filter((name) => name.endsWith('.voice')).sort();
}

const messagesOf = (one: Participant): Locator =>
  one.page.getByRole('feed', { name: 'Messages' }).getByRole('group', { name: /^Voice message/ });
const recordButton = (one: Participant): Locator => one.page.getByRole('button', { name: 'Record a voice message' });

/** Plays the first voice message until it was heard for a while. */
async function hear(one: Participant): Promise<void> {
  const message = messagesOf(one).first();
  await message.getByRole('button', { name: 'Play' }).click();
  await until(`${one.name} hears it`, async () => {
    const at = await message.getByRole('slider', { name: 'Position' }).getAttribute('aria-valuenow');
    return Number(at) >= 1;
  });
  await message.getByRole('button', { name: 'Pause' }).click();
}

describe('voice messages between people (H10)', () => {
  let stage: Stage;
  let ana: Participant;
  let ben: Participant;
  let invite: string;

  beforeAll(async () => {
    stage = await openStage();
    ana = await stage.enter('Ana Ribeiro');
    await ana.createRoom('Garden plans');
    await ana.openRoom('Garden plans');
    ben = await stage.enter('Ben Okafor');
    invite = await ana.copyInvite();
    await ben.joinRoom(invite);
    await Promise.all([ana.sees('Ben Okafor'), ben.sees('Ana Ribeiro')]);
    await Promise.all([ana.openPanel('Chat'), ben.openPanel('Chat')]);
  });
  afterAll(() => stage?.close());

  it('are recorded by holding, arrive by themselves, and play', async () => {
    const button = await recordButton(ana).boundingBox();
    if (!button) throw new Error('there is no button to record');
    await ana.page.mouse.move(button.x + button.width / 2, button.y + button.height / 2);
    await ana.page.mouse.down();
    await ana.page.getByRole('timer').filter({ hasText: '0:03' }).waitFor();
    await ana.page.mouse.up();
    await messagesOf(ana).waitFor();
    await messagesOf(ben).waitFor();
    await until('Ben has it', async () => (await voicesOf(ben)).length === 1);
    expect(await voicesOf(ben)).toEqual(await voicesOf(ana));
    await hear(ben);
    await hear(ana);
    expect(await axeComplaints(ben.page)).toEqual([]);
  });

  it('are gone through with the arrow keys', async () => {
    const slider = messagesOf(ben).getByRole('slider', { name: 'Position' });
    await slider.press('End');
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^(\d+) of \1 seconds$/);
    await slider.press('Home');
    expect(await slider.getAttribute('aria-valuenow')).toBe('0');
  });

  it('are recorded by keyboard, and discarded with Escape', async () => {
    await recordButton(ana).press('Enter');
    await ana.page.getByRole('timer').filter({ hasText: '0:01' }).waitFor();
    await ana.page.keyboard.press('Escape');
    await recordButton(ana).waitFor();
    expect(await voicesOf(ana)).toHaveLength(1);
    await recordButton(ana).press('Enter');
    await ana.page.getByRole('timer').filter({ hasText: '0:01' }).waitFor();
    expect(await axeComplaints(ana.page)).toEqual([]);
    await ana.page.keyboard.press('Enter');
    await until('Ben has both', async () => (await voicesOf(ben)).length === 2);
  });

  it('that were not sent wait for their author over a restart', async () => {
    await recordButton(ana).press('Enter');
    await ana.page.getByRole('timer').filter({ hasText: '0:01' }).waitFor();
    await ana.goHome();
    await until('it is kept', async () => (await voicesOf(ana)).length === 3);
    ana = await stage.reopen(ana);
    await ana.openRoom('Garden plans');
    const kept = ana.page.getByRole('group', { name: 'A recording that was not sent' });
    await kept.getByRole('button', { name: 'Discard the recording' }).click();
    await until('it is gone', async () => (await voicesOf(ana)).length === 2);
  });

  it('are given on by whoever has them, after a restart as well', async () => {
    await ana.close();
    ben = await stage.reopen(ben);
    await ben.openRoom('Garden plans');
    const cem = await stage.enter('Cem Yilmaz');
    await cem.joinRoom(invite);
    await cem.sees('Ben Okafor');
    await cem.openPanel('Chat');
    await until('Cem has both', async () => (await voicesOf(cem)).length === 2);
    await hear(cem);
    ana = await stage.reopen(ana);
    await ana.openRoom('Garden plans');
    await hear(ana);
  });

  it('that are deleted leave nothing in the profiles of others', async () => {
    const message = messagesOf(ana).first();
    await message.hover();
    await ana.page.getByRole('button', { name: 'Delete for everyone' }).first().click();
    await ana.page.getByRole('button', { name: 'Delete', exact: true }).click();
    await until('one is left', async () => (await voicesOf(ana)).length === 1 && (await voicesOf(ben)).length === 1);
  });
});
