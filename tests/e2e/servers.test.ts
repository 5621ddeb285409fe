import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostedServers, openHostedServers } from '#support/hosted-servers.ts';
import type { Participant } from '#support/participant.ts';
import {
  answerPassword,
  checkFinds,
  getInAgain,
  joinListed,
  joinWithInvitation,
  makeRoom,
  openListedRooms,
  revokedCard,
  skipCall,
  waitRevoked,
} from '#support/server-moves.ts';
import { openStage, type Stage } from '#support/stage.ts';

describe('servers that somebody hosts', () => {
  let stage: Stage;
  let hosted: HostedServers;
  let ana: Participant;
  let ben: Participant;

  beforeAll(async () => {
    stage = await openStage();
    hosted = await openHostedServers(stage.folder);
    ana = await stage.enter('Ana Ribeiro');
    ben = await stage.enter('Ben Okafor');
  });
  afterAll(async () => {
    await stage?.close();
    await hosted?.close();
  });

  it('is added by invitation; a room there is joined by a pasted message; both are told when a right is revoked (C1)', async () => {
    const [forAna, forBen] = [await hosted.grant('Ana'), await hosted.grant('Ben')];
    await ana.addServer(`Dear Ana, this is yours:\n${forAna.invitation}\nKind regards`, { name: 'Orchestra' });
    await makeRoom(ana, 'Strings', 'Orchestra');
    const message = await ana.copyInviteMessage();

    await ben.typeInvite(message);
    expect(await ben.waitStatus(/leads to a room on/)).toMatch(
      /Nothing was asked of it yet|the computer it was made on/,
    );
    await joinWithInvitation(ben, 'Strings', forBen.invitation);
    await ana.sees(ben.name);

    await hosted.revoke(forBen);
    await waitRevoked(ben);
    await getInAgain(ben, hosted.byToken.host, (await hosted.grant('Ben')).invitation);
    await hosted.revoke(forAna);
    await ana.openServers();
    await revokedCard(ana, 'Orchestra');
  });

  it('asks for its password in the lobby, says when it is wrong, and joins without a reload', async () => {
    await ana.addServer(hosted.byPassword.host, { name: 'Club', password: hosted.password });
    await makeRoom(ana, 'Ropes', 'Club');
    const invite = await ana.copyInvite();
    await ben.page.evaluate('window.stayed = true');
    await ben.typeInvite(invite);
    await answerPassword(ben, 'wrong');
    expect(await ben.alertText()).toContain('did not accept');
    await answerPassword(ben, hosted.password);
    await ben.page.getByRole('heading', { level: 1, name: 'Ropes' }).waitFor();
    await ben.sees(ana.name);
    expect(await ben.page.evaluate('window.stayed')).toBe(true);
  });

  it('lists a room, which is found by search, joined with its passphrase, renamed and withdrawn (C1)', async () => {
    const { host } = stage.server;
    await checkFinds(ana, host, 'Keeps a list of rooms');
    await ana.goHome();
    await ana.createRoom('Beekeepers', { server: host, passphrase: 'lavender honey', listed: true });
    await skipCall(ana);
    await ana.openPanel('Details');
    await ana.page.getByRole('button', { name: 'Take it off the list' }).waitFor();
    await ana.page.getByText('the person who runs the server cannot').waitFor();

    const search = await openListedRooms(ben, host);
    await search.fill('nothing of the kind');
    await ben.waitStatus(/No room on this list/);
    await search.fill('beek');
    await joinListed(ben, 'Beekeepers', 'lavender honey');
    await ben.sees(ana.name);

    await ana.openPanel('Details');
    await ana.page.getByRole('textbox', { name: 'Name of the room' }).fill('Bee friends');
    await ana.page.getByRole('button', { name: 'Rename' }).click();
    await (await openListedRooms(ben, host)).fill('bee friends');
    await ben.page
      .getByRole('list', { name: /^Rooms on/ })
      .getByRole('button', { name: 'Open Bee friends' })
      .waitFor();

    await ana.page.getByRole('button', { name: 'Take it off the list' }).click();
    await ana.page.getByRole('button', { name: 'Put it on the list' }).waitFor();
    await (await openListedRooms(ben, host)).fill('bee');
    await ben.waitStatus(/No room on this list/);
  });
});
