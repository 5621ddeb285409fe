import type { Bridge } from '@parley/shared/bridge';
import type { PeerStanding } from '@parley/shared/model';
import { accept, type Outcome, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { PeerNames } from './peer-names.ts';
import type { SessionNotice } from './session-state.ts';
import { fakeDevice, fakeParticipant } from './testing/fake-participant.ts';

const CARL = { username: 'carl', displayName: 'Carl' };

function setUp() {
  const met: unknown[] = [];
  const notices: SessionNotice[] = [];
  const counts = { shown: 0, standing: 0 };
  const core: { answer: Outcome<PeerStanding> } = {
    answer: accept({ deviceId: fakeDevice('d'), name: 'Carl', standing: 'verified' }),
  };
  const bridge = {
    call: (_name: string, input: unknown) => {
      met.push(input);
      return Promise.resolve(core.answer);
    },
  } as unknown as Bridge;
  const names = new PeerNames({
    bridge,
    notice: (notice) => void notices.push(notice),
    shown: () => void counts.shown++,
    standingChanged: () => void counts.standing++,
  });
  return { met, notices, counts, core, names, ...fakeParticipant('a') };
}

describe('the names that peers say', () => {
  it('are shown at once, told to the core with the device, and get its standing', async () => {
    const { met, counts, names, participant, notices } = setUp();
    names.said(participant, CARL);
    expect(participant.name).toBe('ben');
    await names.take(participant);
    expect([participant.name, participant.standing]).toEqual(['Carl', 'verified']);
    expect(met).toEqual([{ deviceId: participant.deviceId, profile: CARL }]);
    expect([counts, notices]).toEqual([{ shown: 1, standing: 1 }, []]);
  });

  it('are not told to the core again when they are the same', async () => {
    const { met, names, participant } = setUp();
    names.said(participant, { ...participant.profile });
    await names.take(participant);
    expect(met).toEqual([]);
  });

  it('of another device stop media and warn the person, once', async () => {
    const { core, names, notices, participant } = setUp();
    core.answer = accept({ deviceId: participant.deviceId, name: 'Carl', standing: 'changed' });
    for (const username of ['carl', 'carla']) {
      names.said(participant, { ...CARL, username });
      await names.take(participant);
    }
    expect(participant.mayReceiveMedia).toBe(false);
    expect(notices).toEqual([expect.objectContaining({ tone: 'trouble', code: 'identity-changed' })]);
    expect(notices[0]?.text).toContain('Carl');
  });

  it('leave the standing as it was when the core cannot keep them', async () => {
    const { core, counts, names, participant } = setUp();
    core.answer = refuse('disk-full');
    names.said(participant, CARL);
    await names.take(participant);
    expect([participant.name, participant.standing, counts.standing]).toEqual(['Carl', 'pinned', 0]);
  });
});
