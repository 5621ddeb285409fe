import type { EmbeddedServerState, LanHost } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { inviteNaming, networksFor } from './invite-network.tsx';

const wifi: LanHost = { host: '192.168.1.20:7350', network: 'Wi-Fi' };
const cable: LanHost = { host: '10.0.0.5:7350', network: 'Ethernet' };
const running = (...lanHosts: LanHost[]): EmbeddedServerState => ({ at: 'running', host: '127.0.0.1:7350', lanHosts });
const inviteOn = (host: string) => `parley://join/${host}#1.${'a'.repeat(42)}A.${'b'.repeat(42)}A.p`;

describe('the networks between which a person chooses for an invite', () => {
  it('are those of this computer, where it is on several', () => {
    expect(networksFor(inviteOn(wifi.host), running(wifi, cable))).toEqual([wifi, cable]);
  });

  it.each([
    ['this computer is on one', inviteOn(wifi.host), running(wifi)],
    ['the invite names the server of somebody', inviteOn('parley.example'), running(wifi, cable)],
    ['the invite has no address of the network yet', inviteOn('127.0.0.1:7350'), running(wifi, cable)],
    ['the invite is still on its way', '', running(wifi, cable)],
    ['the own server does not run', inviteOn(wifi.host), { at: 'starting' } as const],
  ])('are none where %s', (_, invite, server) => {
    expect(networksFor(invite, server)).toEqual([]);
  });
});

describe('the invite for a chosen network', () => {
  it('differs in the address alone', () => {
    expect(inviteNaming(cable.host, inviteOn(wifi.host), [wifi, cable])).toBe(inviteOn(cable.host));
  });

  it('keeps its own address while none is chosen, or after the chosen network is gone', () => {
    expect(inviteNaming(null, inviteOn(wifi.host), [wifi, cable])).toBe(inviteOn(wifi.host));
    expect(inviteNaming(cable.host, inviteOn(wifi.host), [])).toBe(inviteOn(wifi.host));
  });
});
