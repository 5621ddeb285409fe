import type { LinkMessageOf } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { Presence } from './presence.ts';
import { PRESENCE_RATE } from './session-policy.ts';

function setUp() {
  const clock = fakeClock();
  const told: LinkMessageOf<'presence'>[] = [];
  const presence = new Presence({
    clock,
    profile: () => ({ username: 'ana', displayName: 'Ana' }),
    call: () => null,
    busy: () => false,
    broadcast: (message) => void told.push(message),
  });
  return { clock, told, presence };
}
/** Presence is told at the end of a turn. */
const turn = () => Promise.resolve();

describe('the presence of this device', () => {
  it('tells many changes of one turn once, and too many turns at its rate', async () => {
    const { clock, told, presence } = setUp();
    for (let n = 0; n < 10; n++) presence.publish();
    await turn();
    expect(told).toEqual([{ type: 'presence', profile: { username: 'ana', displayName: 'Ana' }, call: null }]);
    for (let n = 0; n < 2 * PRESENCE_RATE.burst; n++) {
      presence.publish();
      await turn();
    }
    expect(told).toHaveLength(PRESENCE_RATE.burst);
    clock.advance(1_000);
    expect(told).toHaveLength(PRESENCE_RATE.burst + 1);
  });

  it('tells at once where it is asked to, before the turn ends', () => {
    const { told, presence } = setUp();
    presence.publishNow();
    expect(told).toHaveLength(1);
  });

  it('says nothing more once it is closed', async () => {
    const { clock, told, presence } = setUp();
    presence.publish();
    presence.close();
    await turn();
    clock.advance(60_000);
    expect([told, clock.pending]).toEqual([[], 0]);
  });
});
