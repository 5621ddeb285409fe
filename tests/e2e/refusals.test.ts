import { ServerHost } from '@parley/shared/model';
import { sentenceOf } from '@parley/shared/protocol';
import { createInvite, formatInvite } from '@parley/shared/sealing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostArguments } from '#support/app-host.ts';
import type { Participant } from '#support/participant.ts';
import { startProcess } from '#support/processes.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

describe('refusals and their sentences', () => {
  let stage: Stage;
  let ana: Participant;
  let ben: Participant;
  let invite: string;
  beforeAll(async () => {
    stage = await openStage({ env: { ROOM_CAPACITY: '2' } });
    ({ ana, invite } = await stage.hostCall('Small room'));
    ben = await stage.enter('Ben Okafor');
  });
  afterAll(() => stage?.close());

  /** The lobby's answer to a text; the lobby stays there. */
  const refusalOf = async (text: string): Promise<string> => {
    await ben.typeInvite(text);
    const button = ben.page.getByRole('button', { name: 'Join room' });
    if (await button.isEnabled()) await button.click();
    const said = await ben.alertText();
    expect(await ben.page.getByRole('heading', { name: 'Join with a link' }).isVisible()).toBe(true);
    await ben.page.getByRole('textbox', { name: 'Invite link or message' }).fill('');
    return said;
  };

  it('a text that is no invite', async () => {
    expect(await refusalOf('https://example.org/j/123456')).toContain(sentenceOf('invite-invalid'));
  });

  it('an invite that was cut', async () => {
    expect(await refusalOf(invite.slice(0, -9))).toContain(sentenceOf('invite-cut'));
  });

  it('an invite of a newer version', async () => {
    expect(await refusalOf(invite.replace('#1.', '#2.'))).toContain(sentenceOf('invite-version'));
  });

  it('a server that does not answer: the app says so and stays usable', async () => {
    const { invite: elsewhere } = await createInvite(ServerHost.parse('127.0.0.1:1'));
    await ben.tryInvite(formatInvite(elsewhere));
    await until('the sentence', async () => {
      const said = await ben.page.locator('[role=alert], [role=status]').allTextContents();
      if (said.some((text) => /does not answer|cannot be reached|not reachable/i.test(text))) return true;
      throw new Error(said.join(' | '));
    });
    await ben.goHome();
  });

  it('a room that is full; who is in it goes on (S1)', async () => {
    await ben.joinRoom(invite);
    await ben.joinCall();
    await ana.waitFrames(ben.name, 5);
    const chloe = await stage.enter('Chloé Martin');
    await chloe.tryInvite(invite);
    await until('the sentence', async () => {
      const said = await chloe.page.locator('[role=alert], [role=status]').allTextContents();
      if (said.some((text) => text.includes('full'))) return true;
      throw new Error(said.join(' | '));
    });
    await chloe.close();
    await ana.waitFrames(ben.name, 20);
    await ben.leaveCall();
  });

  it('a second start on the same profile: one sentence, another exit code, the first goes on', async () => {
    const second = startProcess({ args: hostArguments(ana.profile, ['--no-embedded-server']) });
    const end = await second.ended;
    expect(end.code).not.toBe(0);
    expect(`${second.lines.join('\n')}${second.errorText}`).toMatch(/already (open|running)/i);
    expect(`${second.lines.join('\n')}${second.errorText}`).not.toMatch(/\n\s+at /);
    await ana.openPanel('Chat');
    await ana.send('still here');
    await ana.message('still here').waitFor();
  });
});
