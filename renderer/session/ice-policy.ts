import { isPrivateName, nameIn, type ServerHost } from '@parley/shared/model';
import type { IceServer } from '@parley/shared/protocol';

const USUAL_PORTS = new Set([3478, 5349, 443]);
const ICE_URL = /^(stuns?|turns?):(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?(?:\?transport=(?:udp|tcp))?$/i;

const PORT_MAX = 65_535;
/** RFC 8489 §14.3. */
const USERNAME_MAX_BYTES = 509;
/** Credentials are not asked for more often. */
export const ICE_REFRESH_MIN_MS = 30_000;
const REFRESH_MAX_MS = 86_400_000;

/** For how long credentials are used that a server gave for `expiresInMs`: neither asked for all the time nor never. */
export const iceLifetimeMs = (expiresInMs: number): number =>
  Math.min(REFRESH_MAX_MS, Math.max(ICE_REFRESH_MIN_MS, expiresInMs));

/**
 * Keeps of a server's list of STUN and TURN servers what lies on the server's own site and usual ports. A hostile
 * server could otherwise use members' apps to knock on doors, inside their own networks too. A server in a private
 * network may name private addresses and any port, because its network is the one at hand. Nothing is kept that
 * RTCPeerConnection would refuse: one such entry would take every link away.
 */
export function allowedIceServers(host: ServerHost, offered: readonly IceServer[]): RTCIceServer[] {
  return offered.flatMap(({ urls, username, credential }) => {
    const mayRelay = isUsername(username) && isGiven(credential);
    const kept = urls.filter((url) => isAllowed(host, url) && (mayRelay || !/^turns?:/i.test(url)));
    if (kept.length === 0) return [];
    return [mayRelay ? { urls: kept, username, credential } : { urls: kept }];
  });
}

const isGiven = (text: string | undefined): text is string => text !== undefined && text !== '';
const isUsername = (text: string | undefined): text is string =>
  isGiven(text) && new TextEncoder().encode(text).length <= USERNAME_MAX_BYTES;

function isAllowed(host: ServerHost, url: string): boolean {
  const parts = ICE_URL.exec(url);
  if (!parts) return false;
  const [own, other] = [nameIn(host), nameIn(parts[2] ?? '')];
  const port = parts[3] === undefined ? 3478 : Number(parts[3]);
  if (port === 0 || port > PORT_MAX) return false;
  // Only relays have a transport to choose.
  if (/^stuns?:.*\?/i.test(url)) return false;
  if (isPrivateName(own)) return isPrivateName(other) || sameSite(own, other);
  return !isPrivateName(other) && USUAL_PORTS.has(port) && sameSite(own, other);
}

/** The same name, a name below it, or a neighbour below a parent of at least two labels. */
function sameSite(own: string, other: string): boolean {
  if (own === other || other.endsWith(`.${own}`)) return true;
  if (/^[\d.]+$/.test(own) || own.includes(':')) return false;
  const parent = own.split('.').slice(1).join('.');
  return parent.includes('.') && (other === parent || other.endsWith(`.${parent}`));
}
