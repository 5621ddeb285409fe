import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

const { IPv4, IPv6 } = ipaddr;
type Ip = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = [Ip, number];

/** IPv4 addresses that a translator shows to a server that has IPv6 alone (RFC 6052). */
const NAT64 = IPv6.parse('64:ff9b::');

/** One address, whatever way it came in: IPv4 in the clothes of IPv6 is IPv4. */
const plain = (ip: ipaddr.IPv6): Ip => {
  if (ip.isIPv4MappedAddress()) return ip.toIPv4Address();
  return ip.match(NAT64, 96) ? new IPv4(ip.toByteArray().slice(12)) : ip;
};

/** An address alone, without port or brackets. */
const bareAddress = (text: string): Ip | undefined => {
  if (IPv4.isValidFourPartDecimal(text)) return IPv4.parse(text);
  return IPv6.isValid(text) ? plain(IPv6.parse(text)) : undefined;
};

/** An address that was read, with what is asked of it. */
type Known = { ip: Ip; spelling: string; limitKey: string; isLoopback: boolean };

/** A join asks for the same address five times over, and everybody behind one proxy for its address. */
const READ_LATELY_MAX = 256;
const readLately = new Map<string, Known>();

/** Reads an address as sockets and proxies write it: with a port, in brackets, with a scope; undefined for anything else. */
function parse(text: string): Known | undefined {
  const lately = readLately.get(text);
  if (lately) return lately;
  const ip = read(text);
  if (!ip) return undefined;
  const spelling = ip instanceof IPv6 ? ip.toRFC5952String() : ip.toString();
  const limitKey = ip instanceof IPv6 ? networkOf(ip) : spelling;
  const known = { ip, spelling, limitKey, isLoopback: ip.range() === 'loopback' };
  if (readLately.size >= READ_LATELY_MAX) readLately.clear();
  readLately.set(text, known);
  return known;
}

/** Its /64: one home owns at least that many addresses. */
const networkOf = (ip: ipaddr.IPv6): string =>
  `${ip.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;

function read(text: string): Ip | undefined {
  const [, v6, v4] = /^\[([^\]]*)\](?::\d{1,5})?$|^([\d.]+):\d{1,5}$/.exec(text.trim()) ?? [];
  return bareAddress((v6 ?? v4 ?? text.trim()).replace(/%.*$/, ''));
}

/** The one spelling of an address: RFC 5952 for IPv6; undefined for what is none. */
export const readAddress = (text: string): string | undefined => parse(text)?.spelling;

/** `a.b.c.d/n`, `x::/n` or a single address; undefined for anything else. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const ip = bareAddress(address);
  if (!ip || rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  const isV4 = ip instanceof IPv4;
  const written = bits === undefined ? undefined : Number(bits);
  // A range that was written as IPv6 and is IPv4.
  const count = isV4 && address.includes(':') ? (written ?? 128) - 96 : (written ?? (isV4 ? 32 : 128));
  return count >= 0 && count <= (isV4 ? 32 : 128) ? [ip, count] : undefined;
}

const isIn = ([range, bits]: Cidr, ip: Ip): boolean =>
  range instanceof IPv4 ? ip instanceof IPv4 && ip.match(range, bits) : ip instanceof IPv6 && ip.match(range, bits);

/** The address at the far end of a TCP connection; '' when it is closed already or has none. */
export const remoteAddressOf = ({ remoteAddress }: { readonly remoteAddress?: string | undefined }): string =>
  readAddress(remoteAddress ?? '') ?? '';

/** Whether an address is one of these (CIDRs). */
export function createTrust(trustProxy: readonly string[]): (ip: string) => boolean {
  const ranges = trustProxy.map(parseCidr).filter((range) => range !== undefined);
  return (text) => {
    if (ranges.length === 0) return false;
    const known = parse(text);
    return known !== undefined && ranges.some((range) => isIn(range, known.ip));
  };
}

export type AddressReader = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string;

/** Told once of each: a proxy's header that is not believed, and a proxy that sends none. The sentence is for the admin. */
export type ProxyWarning = (key: 'unnamed-proxy' | 'silent-proxy', sentence: string) => void;

const UNNAMED =
  'X-Forwarded-For comes from an address that TRUST_PROXY does not name, and is not believed. If that is your reverse proxy, name it: until then everybody behind it counts as one address.';
const SILENT =
  'A proxy that TRUST_PROXY names sends no X-Forwarded-For that can be read. Until it does, everybody behind it counts as one address.';

/**
 * Reads who is really calling. `X-Forwarded-For` counts only when the caller is one of `trustProxy` (CIDRs); then
 * the last entry that is not itself such a proxy is taken, because everything left of it may be invented.
 */
export function createAddressReader(trustProxy: readonly string[], warn: ProxyWarning = () => {}): AddressReader {
  const isTrusted = createTrust(trustProxy);
  const warned = new Set<string>();
  const warnOnce: ProxyWarning = (key, sentence) => {
    if (!warned.has(key)) warn(key, sentence);
    warned.add(key);
  };
  return ({ socket, headers }) => {
    const far = remoteAddressOf(socket);
    const forwarded = headers['x-forwarded-for'];
    if (!isTrusted(far)) {
      if (forwarded !== undefined) warnOnce('unnamed-proxy', UNNAMED);
      return far;
    }
    let ip = far;
    const chain = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',');
    for (const entry of chain.reverse()) {
      const hop = readAddress(entry);
      if (hop === undefined) break;
      ip = hop;
      if (!isTrusted(hop)) break;
    }
    // Clients come with an upgrade; a monitor may ask without a proxy.
    if (ip === far && headers.upgrade !== undefined) warnOnce('silent-proxy', SILENT);
    return ip;
  };
}

/** True for 127.0.0.0/8 and ::1. */
export const isLoopback = (ip: string): boolean => parse(ip)?.isLoopback ?? false;

/**
 * The key that limits are counted by: an IPv4 address, or the /64 of an IPv6 address, since one home owns at least that many.
 */
export const limitKeyOf = (address: string): string => parse(address)?.limitKey ?? address;
