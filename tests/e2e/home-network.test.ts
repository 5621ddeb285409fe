import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '#support/built.ts';
import { CLIP_SMALL } from '#support/clips.ts';
import { homeNetworkOrNone } from '#support/home-network.ts';
import { Participant } from '#support/participant.ts';

const network = homeNetworkOrNone('Two computers in one network');

describe.skipIf(network === undefined)('two computers in one home network', () => {
  let folder: string;
  const people: Participant[] = [];
  beforeAll(async () => {
    await ensureBuilt();
    folder = await mkdtemp(join(tmpdir(), 'parley-home-network-'));
  });
  afterAll(async () => {
    await Promise.all(people.map((one) => one.close()));
    network?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  /** As `npm start` opens it for the first time on that computer. */
  const start = async (name: string, who: 'first' | 'second') => {
    const one = await Participant.open({
      name,
      folder: join(folder, who),
      clip: people.length,
      clipSize: CLIP_SMALL,
      hostArgs: [],
      within: network?.[who].within ?? [],
    });
    people.push(one);
    return one;
  };

  it('are in a call after what each first start offers by itself', async () => {
    const ana = await start('Ana Ribeiro', 'first');
    await ana.createRoom('Ana’s room');
    await ana.enterCall();
    await ana.letNetworkJoin();
    const message = await ana.copyInviteMessage();
    expect(message).toContain(network?.first.address);

    const ben = await start('Ben Okafor', 'second');
    await ben.typeInvite(message);
    expect(await ben.waitStatus(/leads to a room on/)).toContain('it is a computer in your network');
    await ben.page.getByRole('button', { name: 'Join room' }).click();
    await ben.joinCall();
    expect((await ben.waitFrames(ana.name, 30)).who).toBe(ana.clip.who);
    expect((await ana.waitFrames(ben.name, 30)).who).toBe(ben.clip.who);
    await ben.send('I can see you');
    await ben.waitDelivered('I can see you');
  });
});
