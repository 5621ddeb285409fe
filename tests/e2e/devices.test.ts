import { sentenceOf } from '@parley/shared/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Equipment } from '#support/browser.ts';
import type { Participant } from '#support/participant.ts';
import { openStage, type Stage } from '#support/stage.ts';
import { until } from '#support/wait.ts';

describe('joining a call without everything', () => {
  let stage: Stage;
  let ana: Participant;
  let invite: string;
  beforeAll(async () => {
    stage = await openStage();
    ({ ana, invite } = await stage.hostCall('Workshop'));
  });
  afterAll(() => stage?.close());

  const cases: {
    title: string;
    name: string;
    equipment: Equipment;
    says: RegExp;
    sendsPicture: boolean;
    sendsSpeech: boolean;
  }[] = [
    {
      title: 'no camera',
      name: 'Dai Nakamura',
      equipment: { camera: false },
      says: new RegExp(sentenceOf('camera-missing')),
      sendsPicture: false,
      sendsSpeech: true,
    },
    {
      title: 'no microphone',
      name: 'Eya Ben Salah',
      equipment: { microphone: false },
      says: new RegExp(sentenceOf('microphone-missing')),
      sendsPicture: true,
      sendsSpeech: false,
    },
    {
      title: 'neither camera nor microphone',
      name: 'Finn Larsen',
      equipment: { camera: false, microphone: false },
      says: new RegExp(sentenceOf('camera-missing')),
      sendsPicture: false,
      sendsSpeech: false,
    },
    {
      title: 'permission denied',
      name: 'Grace Mbeki',
      equipment: { permission: 'denied' },
      says: new RegExp(sentenceOf('camera-denied')),
      sendsPicture: false,
      sendsSpeech: false,
    },
  ];

  for (const { title, name, equipment, says, sendsPicture, sendsSpeech } of cases) {
    it(`works with ${title}, and says so (C1)`, async () => {
      const guest = await stage.enter(name, { equipment });
      try {
        await guest.joinRoom(invite);
        await guest.prepareCall();
        await until(`"${says.source}" on the pre-join screen`, async () => {
          const said = await guest.page.locator('[role=alert], [role=status]').allTextContents();
          if (said.some((text) => says.test(text))) return true;
          throw new Error(said.join(' | '));
        });
        await guest.enterCall();
        await guest.waitFrames(ana.name, 20);
        await ana.tile(name).waitFor();
        if (sendsPicture) {
          expect((await ana.waitFrames(name, 20)).who).toBe(guest.clip.who);
        } else {
          expect((await ana.seen(name)).framesDecoded).toBe(0);
        }
        const hears = async () => {
          const look = await ana.snapshot();
          const tile = look.tiles.find(({ label }) => label === name);
          return look.peers
            .flatMap((peer) => peer.inboundAudio)
            .some(({ trackId }) => tile?.trackIds.includes(trackId));
        };
        if (sendsSpeech) await until(`speech of ${name}`, hears);
        else expect(await hears()).toBe(false);
        await guest.leaveCall();
      } finally {
        await guest.close();
      }
      await ana.tile(name).waitFor({ state: 'detached' });
    });
  }
});
