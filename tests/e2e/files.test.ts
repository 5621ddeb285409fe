import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LIMITS } from '@parley/shared/protocol';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downloadsOf } from '#support/open-app.ts';
import { ASK_FILE_BYTES, CUT } from '#support/page-probe.ts';
import type { Participant } from '#support/participant.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The card of a file. */
const cardOf = (one: Participant, name: string): Locator =>
  one.page.getByRole('feed', { name: 'Messages' }).getByRole('group', { name: new RegExp(`^${name}`) });

const press = (one: Participant, button: string, name: string): Promise<void> =>
  cardOf(one, name)
    .getByRole('button', { name: `${button}: ${name}` })
    .click();

async function waitState(one: Participant, name: string, words: string | RegExp): Promise<void> {
  const card = cardOf(one, name);
  try {
    await card.getByRole('status').filter({ hasText: words }).waitFor({ timeout: 60_000 });
  } catch (error) {
    const shown = (await card.count()) > 0 ? await card.innerText() : 'nothing';
    throw new Error(`${one.name} sees no ${words} on ${name}, but: ${shown}`, { cause: error });
  }
}

const received = (one: Participant, name: string): Promise<Buffer> => readFile(join(downloadsOf(one.folder), name));

describe('files between two people (H7)', () => {
  let stage: Stage;
  let ana: Participant;
  let ben: Participant;
  let here: string;

  beforeAll(async () => {
    stage = await openStage();
    here = join(stage.folder, 'chosen');
    await mkdir(here);
    ana = await stage.enter('Ana Ribeiro');
    await ana.createRoom('Garden plans');
    await ana.openRoom('Garden plans');
    ben = await stage.enter('Ben Okafor');
    await ben.joinRoom(await ana.copyInvite());
    await Promise.all([ana.sees('Ben Okafor'), ben.sees('Ana Ribeiro')]);
    await Promise.all([ana.openPanel('Chat'), ben.openPanel('Chat')]);
  });
  afterAll(() => stage?.close());

  /** Chooses a file of this content as a person does. */
  async function choose(one: Participant, name: string, content: Uint8Array): Promise<void> {
    const path = join(here, name);
    await writeFile(path, content);
    await one.page.getByLabel('Send files', { exact: true }).and(one.page.locator('input')).setInputFiles(path);
  }

  it('go from one to the other whole, when the other wants them', async () => {
    const content = randomBytes(5_000_000);
    await choose(ana, 'seeds.bin', content);
    await waitState(ben, 'seeds.bin', 'Offered to you');
    await press(ben, 'Download', 'seeds.bin');
    await waitState(ben, 'seeds.bin', 'Downloaded');
    expect(sha256(await received(ben, 'seeds.bin'))).toBe(sha256(content));
    await waitState(ana, 'seeds.bin', /Sent to .*Ben Okafor/);
  });

  it('arrive whole over ten cuts and a restart of each side, with at most one block sent again for each', async () => {
    const content = randomBytes(20_000_000);
    const size = content.length;
    await choose(ana, 'harvest.bin', content);
    await waitState(ben, 'harvest.bin', 'Offered to you');
    const countedBefore = await ben.page.evaluate<number>(ASK_FILE_BYTES);
    let arrived = -countedBefore;
    let cuts = 0;
    await press(ben, 'Download', 'harvest.bin');
    const arrivedNow = async () => arrived + (await ben.page.evaluate<number>(ASK_FILE_BYTES));
    for (let step = 1; step <= 12; step++) {
      const wanted = (size * step) / 14;
      await until(`${step} parts of fourteen`, async () => (await arrivedNow()) >= wanted, {
        everyMs: 10,
        timeoutMs: 60_000,
      });
      cuts += 1;
      if (step === 4) {
        arrived = await arrivedNow();
        ben = await stage.reopen(ben);
        await ben.openRoom('Garden plans');
      } else if (step === 8) {
        ana = await stage.reopen(ana);
        await ana.openRoom('Garden plans');
        const chosen = cardOf(ana, 'harvest.bin');
        await chosen.getByRole('button', { name: 'Choose again: harvest.bin' }).waitFor();
        await chosen.locator('input[type=file]').setInputFiles(join(here, 'harvest.bin'));
      } else {
        await (step % 2 === 0 ? ana : ben).page.evaluate(CUT);
      }
    }
    await waitState(ben, 'harvest.bin', 'Downloaded');
    arrived = await arrivedNow();
    expect(sha256(await received(ben, 'harvest.bin'))).toBe(sha256(content));
    expect(arrived).toBeLessThanOrEqual(size + cuts * LIMITS.fileBlockBytes);
  }, 300_000);
});
