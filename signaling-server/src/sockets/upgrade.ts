import type { IncomingMessage } from 'node:http';
import { type Refusal, SIGNALING_PATH } from '@parley/shared/protocol';

const PATH = `${SIGNALING_PATH}/`;
/** As Socket.IO's client writes it. */
const USUAL_QUERY = 'EIO=4&transport=websocket';
const USUAL_URL = `${PATH}?${USUAL_QUERY}`;

/** The subject of an upgrade: a new Engine.IO connection, revision 4, over WebSocket; another protocol; another path. */
export function readUpgrade(request: IncomingMessage): 'handshake' | 'other-protocol' | 'other-path' {
  if (request.url === USUAL_URL) return 'handshake';
  // A proxy may ask with the absolute form of the address.
  const [address = '', search] = (request.url ?? '').split('?', 2);
  const path = address.startsWith('/') ? address : address.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  if (path !== PATH) return 'other-path';
  const query = new URLSearchParams(search);
  // `sid` would change a connection over to another transport, past admission.
  const isHandshake = query.get('transport') === 'websocket' && query.get('EIO') === '4' && !query.has('sid');
  return isHandshake ? 'handshake' : 'other-protocol';
}

/**
 * Answers an upgrade with a refusal and ends the connection. Programs can read it; a web page only learns that it
 * failed.
 */
export function refuseUpgrade({ socket }: IncomingMessage, status: string, refusal: Refusal): void {
  const body = JSON.stringify(refusal);
  const retry = refusal.retryAfterMs === undefined ? '' : `Retry-After: ${Math.ceil(refusal.retryAfterMs / 1_000)}\r\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\n${retry}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
