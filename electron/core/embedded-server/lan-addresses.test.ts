import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type Interfaces, lanAddresses, routedAddress } from './lan-addresses.ts';

const NO_MAC = '00:00:00:00:00:00';
const v4 = (address: string, mac = '3c:52:82:11:22:33') => ({ address, mac, family: 'IPv4' as const, internal: false });
const v6 = (address: string) => ({ address, mac: '3c:52:82:11:22:33', family: 'IPv6' as const, internal: false });
const loopback = { address: '127.0.0.1', mac: NO_MAC, family: 'IPv4' as const, internal: true };

const addressesOf = (interfaces: Interfaces, routed?: string) =>
  lanAddresses(interfaces, routed).map(({ address }) => address);

describe('the addresses by which others on the network reach this computer', () => {
  it('on Windows: Wi-Fi of the default route, and not the switches of Hyper-V and WSL', () => {
    const windows = {
      'vEthernet (Default Switch)': [v6('fe80::1'), v4('172.28.112.1', '00:15:5d:0a:0b:0c')],
      'vEthernet (WSL (Hyper-V firewall))': [v4('172.20.16.1', '00:15:5d:10:11:12')],
      'Wi-Fi': [v6('fe80::2'), v4('192.168.1.20')],
      'Loopback Pseudo-Interface 1': [loopback],
    };
    expect(lanAddresses(windows, '192.168.1.20')).toEqual([{ address: '192.168.1.20', network: 'Wi-Fi' }]);
  });

  it('on Windows: a switch of Hyper-V that carries the default route is the network itself', () => {
    const windows = {
      'vEthernet (WSL)': [v4('172.20.16.1', '00:15:5d:10:11:12')],
      'vEthernet (nat)': [v4('192.168.1.20')],
    };
    expect(addressesOf(windows, '192.168.1.20')).toEqual(['192.168.1.20']);
  });

  it('on Windows: not those of VirtualBox and VMware, also under a usual name, nor a self-assigned one', () => {
    const windows = {
      'Ethernet 2': [v4('192.168.56.1', '0a:00:27:00:00:0b')],
      'VMware Network Adapter VMnet8': [v4('192.168.80.1', '00:50:56:c0:00:08')],
      'Bluetooth Network Connection': [v4('169.254.10.11')],
      Ethernet: [v4('10.1.2.3')],
    };
    expect(addressesOf(windows)).toEqual(['10.1.2.3']);
  });

  it('on Windows: that of a VPN last, also while the default route leads through it', () => {
    const windows = {
      'OpenVPN TAP-Windows6': [v4('10.8.0.6', '00:ff:aa:bb:cc:dd')],
      Studio: [v4('10.9.0.2', NO_MAC)],
      Ethernet: [v4('192.168.1.20')],
    };
    expect(addressesOf(windows, '10.8.0.6')).toEqual(['192.168.1.20', '10.8.0.6', '10.9.0.2']);
  });

  it('on macOS: the default route first, then other networks, then tunnels, and no bridge of virtual machines', () => {
    const mac = {
      lo0: [loopback],
      en0: [v6('fe80::3'), v4('192.168.1.20')],
      en7: [v4('10.0.0.5')],
      bridge100: [v4('192.168.64.1')],
      vmnet1: [v4('172.16.9.1')],
      utun4: [v4('10.8.0.2', NO_MAC)],
    };
    expect(lanAddresses(mac, '10.0.0.5')).toEqual([
      { address: '10.0.0.5', network: 'en7' },
      { address: '192.168.1.20', network: 'en0' },
      { address: '10.8.0.2', network: 'utun4' },
    ]);
  });

  it('on Linux: no bridge of Docker or libvirt, and a bridge that an admin made', () => {
    const linux = {
      lo: [loopback],
      docker0: [v4('172.17.0.1', '02:42:ac:11:00:01')],
      'br-0123456789ab': [v4('172.18.0.1', '92:10:aa:bb:cc:dd')],
      virbr0: [v4('192.168.122.1', '52:54:00:aa:bb:cc')],
      br0: [v4('192.168.1.20')],
      wg0: [v4('10.6.0.1', NO_MAC)],
    };
    expect(addressesOf(linux, '192.168.1.20')).toEqual(['192.168.1.20', '10.6.0.1']);
  });

  it('keep the order of the system where there is no default route', () => {
    expect(addressesOf({ eth1: [v4('10.0.0.5')], eth0: [v4('192.168.1.20')] })).toEqual(['10.0.0.5', '192.168.1.20']);
  });

  it('are those of virtual machines where there are no others', () => {
    expect(addressesOf({ lo: [loopback], docker0: [v4('172.17.0.1', '02:42:ac:11:00:01')] })).toEqual(['172.17.0.1']);
  });

  it('are private ones alone: apps reach no others without a certificate', () => {
    expect(addressesOf({ eth0: [v4('203.0.113.7'), v4('192.168.1.20')] }, '203.0.113.7')).toEqual(['192.168.1.20']);
  });
});

describe('the address of the default route', () => {
  it('is one of this computer, or none', async () => {
    const own = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address));
    expect([...own, undefined]).toContain(await routedAddress());
  });
});
