import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Participant } from '#support/participant.ts';
import { skipCall } from '#support/server-moves.ts';
import { openStage, type Stage } from '#support/stage.ts';

describe('a room with rules (C9)', () => {
  let stage: Stage;
  let ana: Participant;
  let ben: Participant;
  let cem: Participant;
  let invite: string;
  beforeAll(async () => {
    stage = await openStage();
    ana = await stage.enter('Ana Ribeiro');
    await ana.createRoom('Family');
    await skipCall(ana);
    invite = await ana.copyInvite();
    ben = await stage.enter('Ben Okafor');
    await ben.joinRoom(invite);
    await ana.sees('Ben Okafor');
    cem = await stage.enter('Cem Kaya');
  });
  afterAll(() => stage?.close());

  const listed = ({ page }: Participant, name: string) =>
    page.getByRole('list', { name: 'People' }).getByRole('listitem').filter({ hasText: name });
  const atTheDoor = ({ page }: Participant) => page.getByRole('alert', { name: 'Somebody at the door' });

  it('is locked: who comes with the invite alone knocks, and sees nobody until they are let in', async () => {
    await ana.openPanel('Details');
    await ana.page.getByRole('switch', { name: 'Lock room' }).click();
    await ana.page.getByRole('list', { name: 'Let in' }).getByText('Ben Okafor').waitFor();

    await cem.tryInvite(invite);
    await cem.page.getByText('This room is locked. Its owner was asked to let you in.').waitFor({ timeout: 30_000 });
    await atTheDoor(ana).getByText('Cem Kaya', { exact: true }).first().waitFor();
    expect(await atTheDoor(ben).count()).toBe(0);
    expect(await cem.page.getByText('Nobody else is here').count()).toBe(1);
    // The card lies over every screen.
    await ana.goHome();
    await atTheDoor(ana).getByRole('button', { name: 'Let in Cem Kaya' }).click();
    await cem.sees('Ana Ribeiro');
    await cem.sees('Ben Okafor');
    await ben.sees('Cem Kaya');
    expect(await atTheDoor(ana).count()).toBe(0);
  });

  it('removes somebody for everybody, says so to them, and lets them back in', async () => {
    await ana.openRoom('Family');
    await ana.openPanel('People');
    await ana.page.getByRole('button', { name: /^Remove Cem Kaya/ }).click();
    await ana.page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await cem.page.getByText('You were removed from this room by its owner.').waitFor({ timeout: 30_000 });
    for (const one of [ana, ben]) await listed(one, 'Cem Kaya').waitFor({ state: 'detached', timeout: 30_000 });
    await listed(ben, 'Ana Ribeiro').waitFor();

    cem = await stage.reopen(cem);
    await cem.openRoom('Family');
    await cem.page.getByText('You were removed from this room by its owner.').waitFor();
    await ana.openPanel('Details');
    await ana.page.getByRole('button', { name: /^Let back in.*Cem Kaya/ }).click();
    await cem.page.getByRole('button', { name: 'Try again' }).click();
    await cem.page.getByRole('button', { name: 'Start call' }).waitFor({ timeout: 30_000 });
    await cem.sees('Ana Ribeiro');
    await cem.sees('Ben Okafor');
  });
});
