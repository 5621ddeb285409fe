import type { Bridge } from '@parley/shared/bridge';
import { type LinkMessageOf, RoomId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { Presence } from './presence.ts';
import { PRESENCE_RATE, RENAMES_RATE } from './session-policy.ts';

const DAY_MS = 86_400_000;
const roomId = RoomId.parse('A'.repeat(22));

function setUp(own: { name: string; renamedAt: number } | null) {
  const clock = fakeClock();
  const told: LinkMessageOf<'presence'>[] = [];
  const renamed: unknown[] = [];
  const state = { own };
  const bridge = {
    call: (name: string, input: unknown) => {
      renamed.push([name, input]);
      return Promise.resolve({ ok: true, value: {} });
    },
  } as unknown as Bridge;
  const presence = new Presence({
    roomId,
    bridge,
    clock,
    profile: () => ({ username: 'ana', displayName: 'Ana' }),
    roomName: () => state.own,
    call: () => null,
    broadcast: (message) => void told.push(message),
  });
  return { clock, told, renamed, state, presence };
}
/** Presence is told at the end of a turn. */
const turn = () => Promise.resolve();

describe('the presence of this device', () => {
  it('tells many changes of one turn once, and too many turns at its rate', async () => {
    const { clock, told, presence } = setUp(null);
    for (let n = 0; n < 10; n++) presence.publish();
    await turn();
    expect(told).toEqual([
      { type: 'presence', profile: { username: 'ana', displayName: 'Ana' }, room: null, call: null },
    ]);
    for (let n = 0; n < 2 * PRESENCE_RATE.burst; n++) {
      presence.publish();
      await turn();
    }
    expect(told).toHaveLength(PRESENCE_RATE.burst);
    clock.advance(1_000);
    expect(told).toHaveLength(PRESENCE_RATE.burst + 1);
  });

  it('says nothing more once it is closed', async () => {
    const { clock, told, presence } = setUp(null);
    presence.publish();
    presence.close();
    await turn();
    clock.advance(60_000);
    expect([told, clock.pending]).toEqual([[], 0]);
  });
});

describe('the name of the room that a member says', () => {
  it('is taken when it is newer than ours and than what others said', () => {
    const { clock, renamed, presence } = setUp({ name: 'Ours', renamedAt: 100 });
    presence.heardName({ name: 'Older', renamedAt: 100 });
    presence.heardName(null);
    presence.heardName({ name: 'Newer', renamedAt: 200 });
    presence.heardName({ name: 'In between', renamedAt: 150 });
    clock.advance(60_000);
    expect(renamed).toEqual([['rooms.rename', { roomId, name: 'Newer', renamedAt: 200 }]]);
  });

  it('is not taken when it comes from more than a day ahead', () => {
    const { clock, renamed, presence } = setUp(null);
    presence.heardName({ name: 'Tomorrow', renamedAt: clock.now() + DAY_MS + 1 });
    expect(renamed).toEqual([]);
    presence.heardName({ name: 'Today', renamedAt: clock.now() + DAY_MS });
    expect(renamed).toHaveLength(1);
  });

  it('is written at a limited rate, the newest last, and not when this device knows a newer one by then', () => {
    const { clock, renamed, state, presence } = setUp(null);
    for (let n = 1; n <= 10; n++) presence.heardName({ name: `Name ${n}`, renamedAt: n });
    expect(renamed).toHaveLength(RENAMES_RATE.burst);
    clock.advance(5_000);
    expect(renamed.at(-1)).toEqual(['rooms.rename', { roomId, name: 'Name 10', renamedAt: 10 }]);
    const written = renamed.length;
    presence.heardName({ name: 'Name 11', renamedAt: 11 });
    state.own = { name: 'Ours', renamedAt: 12 };
    clock.advance(60_000);
    expect(renamed).toHaveLength(written);
  });
});
