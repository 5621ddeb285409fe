import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHostedServers } from '#support/hosted-servers.ts';
import { startServer } from '#support/server.ts';
import { joinListed, makeRoom, openListedRooms, skipCall } from '#support/server-moves.ts';
import type { EnterOptions, Stage } from '#support/stage.ts';
import type { Look } from './look.ts';
import { makeNames } from './named-servers.ts';

const ORCHESTRA = 'calls.orchestra.example';
const CLUB = 'talk.climbing-club.example';
const TOWN = 'parley.riverton.example';
const LISTED: { name: string; passphrase?: string }[] = [
  { name: 'Allotment gardeners' },
  { name: 'Parents of class 4b', passphrase: 'lavender honey' },
  { name: 'Repair café' },
];
const PASSPHRASE = 'seven old ladders';

/** Servers in the settings, a list of rooms, a room of it that was joined, and an invite as QR code. */
export async function serverPictures(stage: Stage, look: Look, options: EnterOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-pictures-'));
  const names = await makeNames(folder, [ORCHESTRA, CLUB, TOWN]);
  const town = await startServer({ ...names.serverOf(TOWN, 8443), logTo: join(folder, 'town.log') });
  const hosted = await openHostedServers(folder, {
    byToken: names.serverOf(ORCHESTRA, 8444),
    byPassword: names.serverOf(CLUB, 8445),
  });
  // Each app has its own server as well, as `npm start` gives it one.
  const enter = (name: string) =>
    stage.enter(name, { ...options, hostArgs: [], hostEnv: names.hostEnv, homeServer: town.host });
  try {
    const ana = await enter('Ana Ribeiro');
    const ben = await enter('Ben Okafor');
    await ben.addServer(town.host, { name: 'Riverton' });
    for (const room of [...LISTED, { name: 'Beekeepers', passphrase: PASSPHRASE }]) {
      await ben.goHome();
      await ben.createRoom(room.name, { server: 'Riverton', listed: true, ...room });
      await skipCall(ben);
      await ben.openPanel('Details');
      await ben.page.getByRole('button', { name: 'Take it off the list' }).waitFor();
    }
    await ana.addServer(town.host, { name: 'Riverton' });
    await ana.addServer((await hosted.grant('Ana')).invitation, { name: 'Orchestra' });
    await ana.addServer(hosted.byPassword.host, { name: 'Climbing club', password: hosted.password });
    await makeRoom(ana, 'Strings', 'Orchestra');
    await ana.page.getByRole('button', { name: 'Invite people' }).first().click();
    await ana.page.getByRole('button', { name: 'Show QR code' }).click();
    await ana.page.getByRole('img', { name: /^QR code/ }).waitFor();
    await look('invite-qr', ana);
    await ana.page.keyboard.press('Escape');

    await openListedRooms(ana, 'Riverton');
    await ana.page.getByRole('button', { name: 'Join Beekeepers' }).waitFor();
    await look('listed-rooms', ana);
    await joinListed(ana, 'Beekeepers', PASSPHRASE);
    await ana.sees(ben.name);
    await ben.openPanel('Chat');
    await ben.send('Welcome! The next meeting is on Thursday at the old mill.');
    await ben.waitDelivered('Welcome!');
    await ana.send('Thanks, I will bring the smoker.');
    await ana.waitDelivered('Thanks');
    await ana.openPanel('Details');
    await look('listed-room', ana);

    await ana.openServers();
    await look('servers', ana);
    await ana.close();
    await ben.close();
  } finally {
    await hosted.close();
    await town.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
