import { describe, expect, it } from 'vitest';
import { fakeTrack } from '../mesh/testing/fake-peers.ts';
import { NO_TRACKS } from '../mesh/track-slots.ts';
import type { OwnMedia } from './call-membership.ts';
import type { LinkQuality } from './link-quality.ts';
import { type FakeMember, FakeRoom } from './testing/fake-room.ts';

function media(): OwnMedia {
  return { microphone: 'live', camera: true, screen: false, tracks: { ...NO_TRACKS, camera: fakeTrack('video') } };
}

/** Ana and Ben in a call, whose connections count as the browser does. */
async function callOfTwo() {
  const room = await FakeRoom.create();
  const ana = await room.member('ana');
  const ben = await room.member('ben');
  for (const each of [ana, ben]) each.session.joinCall(media());
  await room.quiet();
  let round = 0;
  /** Two seconds, in which these encoders are kept back by their processor. */
  const pass = async (...busy: FakeMember[]) => {
    round += 1;
    for (const peer of room.net.alive) {
      const isBusy = busy.some(({ certificate }) => certificate === peer.certificate);
      const timestamp = round * 2_000;
      peer.entries = [
        { id: 't', type: 'transport', timestamp, selectedCandidatePairId: 'p' },
        { id: 'p', type: 'candidate-pair', timestamp, currentRoundTripTime: 0.02 },
        {
          ...{ id: 'o', type: 'outbound-rtp', kind: 'video', timestamp, packetsSent: round * 200 },
          qualityLimitationReason: isBusy ? 'cpu' : 'none',
        },
      ];
    }
    await room.later(2_000);
  };
  const quality = (member: FakeMember): LinkQuality | undefined => member.seen().participants[0]?.quality;
  return { room, ana, ben, pass, quality };
}

describe('what is wrong at one end of a call', () => {
  it('is said to the other end, whose words name it, and taken back (C7)', async () => {
    const { ana, ben, pass, quality } = await callOfTwo();
    await pass();
    await pass();
    expect([quality(ana), quality(ben)]).toEqual([{ level: 'good' }, { level: 'good' }]);
    for (let round = 0; round < 6; round++) await pass(ana);
    expect(ana.seen().troubles).toEqual(['computer']);
    expect(ben.seen().troubles).toEqual([]);
    expect(quality(ana)).toEqual({ level: 'fair', cause: { kind: 'own-computer' } });
    expect(quality(ben)).toEqual({ level: 'fair', cause: { kind: 'their-computer' } });
    for (let round = 0; round < 8; round++) await pass();
    expect(ana.seen().troubles).toEqual([]);
    expect([quality(ana), quality(ben)]).toEqual([{ level: 'good' }, { level: 'good' }]);
  });

  it('is no more said when the call is left (C7)', async () => {
    const { ana, ben, pass, quality } = await callOfTwo();
    for (let round = 0; round < 6; round++) await pass(ana);
    expect(quality(ben)).toMatchObject({ cause: { kind: 'their-computer' } });
    ana.session.leaveCall();
    for (let round = 0; round < 4; round++) await pass(ana);
    expect(ana.seen().troubles).toEqual([]);
    expect(quality(ben)).toEqual({ level: 'good' });
  });

  it('is gone when the last other one leaves the room, and not in the next call (C7)', async () => {
    const { room, ana, ben, pass } = await callOfTwo();
    for (let round = 0; round < 6; round++) await pass(ana);
    expect(ana.seen().troubles).toEqual(['computer']);
    await ben.session.leave();
    await room.quiet();
    expect(ana.seen().troubles).toEqual([]);
  });
});
