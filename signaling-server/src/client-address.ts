import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** `a.b.c.d/n`, `x::/n` or a single address; undefined for anything else. */
export function parseCidr(text: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', bitsText, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const widest = version === 4 ? 32 : 128;
  if (bitsText !== undefined && !/^\d{1,3}$/.test(bitsText)) return undefined;
  const bits = bitsText === undefined ? widest : Number(bitsText);
  return bits <= widest ? { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' } : undefined;
}

/** An IPv4 address that came in over an IPv6 socket, in its own spelling; scope ids cut off. */
function plain(ip: string): string {
  const unscoped = ip.split('%')[0] ?? ip;
  return unscoped.startsWith('::ffff:') && isIP(unscoped.slice(7)) === 4 ? unscoped.slice(7) : unscoped;
}

const contains = (list: BlockList, ip: string): boolean => {
  const version = isIP(ip);
  return version !== 0 && list.check(ip, version === 4 ? 'ipv4' : 'ipv6');
};

/** The address at the far end of a TCP connection; '' when it is closed already or has none. */
export const remoteAddressOf = ({ remoteAddress }: { readonly remoteAddress?: string | undefined }): string =>
  plain(remoteAddress ?? '');

/** Whether an address is one of these (CIDRs). */
export function createTrust(trustedProxies: readonly string[]): (ip: string) => boolean {
  const trusted = new BlockList();
  for (const text of trustedProxies) {
    const cidr = parseCidr(text);
    if (cidr) trusted.addSubnet(cidr.address, cidr.bits, cidr.family);
  }
  return (ip) => trustedProxies.length > 0 && contains(trusted, ip);
}

export type AddressReader = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string;

/**
 * Reads who is really calling. `X-Forwarded-For` counts only when the caller is one of `trustedProxies` (CIDRs); then
 * the last entry that is not itself such a proxy is taken, because everything left of it may be invented.
 */
export function createAddressReader(trustedProxies: readonly string[]): AddressReader {
  const isTrusted = createTrust(trustedProxies);
  return ({ socket, headers }) => {
    let ip = remoteAddressOf(socket);
    if (!isTrusted(ip)) return ip;
    const forwarded = headers['x-forwarded-for'];
    const chain = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',');
    for (const entry of chain.reverse()) {
      const hop = plain(entry.trim());
      if (isIP(hop) === 0) break;
      ip = hop;
      if (!isTrusted(hop)) break;
    }
    return ip;
  };
}

/** True for 127.0.0.0/8 and ::1. */
export const isLoopback = (ip: string): boolean => ip === '::1' || (isIP(ip) === 4 && ip.startsWith('127.'));

/**
 * What limits are counted by: an IPv4 address, or the /64 of an IPv6 address, since one home owns at least that many.
 */
export function limitKeyOf(ip: string): string {
  if (isIP(ip) !== 6) return ip;
  const [head = '', tail] = ip.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].map((group) => group.replace(/^0+(?=.)/, ''));
  return `${groups.slice(0, 4).join(':')}::/64`;
}
