import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isPrivateName } from '@parley/shared/model';

/** An address of this computer in a private network, with the name that the system has for the network interface. */
export type LanAddress = { address: string; network: string };

/** Network interfaces by name, as `networkInterfaces` of Node lists them. */
export type Interfaces = Readonly<
  Record<string, readonly Pick<NetworkInterfaceInfo, 'address' | 'family' | 'internal' | 'mac'>[] | undefined>
>;

/** Networks between this computer and its own virtual machines and containers: no other computer is on them. */
const VIRTUAL_NAME =
  /^(?:docker|br-[0-9a-f]{12}$|veth|virbr|lxcbr|lxdbr|cni|podman|vboxnet|vmnet|bridge1\d\d$)|^vEthernet \((?:WSL|Default Switch|nat|DockerNAT)|^VirtualBox Host-Only|^VMware Network Adapter/i;
/** The same by the hardware addresses that VirtualBox, Docker and VMware give to the side of this computer. */
const VIRTUAL_MAC = /^(?:0a:00:27|02:42|00:50:56:c0)/;

const TUNNEL_NAME = /^(?:tun|tap|utun|ppp|ipsec|wg|zt|tailscale|nordlynx)|VPN|WireGuard|Tailscale|ZeroTier/i;
/** A tunnel has no hardware address; the driver of OpenVPN on Windows makes one up. */
const TUNNEL_MAC = /^(?:00:00:00:00:00:00|00:ff)/;

/** An address that a computer gives itself when nothing on the network gives it one. */
const SELF_ASSIGNED = /^169\.254\./;

/** Lower is more likely to be the network of the others. */
const RANK = { route: 0, network: 1, tunnel: 2, unlikely: 3 } as const;

/**
 * The addresses by which other computers on this computer's networks can reach it, likeliest first: that of the default
 * route (`routed`), those of other networks, those of tunnels. Networks of virtual machines and self-assigned addresses
 * are left out where there are others. Only private IPv4 addresses: to any other an app connects by TLS, which the
 * app's own server does not speak. Pure.
 */
export function lanAddresses(interfaces: Interfaces, routed: string | undefined): LanAddress[] {
  const found = Object.entries(interfaces)
    .flatMap(([network, addresses = []]) => addresses.map((one) => ({ ...one, network })))
    .filter(({ address, family, internal }) => family === 'IPv4' && !internal && isPrivateName(address))
    .map(({ address, network, mac }) => ({ address, network, rank: rankOf(address, network, mac, routed) }))
    .sort((a, b) => a.rank - b.rank);
  const likely = found.filter(({ rank }) => rank < RANK.unlikely);
  return (likely.length > 0 ? likely : found).map(({ address, network }) => ({ address, network }));
}

function rankOf(address: string, network: string, mac: string, routed: string | undefined): number {
  // The default route may lead through a tunnel, where the computers of the local network are not.
  if (TUNNEL_NAME.test(network) || TUNNEL_MAC.test(mac)) return RANK.tunnel;
  // Before the names: a bridge that virtual machines share may carry this computer's own connection.
  if (address === routed) return RANK.route;
  return VIRTUAL_NAME.test(network) || VIRTUAL_MAC.test(mac) || SELF_ASSIGNED.test(address)
    ? RANK.unlikely
    : RANK.network;
}

/** Kept for documentation (RFC 5737), so that only the default route leads there. */
const ELSEWHERE = '192.0.2.1';
const ANY_PORT = 9;

/** This computer's address on its default route; undefined where there is none. Sends nothing. */
export async function routedAddress(): Promise<string | undefined> {
  const socket = createSocket('udp4');
  try {
    // A datagram socket connects by asking the system for the route alone.
    socket.connect(ANY_PORT, ELSEWHERE);
    await once(socket, 'connect');
    return socket.address().address;
  } catch {
    // No route leads out: the caller goes by the order of the interfaces.
    return undefined;
  } finally {
    socket.close();
  }
}

/** `lanAddresses` of this computer as it is connected now. */
export const currentLanAddresses = async (): Promise<LanAddress[]> =>
  lanAddresses(networkInterfaces(), await routedAddress());
