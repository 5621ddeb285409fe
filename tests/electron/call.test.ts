import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerHost } from '@parley/shared/model';
import { formatInvite, parseInvite } from '@parley/shared/sealing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '#support/wait.ts';
import { installApp, ownFolder } from './support/electron-app.ts';
import { type LocalNetwork, openLocalNetwork } from './support/network.ts';
import { openPerson, type Person } from './support/person.ts';
import { openScreen, type Screen } from './support/screen.ts';

const answersAt = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

describe('a call of two in Electron', () => {
  let folder: string;
  let screen: Screen;
  let installed: Awaited<ReturnType<typeof installApp>>;
  let network: LocalNetwork;
  let ana: Person;
  let ben: Person;

  const openAna = () => openPerson('Ana Ribeiro', 0, { installed, screen, home: join(folder, 'ana') });
  const openBen = () => openPerson('Ben Okafor', 1, { installed, screen, home: join(folder, 'ben'), endBy: 'signal' });
  const portOf = (person: Person) => Number(readFileSync(join(person.app.profile, 'server.port'), 'utf8'));

  /** The invite with the address that other computers reach the first one at, which uses another one itself. */
  const overTheNetwork = (invite: string): string => {
    const read = parseInvite(invite);
    if (!read.ok) throw new Error(read.message);
    return formatInvite({ ...read.value, host: ServerHost.parse(`${network.address}:${portOf(ana)}`) });
  };

  beforeAll(async () => {
    folder = ownFolder(mkdtempSync(join(tmpdir(), 'parley-call-')));
    [screen, installed, network] = await Promise.all([openScreen(), installApp(), openLocalNetwork()]);
    [ana, ben] = await Promise.all([openAna(), openBen()]);
    await ana.at.openSettings();
    await ana.at.page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Servers' }).click();
    await ana.at.page.getByRole('switch', { name: 'Let other computers on my network join' }).click();
    await until('the server to listen to the network', () => answersAt(network.address, portOf(ana)));
    await ana.at.goHome();
    await ana.at.createRoom('Garden plans');
    await ana.at.enterCall();
    await ben.at.joinRoom(overTheNetwork(await ana.at.copyInvite()));
    await ben.at.joinCall();
  });
  afterAll(async () => {
    await Promise.allSettled([ben?.at.close(), ana?.at.close()]);
    await screen?.close();
    await network?.close();
    await installed?.remove();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('brings the moving picture of each to the other', async () => {
    const [atAna, atBen] = await Promise.all([ana.at.waitFrames(ben.at.name, 40), ben.at.waitFrames(ana.at.name, 40)]);
    expect([atAna.who, atBen.who]).toEqual([ben.at.clip.who, ana.at.clip.who]);
  });

  it('meets over the address that the network has, on the server of one of them', async () => {
    expect(await ben.at.page.evaluate('desktop.call("rooms.list", {})')).toMatchObject({
      value: { items: [expect.objectContaining({ host: `${network.address}:${portOf(ana)}` })] },
    });
    await ben.at.sees(ana.at.name);
  });

  it('delivers messages both ways', async () => {
    await ana.at.send('the pears are ripe');
    await ben.at.openPanel('Chat');
    await ben.at.message('the pears are ripe').waitFor();
    await ben.at.send('then we pick them on Friday');
    await ana.at.message('then we pick them on Friday').waitFor();
    await ana.at.waitDelivered('the pears are ripe');
    await ben.at.waitDelivered('then we pick them on Friday');
  });

  it('shares the screen that was chosen, and nothing when the question was closed (C3)', async () => {
    const label = `${ben.at.name}'s screen`;
    await ben.at.press('Share screen');
    await screen.press('Share a screen or window', 'Escape');
    await until(
      'the question to be closed',
      async () => (await screen.windows('Share a screen or window')).length === 0,
    );
    expect(await ana.at.tile(label).count()).toBe(0);
    await ben.at.press('Share screen');
    await screen.press('Share a screen or window', 'Right', 'Return');
    await until(`frames of ${label}`, async () => (await ana.at.seen(label)).framesDecoded > 5);
    await ben.at.press('Stop sharing');
    await ana.at.tile(label).waitFor({ state: 'detached' });
  });

  it('asks before its window closes in a call, and the call goes on when that was a slip', async () => {
    const frames = (await ana.at.seen(ben.at.name)).framesDecoded;
    await ana.app.main.ask('(setTimeout(() => electron.BrowserWindow.getAllWindows()[0].close(), 100), null)');
    await screen.press('Leave the call', 'Escape');
    await until('the question to be closed', async () => (await screen.windows('Leave the call')).length === 0);
    await until('more frames', async () => (await ana.at.seen(ben.at.name)).framesDecoded > frames + 20);
    await ben.at.sees(ana.at.name);
  });

  it('ends in order, and has everything when it starts again', async () => {
    await ben.at.send('bring the long ladder');
    await ben.at.waitDelivered('bring the long ladder');
    const port = portOf(ana);
    const leaving = ana.at.close();
    await screen.press('Leave the call', 'Right', 'Return');
    // The system's end of a session asks nothing.
    await Promise.all([ben.at.close(), leaving]);
    expect(await ana.app.ended).toEqual({ code: 0, signal: null });
    expect(await ben.app.ended).toEqual({ code: 0, signal: null });
    // Written back into the file, and let go of.
    for (const left of ['history.db-wal', 'history.db-shm']) {
      expect(existsSync(join(ana.app.profile, left)), left).toBe(false);
    }
    const log = readFileSync(join(ana.app.profile, 'parley.log'), 'utf8');
    expect(log).toContain('"message":"the link is open"');
    expect(log).not.toMatch(/Ana|Ribeiro|Okafor|parley:/);
    await until('the server to be gone', async () => !(await answersAt('127.0.0.1', port)));

    [ana, ben] = await Promise.all([openAna(), openBen()]);
    expect(portOf(ana)).toBe(port);
    for (const one of [ana.at, ben.at]) {
      await one.openRoom('Garden plans');
      await one.openPanel('Chat');
      await one.message('bring the long ladder').waitFor();
      expect(await one.search('ladder')).toBe(1);
      await one.closeSearch();
    }
    await ana.at.joinCall();
    await ben.at.joinCall();
    await ana.at.waitFrames(ben.at.name, 10);
    await ana.at.press('Leave');
  });
});
