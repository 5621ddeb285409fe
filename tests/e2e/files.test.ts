import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LIMITS } from '@parley/shared/protocol';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downloadsOf } from '#support/open-app.ts';
import { ASK_CUTS_LEFT, ASK_FILE_BYTES, planCuts, setAway } from '#support/page-probe.ts';
import type { Participant } from '#support/participant.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

/** `PARLEY_FILE_BYTES=500000000` sends the largest file that Parley takes; the cuts spread over it. */
const CUT_FILE_BYTES = Number(process.env.PARLEY_FILE_BYTES ?? 40_000_000);
const LARGER = CUT_FILE_BYTES / 40_000_000;
const CUT_TIMEOUT_MS = 60_000 * LARGER;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The card of a file. */
const cardOf = (one: Participant, name: string): Locator =>
  one.page.getByRole('feed', { name: 'Messages' }).getByRole('group', { name: new RegExp(`^${name}`) });

const press = (one: Participant, button: string, name: string): Promise<void> =>
  cardOf(one, name)
    .getByRole('button', { name: `${button}: ${name}` })
    .click();

async function waitState(one: Participant, name: string, words: string | RegExp, timeout = 60_000): Promise<void> {
  const card = cardOf(one, name);
  try {
    await card.getByRole('status').filter({ hasText: words }).waitFor({ timeout });
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

  /** Both cards of a file and both logs, for a message about what did not come. */
  async function scene(name: string): Promise<string> {
    const parts = [ana, ben].map(async (one) => `${await cardOf(one, name).innerText()}\n${await one.logTail()}`);
    return (await Promise.all(parts)).join('\n');
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

  it(
    'arrive whole over ten cuts and a restart of each side, with at most one block sent again for each',
    async () => {
      const name = 'harvest.bin';
      const content = randomBytes(CUT_FILE_BYTES);
      const size = content.length;
      await choose(ana, name, content);
      await waitState(ben, name, 'Offered to you');
      const receivedIn = (one: Participant) => one.page.evaluate<number>(ASK_FILE_BYTES);
      const cutsLeft = (one: Participant) => one.page.evaluate<number>(ASK_CUTS_LEFT);
      const waitCuts = async (one: Participant) => {
        try {
          await until('the planned cuts', async () => (await cutsLeft(one)) === 0, { timeoutMs: CUT_TIMEOUT_MS });
        } catch (error) {
          throw new Error(`${one.name} has cuts left\n${await scene(name)}`, { cause: error });
        }
      };
      const cutsAfter = (...bytes: number[]) => bytes.map((each) => each * LARGER);
      // Bytes that came to a page of Ben's that is closed, less those that came before this file.
      let before = -(await receivedIn(ben));

      // Four cuts in turns. Nothing comes after the fifth, so that the bytes of the page that closes are counted whole.
      await ben.page.evaluate(planCuts(cutsAfter(1_300_000, 2_600_000, 2_600_000), { stays: true }));
      await ana.page.evaluate(planCuts(cutsAfter(2_600_000, 2_600_000)));
      await press(ben, 'Download', name);
      await waitCuts(ben);
      before += await receivedIn(ben);

      // Ben's page finds nobody until its cuts are planned. Three more; the last one is Ana's, who stays away.
      await ana.page.evaluate(setAway(true));
      ben = await stage.reopen(ben);
      await ben.page.evaluate(planCuts(cutsAfter(1_300_000, 2_600_000)));
      await ben.openRoom('Garden plans');
      await ana.page.evaluate(planCuts(cutsAfter(2_600_000, 2_600_000), { stays: true }));
      await ana.page.evaluate(setAway(false));
      await waitCuts(ana);

      // Three more after Ana's restart: she chooses the file again.
      await ben.page.evaluate(planCuts(cutsAfter(1_300_000, 2_600_000)));
      ana = await stage.reopen(ana);
      await ana.page.evaluate(planCuts(cutsAfter(2_600_000)));
      await ana.openRoom('Garden plans');
      const chosen = cardOf(ana, name);
      await chosen.getByRole('button', { name: `Choose again: ${name}` }).waitFor();
      await chosen.locator('input[type=file]').setInputFiles(join(here, name));
      await waitState(ben, name, 'Downloaded', CUT_TIMEOUT_MS);

      const arrived = before + (await receivedIn(ben));
      expect([await cutsLeft(ana), await cutsLeft(ben)]).toEqual([0, 0]);
      expect(sha256(await received(ben, name))).toBe(sha256(content));
      expect(arrived).toBeGreaterThanOrEqual(size);
      expect(arrived).toBeLessThanOrEqual(size + 12 * LIMITS.fileBlockBytes);
    },
    300_000 * LARGER,
  );
});
