import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '#support/built.ts';
import { CLIP_SMALL } from '#support/clips.ts';
import { type HomeNetwork, homeNetworkOrNone } from '#support/home-network.ts';
import { Participant } from '#support/participant.ts';
import { until } from '#support/wait.ts';

const network: HomeNetwork | undefined = homeNetworkOrNone('Calls over a network that changes');

describe.skipIf(network === undefined)('a call of two computers', () => {
  let folder: string;
  let ana: Participant;
  let ben: Participant;
  beforeAll(async () => {
    await ensureBuilt();
    folder = await mkdtemp(join(tmpdir(), 'parley-changing-network-'));
    const open = (name: string, clip: number, who: 'first' | 'second') =>
      Participant.open({
        name,
        folder: join(folder, who),
        clip,
        clipSize: CLIP_SMALL,
        hostArgs: [],
        within: network?.[who].within ?? [],
      });
    ana = await open('Ana Ribeiro', 0, 'first');
    await ana.createRoom('Ana’s room');
    await ana.enterCall();
    await ana.letNetworkJoin();
    ben = await open('Ben Okafor', 1, 'second');
    await ben.joinRoom(await ana.copyInvite());
    await ben.joinCall();
    await Promise.all([ana.waitFrames(ben.name, 30), ben.waitFrames(ana.name, 30)]);
  });
  afterAll(async () => {
    await Promise.all([ana, ben].map((one) => one?.close()));
    network?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('goes on over the same link when one of them gets another address, server and chat too (C5)', async () => {
    const log = () => ben.logTail(400);
    network?.leaveSecond();
    await until('the loss to be noticed', async () => /"how":"lost".*the network changed/.test(await log()));
    const backAt = performance.now();
    network?.comeBackSecond();
    await Promise.all([ana.waitFrames(ben.name, 20), ben.waitFrames(ana.name, 20)]);
    console.info(`20 more frames at both ends ${Math.round(performance.now() - backAt)} ms after the new address came`);
    await ben.send('I moved to the garden');
    await ben.waitDelivered('I moved to the garden');
    expect(await log()).toMatch(/"how":"found".*the network changed/);
    // A fresh connection has another epoch: it would mean that the old one was given up.
    for (const one of [ana, ben]) {
      const said = await one.logTail(400);
      expect(said).toMatch(/"epoch":1\b.*the link is open"/);
      expect(said).not.toMatch(/"epoch":2\b.*the link is opening/);
    }
  });

  it('goes on within seconds after one of them slept until the other had given the connection up (C5)', async () => {
    network?.sleepSecond();
    await ana
      .tile(ben.name)
      .getByText(/was lost\. Making a new one/)
      .waitFor({ timeout: 60_000 });
    network?.wakeSecond();
    const wokeAt = performance.now();
    await Promise.all([ana.waitFrames(ben.name, 20), ben.waitFrames(ana.name, 20)]);
    console.info(`20 more frames at both ends ${Math.round(performance.now() - wokeAt)} ms after waking`);
    expect(await ben.logTail(400)).toMatch(/"how":"woke".*the network changed/);
    await ben.send('I dozed off');
    await ben.waitDelivered('I dozed off');
  });
});
