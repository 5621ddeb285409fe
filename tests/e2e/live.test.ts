import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { axeComplaints } from '#support/axe.ts';
import type { Participant } from '#support/participant.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';
import { type Part, startWhipReceiver, type WhipReceiver } from '#support/whip-receiver.ts';

/** The strip of Ben's counter in the picture of two, whose right half is his. */
const BENS_COUNTER: Part = { x: 644 / 1_280, y: 190 / 720, width: 628 / 1_280, height: 18 / 720 };
const KEY = 'a-key.of_ours';

const markOf = (one: Participant) => one.page.getByRole('group', { name: 'Your live call' });

async function goLive(one: Participant, { address }: WhipReceiver, key: string): Promise<void> {
  await one.press('Record, go live or take a picture');
  await one.page.getByRole('button', { name: 'Go live…' }).click();
  const dialog = one.page.getByRole('dialog', { name: 'Show this call live?' });
  await dialog.getByLabel('Address of the receiver').fill(address);
  await dialog.getByLabel('Key').fill(key);
  expect(await axeComplaints(one.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Go live' }).click();
}

const liveNow = (one: Participant) => markOf(one).getByText('You are live at').waitFor();

describe('going live by WHIP (C8)', () => {
  let stage: Stage;
  let ana: Participant;
  let ben: Participant;
  let invite: string;
  let receiver: WhipReceiver;

  beforeAll(async () => {
    stage = await openStage();
    receiver = await startWhipReceiver({ key: KEY });
    ({ ana, invite } = await stage.hostCall('Garden plans'));
    [ben] = (await stage.joinCall(invite, ['Ben Okafor'])) as [Participant];
    await ana.waitFrames('Ben Okafor', 20);
  });
  afterEach(async () => {
    const stop = markOf(ana).getByRole('button', { name: 'Stop' });
    if (!ana.page.isClosed() && (await stop.isVisible())) await stop.click();
    await receiver.close();
  });
  afterAll(() => stage?.close());

  it('is told to everybody, and a receiver of another make decodes picture and sound of the call', async () => {
    await goLive(ana, receiver, KEY);
    await ben.page.getByText('Ana Ribeiro shows this call live.').waitFor();
    await liveNow(ana);
    expect(await axeComplaints(ana.page)).toEqual([]);
    const first = await until('Ben is seen at the receiver', () => receiver.counter(BENS_COUNTER), {
      timeoutMs: 60_000,
    });
    const later = await until('Ben moves at the receiver', async () => {
      const read = await receiver.counter(BENS_COUNTER);
      return read && read.counter !== first.counter ? read : undefined;
    });
    expect([first.who, later.who]).toEqual([1, 1]);
    const { size } = await until('a picture every moment', async () => {
      const state = await receiver.state();
      return state.frames > 20 ? state : undefined;
    });
    expect(size && size.width / size.height).toBeCloseTo(16 / 9, 1);
    await until('sound is heard at the receiver', async () => (await receiver.state()).loudest > 300);

    const cem = await stage.enter('Cem Yilmaz');
    await cem.joinRoom(invite);
    await cem.prepareCall();
    await cem.page.getByText('Ana Ribeiro shows this call live. If you join').waitFor();
    await cem.close();
    await markOf(ana).getByRole('button', { name: 'Stop' }).click();
    await ben.page.getByText('Ana Ribeiro shows this call live.').waitFor({ state: 'detached' });
    await until('the receiver knows', async () => (await receiver.state()).open === 0);
    expect(await receiver.state()).toMatchObject({ begun: 1, ended: 1 });
  });

  it('says that the receiver refused the key', async () => {
    receiver = await startWhipReceiver({ key: KEY });
    await goLive(ana, receiver, 'another-key');
    await ana.page.getByText(/^The call is not live .*The receiver wants a key, or refused this one\./).waitFor();
    await markOf(ana).waitFor({ state: 'detached' });
    await ben.page.getByText('Ana Ribeiro shows this call live.').waitFor({ state: 'detached' });
    expect(await receiver.state()).toMatchObject({ begun: 0 });
  });

  it('comes back to a receiver that was killed and is there again, and gives up on one that is not', async () => {
    receiver = await startWhipReceiver({ key: KEY });
    await goLive(ana, receiver, KEY);
    await liveNow(ana);
    const { port } = receiver;
    await receiver.kill();
    await markOf(ana).getByText('Coming back to').waitFor({ timeout: 60_000 });
    receiver = await startWhipReceiver({ key: KEY, port });
    await liveNow(ana);
    await until('pictures come again', async () => (await receiver.state()).frames > 0, { timeoutMs: 60_000 });
    await receiver.kill();
    await ana.page
      .getByText(/^The call goes on, and is live no more .*The connection to the receiver was lost/)
      .waitFor({ timeout: 120_000 });
    await ben.page.getByText('Ana Ribeiro shows this call live.').waitFor({ state: 'detached' });
    await ana.waitFrames('Ben Okafor', 5);
  });

  it('ends with the page, and the receiver hears of it', async () => {
    receiver = await startWhipReceiver({ key: KEY });
    await goLive(ana, receiver, KEY);
    await liveNow(ana);
    await ana.close();
    await until('the receiver knows', async () => (await receiver.state()).open === 0);
    expect(await receiver.state()).toMatchObject({ begun: 1, ended: 1 });
  });
});
