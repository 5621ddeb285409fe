import { ServerHost } from '@parley/shared/model';
import { accept, type IceConfig } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { IceSupply } from './ice-supply.ts';

function supply(answer: IceConfig) {
  const clock = fakeClock();
  let asked = 0;
  const made = new IceSupply({
    host: ServerHost.parse('example.org'),
    clock,
    ask: async () => {
      asked += 1;
      return accept(answer);
    },
  });
  return { clock, supply: made, asked: () => asked };
}
const stun = (name: string): IceConfig['iceServers'] => [{ urls: [`stun:${name}.example.org`] }];

describe('ICE supply', () => {
  it('asks anew before the credentials end, and hands out the new ones', async () => {
    const { clock, supply: ice, asked } = supply({ iceServers: stun('new'), expiresInMs: 600_000 });
    ice.take({ iceServers: stun('old'), expiresInMs: 600_000 });
    expect(ice.servers()).toEqual(stun('old'));
    clock.advance(479_000);
    expect(asked()).toBe(0);
    clock.advance(1_000);
    await settled();
    expect([asked(), ice.servers()]).toEqual([1, stun('new')]);
    ice.close();
    expect(clock.pending).toBe(0);
  });

  it('asks anew after a sleep in which the credentials ended, and after no set-back of the clock', async () => {
    const { clock, supply: ice, asked } = supply({ iceServers: stun('new'), expiresInMs: 600_000 });
    ice.take({ iceServers: stun('old'), expiresInMs: 600_000 });
    clock.setWall(-3_600_000);
    ice.servers();
    expect(asked()).toBe(0);
    // Timers and the monotonic clock stand still in a sleep.
    clock.setWall(3_600_000 + 600_000);
    ice.servers();
    await settled();
    expect([asked(), ice.servers()]).toEqual([1, stun('new')]);
  });

  it('never asks about servers that need no credentials', () => {
    const { clock, supply: ice, asked } = supply({ iceServers: [] });
    ice.take({ iceServers: stun('old') });
    clock.advance(86_400_000);
    ice.servers();
    expect([asked(), clock.pending]).toEqual([0, 0]);
  });

  it('asks at most twice a minute, however often a connection needs servers', async () => {
    const { clock, supply: ice, asked } = supply({ iceServers: [], expiresInMs: 0 });
    ice.take({ iceServers: [], expiresInMs: 0 });
    for (let i = 0; i < 60; i++) {
      clock.advance(1_000);
      ice.servers();
      await settled(1);
    }
    expect(asked()).toBe(2);
  });
});
