import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIP_SMALL } from '#support/clips.ts';
import type { Participant } from '#support/participant.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

describe('people, from their list and in a call (C11)', () => {
  let stage: Stage;
  let ana: Participant;
  let ben: Participant;
  beforeAll(async () => {
    stage = await openStage();
    ana = await stage.enter('Ana Ribeiro', { clipSize: CLIP_SMALL });
    ben = await stage.enter('Ben Okafor', { clipSize: CLIP_SMALL });
    await ana.createRoom('Allotment');
    await ana.page.getByRole('button', { name: 'Cancel' }).click();
    await ben.joinRoom(await ana.copyInvite());
    await ana.sees(ben.name);
  });
  afterAll(() => stage?.close());

  const openPeople = async (one: Participant) => {
    await one.page.getByRole('button', { name: 'People', exact: true }).click();
    await one.page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
  };
  /** Notices lie over the tiles and their tools until they are dismissed or leave. */
  const dismissNotice = async (one: Participant, text: string) => {
    const notice = one.page.getByRole('region', { name: 'Notices' }).locator('> div').filter({ hasText: text });
    await notice.getByRole('button', { name: 'Dismiss' }).click();
    await notice.waitFor({ state: 'detached' });
  };
  const ring = (one: Participant) => one.page.getByRole('alertdialog', { name: 'Incoming call' });

  it('are invited to another room over the link, and look at it before they join', async () => {
    await ana.goHome();
    await ana.createRoom('Harvest');
    await ana.page.getByRole('button', { name: 'Cancel' }).click();
    await openPeople(ana);
    await ana.page.getByRole('button', { name: new RegExp(`^Invite ${ben.name}`) }).click();
    const dialog = ana.page.getByRole('dialog', { name: /^Invite/ });
    await dialog.getByRole('combobox', { name: 'To which room?' }).selectOption({ label: 'Harvest' });
    await dialog.getByRole('button', { name: 'Send invite' }).click();
    await dialog.waitFor({ state: 'detached' });
    await dismissNotice(ana, 'The invite was sent to');

    const card = ben.page.getByRole('alert', { name: 'Invitation' });
    await card.getByText('Harvest').waitFor();
    await card.getByRole('button', { name: 'Look at it' }).click();
    await ben.page.getByRole('heading', { name: 'Join with a link' }).waitFor();
    expect(await ben.page.getByRole('textbox', { name: 'Invite link or message' }).inputValue()).toMatch(/^parley:/);
    await ben.page.getByRole('button', { name: 'Join room' }).click();
    await ben.page.getByRole('heading', { level: 1, name: 'Harvest' }).waitFor();
  });

  it('do not ring while they want quiet, and then see what they missed', async () => {
    await ben.page.getByRole('button', { name: /^Do not disturb/ }).click();
    await ben.page.getByRole('button', { name: 'Until I turn it off' }).click();
    await ana.openRoom('Allotment');
    await ana.joinCall();
    await ben.openRoom('Allotment');
    // The call shows in the room all the same, so it was heard of.
    await ben.page.locator('header').getByRole('button', { name: 'Join call' }).waitFor();
    expect(await ring(ben).count()).toBe(0);
    await ben.page.getByRole('button', { name: /^Do not disturb/ }).click();
    await ben.page.getByRole('button', { name: 'Let calls ring again' }).click();
    await ring(ben).getByText(`${ana.name} is calling`).waitFor();
    await ring(ben).getByRole('button', { name: 'Decline' }).click();
    await ring(ben).waitFor({ state: 'detached' });
    await ana.page.getByText(`${ben.name} declined.`).waitFor();
    await dismissNotice(ana, 'declined the call');
  });

  it('are muted and hidden for oneself alone: their picture is not sent any more', async () => {
    await ben.joinCall();
    await ana.waitFrames(ben.name, 10);
    const tile = ana.tile(ben.name);
    await tile.hover();
    await tile.getByRole('button', { name: `Mute ${ben.name} for you` }).click();
    await tile.getByText('Muted for you').waitFor();
    // The voice is evened out, and played beside its picture.
    const volume = () => tile.locator('audio').evaluate((audio: HTMLAudioElement) => audio.volume);
    expect(await volume()).toBe(0);
    await tile.getByRole('button', { name: `Hide ${ben.name}'s picture for you` }).click();
    await tile.getByText('Picture hidden for you').waitFor();
    const encoded = async () =>
      (await ben.snapshot()).peers.flatMap(({ outboundVideo }) => outboundVideo.map((each) => each.framesEncoded));
    await until('nothing more to be encoded for Ana', async () => {
      const before = await encoded();
      await ben.waitFrames(ana.name, 20);
      return String(await encoded()) === String(before);
    });
    // Ben is told of neither.
    expect(await ben.page.getByText(/muted you|hid your/i).count()).toBe(0);
    await tile.hover();
    await tile.getByRole('button', { name: `Hide ${ben.name}'s picture for you` }).click();
    await tile.getByRole('button', { name: `Mute ${ben.name} for you` }).click();
    await ana.waitFrames(ben.name, 10);
    expect(await volume()).toBe(1);
    await ben.leaveCall();
    await ana.leaveCall();
  });

  it('are blocked from the list: the link ends, nothing they write is seen, until they are unblocked', async () => {
    await openPeople(ana);
    await ana.page.getByRole('button', { name: `Block ${ben.name}…` }).click();
    await ana.page
      .getByRole('dialog', { name: `Block ${ben.name}?` })
      .getByRole('button', { name: 'Block' })
      .click();
    await ana.page.getByText('You blocked').waitFor();
    await ben.openRoom('Allotment');
    await ben.openPanel('People');
    await ben.page.getByText('Nobody else is here at the moment.').waitFor();
    await ben.send('are the beans ready?');

    await ana.openSettings();
    await ana.page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Privacy' }).click();
    await ana.page.getByRole('button', { name: `Unblock ${ben.name}` }).click();
    await ana.page.getByText('can reach you again').waitFor();
    await ana.openRoom('Allotment');
    await ana.sees(ben.name);
    await ana.openPanel('Chat');
    await ana.message('are the beans ready?').waitFor();
  });
});
