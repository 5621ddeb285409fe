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
    it(`home, lobby, settings, servers, lists, invites, pre-join, room, chat, people, search: ${theme}`, async () => {
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
      await ana.page.getByRole('button', { name: 'Test the connection' }).click();
      await ana.page.getByRole('button', { name: 'Test again' }).waitFor();
      await look('pre-join, tested');
      await ana.enterCall();
      await look('call');
      await ana.send('a first message');
      await ana.message('a first message').waitFor();
      await look('chat');
      const input = ana.page.getByLabel('Send files', { exact: true }).and(ana.page.locator('input'));
      await input.setInputFiles({ name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from('seeds') });
      await ana.page
        .getByRole('group', { name: /^list.txt/ })
        .getByText('Offered to the room')
        .waitFor();
      await look('chat with a file');
      await ana.openPanel('People');
      await look('people');
      await ana.openPanel('Details');
      await look('details');
      await ana.search('first');
      await look('search');
      await ana.closeSearch();
      await ana.page.getByRole('button', { name: 'Invite people' }).first().click();
      await ana.page.getByRole('dialog', { name: /^Invite people/ }).waitFor();
      await look('invite');
      await ana.page.getByRole('button', { name: 'Show QR code' }).click();
      await ana.page.getByRole('img', { name: /^QR code/ }).waitFor();
      await look('QR code');
      await ana.page.keyboard.press('Escape');
      await ana.leaveCall();
      await ana.openSettings();
      await look('settings');
      await ana.openServers();
      await look('servers');
      await ana.page.getByRole('button', { name: 'Add a server' }).click();
      await ana.page.getByRole('dialog', { name: 'Add a server' }).waitFor();
      await look('add a server');
      await ana.page.keyboard.press('Escape');
      await ana.page.getByRole('button', { name: `Check ${stage.server.host}` }).click();
      await ana.serverCard(stage.server.host).getByRole('button', { name: 'Listed rooms' }).click();
      await ana.waitStatus(/This list is empty/);
      await look('listed rooms');
      expect(complaints).toEqual([]);
      await ana.close();
    });
  }
});
