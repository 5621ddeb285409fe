import { isPrivateName, nameIn, type ServerHost } from '@parley/shared/model';
import type { IceServer } from '@parley/shared/protocol';

const USUAL_PORTS = new Set([3478, 5349, 443]);
const ICE_URL = /^(stuns?|turns?):(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?(?:\?transport=(?:udp|tcp))?$/i;

/**
 * Keeps of a server's list of STUN and TURN servers what lies on the server's own site and usual ports. A hostile
 * server could otherwise use members' apps to knock on doors, inside their own networks too. A server in a private
 * network may name private addresses and any port, because its network is the one at hand.
 */
export function allowedIceServers(host: ServerHost, offered: readonly IceServer[]): RTCIceServer[] {
  return offered.flatMap(({ urls, username, credential }) => {
    const allowed: RTCIceServer = { urls: urls.filter((url) => isAllowed(host, url)) };
    if (allowed.urls.length === 0) return [];
    if (username !== undefined) allowed.username = username;
    if (credential !== undefined) allowed.credential = credential;
    return [allowed];
  });
}

function isAllowed(host: ServerHost, url: string): boolean {
  const parts = ICE_URL.exec(url);
  if (!parts) return false;
  const [own, other] = [nameIn(host), nameIn(parts[2] ?? '')];
  const port = parts[3] === undefined ? 3478 : Number(parts[3]);
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
