import type { EmbeddedServerState } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { reachOf } from './invite-reach.tsx';

const running = (...lanHosts: string[]): EmbeddedServerState => ({
  at: 'running',
  host: '127.0.0.1:7420',
  lanHosts: lanHosts.map((host) => ({ host, network: 'Wi-Fi' })),
});

describe('where an invite works', () => {
  it.each([
    ['on a server of somebody', 'parley.example', running(), false, 'anywhere'],
    ['here only, until the person lets the network in', '127.0.0.1:7420', running(), false, 'ask'],
    ['here, while the address is on its way', '127.0.0.1:7420', { at: 'starting' } as const, true, 'opening'],
    ['here, before the invite has the address', '127.0.0.1:7420', running('192.168.4.20:7420'), true, 'opening'],
    ['here, where the own server is switched off', '127.0.0.1:7420', { at: 'off' } as const, false, 'here'],
    ['on the network', '192.168.4.20:7420', running('192.168.4.20:7420'), true, 'network'],
    ['here, where there is no network', '127.0.0.1:7420', running(), true, 'no-network'],
  ])('%s', (_, host, server, allowed, reach) => {
    expect(reachOf(host, server, allowed)).toBe(reach);
  });

  it('here only, on another server at an address of this computer', () => {
    expect(reachOf('127.0.0.1:9000', running(), false, ['127.0.0.1:9000'])).toBe('here');
  });

  it('nowhere, where the own server does not run', () => {
    const failed: EmbeddedServerState = { at: 'failed', code: 'port-in-use', message: 'That port is taken.' };
    expect(reachOf('127.0.0.1:7420', failed, true)).toBe('failed');
  });
});
