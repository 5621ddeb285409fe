import { isPrivateName, nameIn } from '../model/private-host.ts';
import type { ServerHost } from '../model/server-host.ts';

/** The parts of the address of a STUN or TURN server. */
export type IceUrl = {
  scheme: 'stun' | 'stuns' | 'turn' | 'turns';
  /** A name in lower case, or an address; IPv6 without its brackets. */
  name: string;
  /** The one in the address, or else 3478, and 5349 for `stuns` and `turns`. */
  port: number;
  transport: 'udp' | 'tcp' | undefined;
};

const FORM = /^(stuns?|turns?):(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?(?:\?transport=(udp|tcp))?$/i;
const PORT_MAX = 65_535;
const NAME_MAX_CHARS = 253;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const V4_PART = /^(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/;

/**
 * Reads the address of a STUN server (RFC 7064) or of a TURN server (RFC 7065): ports from 1 to 65535, IPv6 in brackets
 * alone, `?transport=udp` or `tcp` of a TURN server alone. Undefined for anything else: RTCPeerConnection refuses to be
 * made with one such address, and every link with it.
 */
export function parseIceUrl(text: string): IceUrl | undefined {
  const [, scheme = '', written = '', portText, transport] = FORM.exec(text)?.map(lowerCase) ?? [];
  if (!isScheme(scheme)) return undefined;
  const isSecure = scheme.endsWith('s');
  const port = portText === undefined ? (isSecure ? 5349 : 3478) : Number(portText);
  const name = nameIn(written);
  if (port < 1 || port > PORT_MAX || !isName(name, written.startsWith('['))) return undefined;
  if (transport !== undefined && scheme.startsWith('stun')) return undefined;
  return { scheme, name, port, transport: transport === 'udp' || transport === 'tcp' ? transport : undefined };
}

const lowerCase = (text: string | undefined): string | undefined => text?.toLowerCase();
const isScheme = (text: string): text is IceUrl['scheme'] => /^(?:stun|turn)s?$/.test(text);

function isName(name: string, inBrackets: boolean): boolean {
  if (inBrackets) return isAddressV6(name);
  const labels = name.split('.');
  // A name whose last label is digits is an IPv4 address or invalid (as in the URL standard).
  if (/^\d+$/.test(labels.at(-1) ?? '')) return labels.length === 4 && labels.every((part) => V4_PART.test(part));
  return name.length <= NAME_MAX_CHARS && labels.every((label) => LABEL.test(label));
}

function isAddressV6(name: string): boolean {
  try {
    return new URL(`http://[${name}]/`).hostname !== '';
  } catch {
    // The URL parser throws for text that is no IPv6 address, which is the answer that is asked for.
    return false;
  }
}

/** Why an app leaves a STUN or TURN server alone that a signaling server named. */
export type IceDropReason = 'malformed' | 'private-address' | 'other-site' | 'unusual-port';

/** The ports that apps take of a server on the internet. */
export const USUAL_ICE_PORTS: readonly number[] = [3478, 5349, 443];

/**
 * Whether apps that know a signaling server as `host` leave this STUN or TURN server alone, and why; undefined when they
 * use it. It has to lie on the server's own site: the same name, one below it, or one below the same parent of at least
 * two labels, on a usual port. A hostile server could otherwise use members' apps to knock on doors, inside their own
 * networks too. A server in a private network may name private addresses and any port, because its network is the one at
 * hand.
 */
export function iceDropReason(host: ServerHost, url: string): IceDropReason | undefined {
  const parsed = parseIceUrl(url);
  if (!parsed) return 'malformed';
  const [own, other] = [nameIn(host), parsed.name];
  if (isPrivateName(own)) return isPrivateName(other) || isSameSite(own, other) ? undefined : 'other-site';
  if (isPrivateName(other)) return 'private-address';
  if (!isSameSite(own, other)) return 'other-site';
  return USUAL_ICE_PORTS.includes(parsed.port) ? undefined : 'unusual-port';
}

/** The same name, a name below it, or a neighbour below a parent of at least two labels. */
function isSameSite(own: string, other: string): boolean {
  if (own === other || other.endsWith(`.${own}`)) return true;
  if (/^[\d.]+$/.test(own) || own.includes(':')) return false;
  const parent = own.split('.').slice(1).join('.');
  return parent.includes('.') && (other === parent || other.endsWith(`.${parent}`));
}
