import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeComplaints } from '#support/axe.ts';
import { openStage, type Stage } from '#support/stage.ts';

describe('the main screens, as axe sees them', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  for (const theme of ['light', 'dark'] as const) {
    it(`home, lobby, settings, pre-join, room, chat, people, search: ${theme}`, async () => {
      const ana = await stage.enter('Ana Ribeiro', { theme });
      const complaints: string[] = [];
      const look = async (screen: string) => {
        complaints.push(...(await axeComplaints(ana.page)).map((line) => `${screen}: ${line}`));
      };
      await look('home');
      await ana.page.getByRole('button', { name: 'Start a call' }).click();
      await ana.page.getByRole('dialog', { name: 'New room' }).waitFor();
      await look('new room');
      await ana.page.keyboard.press('Escape');
      await ana.typeInvite('parley://nonsense');
      await ana.alertText();
      await look('lobby');
      await ana.goHome();
      await ana.createRoom('Quiet room');
      await look('pre-join');
      await ana.enterCall();
      await look('call');
      await ana.send('a first message');
      await ana.message('a first message').waitFor();
      await look('chat');
      await ana.openPanel('People');
      await look('people');
      await ana.openPanel('Details');
      await look('details');
      await ana.search('first');
      await look('search');
      await ana.closeSearch();
      await ana.leaveCall();
      await ana.openSettings();
      await look('settings');
      expect(complaints).toEqual([]);
      await ana.close();
    });
  }
});
