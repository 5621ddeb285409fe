import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { RefreshToken } from '@parley/shared/protocol';
import { formatServerInvite } from '@parley/shared/sealing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Participant } from '#support/participant.ts';
import { startProcess } from '#support/processes.ts';
import { startServer, type TestServer } from '#support/server.ts';
import { openStage, type Stage } from '#support/stage.ts';

const PASSWORD = 'seven-quiet-otters-cross-the-ford';
const Right = z.object({ id: z.string(), token: RefreshToken });

describe('servers that somebody hosts', () => {
  let stage: Stage;
  let byToken: TestServer;
  let byPassword: TestServer;
  let tokenEnv: Record<string, string>;
  let ana: Participant;
  let ben: Participant;

  beforeAll(async () => {
    stage = await openStage();
    tokenEnv = {
      ACCESS: 'token',
      TOKEN_SECRET: randomBytes(48).toString('base64url'),
      TOKEN_FILE: join(stage.folder, 'rights.db'),
    };
    byToken = await startServer({ env: tokenEnv, logTo: join(stage.folder, 'by-token.log') });
    byPassword = await startServer({
      env: { ACCESS: 'password', ACCESS_PASSWORD: PASSWORD },
      logTo: join(stage.folder, 'by-password.log'),
    });
    ana = await stage.enter('Ana Ribeiro');
    ben = await stage.enter('Ben Okafor');
  });
  afterAll(async () => {
    await stage?.close();
    await Promise.all([byToken?.close(), byPassword?.close()]);
  });

  /** `npm run server -- token …`, as the host of the server does it. */
  async function token(...args: string[]): Promise<string> {
    const command = startProcess({
      args: ['signaling-server/src/main.ts', 'token', ...args],
      env: { NODE_ENV: 'test', ...tokenEnv },
    });
    try {
      return await command.waitForLine('the answer of the token command', (line) => line.trim() || undefined);
    } finally {
      await command.close();
    }
  }
  /** A right for somebody, and the invitation that carries it. */
  async function rightFor(name: string) {
    const right = Right.parse(JSON.parse(await token('create', '--name', name, '--json')));
    return { id: right.id, invitation: formatServerInvite({ host: byToken.host, refreshToken: right.token }) };
  }
  const toRoom = (one: Participant) => one.page.getByRole('button', { name: 'Cancel' }).click();

  it('is added by invitation; a room there is joined by a pasted message; both are told when a right is revoked', async () => {
    const [forAna, forBen] = [await rightFor('Ana'), await rightFor('Ben')];
    await ana.addServer(`Dear Ana, this is yours:\n${forAna.invitation}\nKind regards`, { name: 'Orchestra' });
    await ana.goHome();
    await ana.createRoom('Strings', { server: 'Orchestra' });
    await toRoom(ana);
    const message = await ana.copyInviteMessage();

    await ben.typeInvite(message);
    expect(await ben.waitStatus(/introduced by/)).toMatch(/Nothing was asked of it yet|the computer it was made on/);
    await ben.page.getByRole('button', { name: 'Join room' }).click();
    await ben.page.getByRole('textbox', { name: /^Your invitation to the server/ }).fill(forBen.invitation);
    await ben.page.getByRole('button', { name: 'Join room' }).click();
    await ben.page.getByRole('heading', { level: 1, name: 'Strings' }).waitFor();
    await ana.sees(ben.name);

    await token('revoke', forBen.id);
    expect(await ben.waitStatus(/took your right to use it back|revoked|taken back/i)).toBeTruthy();
    await ben.page.getByRole('button', { name: 'Get in again' }).click();
    const card = ben.serverCard(byToken.host);
    await card.getByText('took your right to use it back').waitFor();
    const again = await rightFor('Ben');
    await card.getByRole('textbox', { name: 'New invitation to this server' }).fill(again.invitation);
    await card.getByRole('button', { name: 'Use this invitation' }).click();
    await card.getByText('Connected').waitFor();
    await token('revoke', forAna.id);
    await ana.openServers();
    await ana.serverCard('Orchestra').getByText('took your right to use it back').waitFor();
  });

  it('asks for its password in the lobby, says when it is wrong, and joins without a reload', async () => {
    await ana.addServer(byPassword.host, { name: 'Club', password: PASSWORD });
    await ana.goHome();
    await ana.createRoom('Ropes', { server: 'Club' });
    await toRoom(ana);
    const invite = await ana.copyInvite();
    await ben.page.evaluate('window.stayed = true');
    await ben.tryInvite(invite);
    const field = ben.page.getByLabel(/^Password of the server/);
    await field.fill('wrong');
    await ben.page.getByRole('button', { name: 'Join room' }).click();
    expect(await ben.alertText()).toContain('did not accept');
    await field.fill(PASSWORD);
    await ben.page.getByRole('button', { name: 'Join room' }).click();
    await ben.page.getByRole('heading', { level: 1, name: 'Ropes' }).waitFor();
    await ben.sees(ana.name);
    expect(await ben.page.evaluate('window.stayed')).toBe(true);
  });

  it('lists a room, which is found by search, joined with its passphrase, renamed and withdrawn', async () => {
    const openList = async () => {
      await ben.openServers();
      const card = ben.page
        .getByRole('list', { name: 'Servers' })
        .getByRole('listitem')
        .filter({ hasText: stage.server.host });
      await card.getByRole('button', { name: /^Check/ }).click();
      await card.getByRole('button', { name: 'Listed rooms' }).click();
      return ben.page.getByRole('searchbox');
    };
    await ana.openServers();
    await ana.page.getByRole('button', { name: `Check ${stage.server.host}` }).click();
    await ana.serverCard(stage.server.host).getByText('Keeps a list of rooms').waitFor();
    await ana.goHome();
    await ana.createRoom('Beekeepers', { server: stage.server.host, passphrase: 'lavender honey', listed: true });
    await toRoom(ana);
    await ana.openPanel('Details');
    await ana.page.getByRole('button', { name: 'Take it off the list' }).waitFor();
    await ana.page.getByText('the operator of the server cannot').waitFor();

    const search = await openList();
    await search.fill('nothing of the kind');
    await ben.waitStatus(/No room on this list/);
    await search.fill('beek');
    await ben.page.getByRole('button', { name: 'Join Beekeepers' }).click();
    const dialog = ben.page.getByRole('dialog', { name: 'Join Beekeepers' });
    await dialog.getByText('everybody there sees its name').waitFor();
    await dialog.getByLabel('Passphrase of the room').fill('lavender honey');
    await dialog.getByRole('button', { name: 'Join room' }).click();
    await ben.page.getByRole('button', { name: 'Invite people' }).waitFor();
    await ben.sees(ana.name);

    await ana.openPanel('Details');
    await ana.page.getByRole('textbox', { name: 'Name of the room' }).fill('Bee friends');
    await ana.page.getByRole('button', { name: 'Rename' }).click();
    await (await openList()).fill('bee friends');
    await ben.page
      .getByRole('list', { name: /^Rooms on/ })
      .getByRole('button', { name: 'Open Bee friends' })
      .waitFor();

    await ana.page.getByRole('button', { name: 'Take it off the list' }).click();
    await ana.page.getByRole('button', { name: 'Put it on the list' }).waitFor();
    await (await openList()).fill('bee');
    await ben.waitStatus(/No room on this list/);
  });
});
