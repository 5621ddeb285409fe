import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Refusal, refuse } from '@parley/shared/protocol';

/** Start tokens that may wait for their window at the same time; the oldest gives way. */
const WAITING_MAX = 16;

const randomToken = () => randomBytes(32).toString('base64url');
const digest = (text: string) => createHash('sha256').update(text).digest();
const same = (a: Buffer, b: Buffer) => timingSafeEqual(a, b);

/** A refusal with the HTTP status that carries it. */
export type Refused = { status: number; refusal: Refusal };

/**
 * Decides which requests come from Parley's own window. Everything else on this computer can reach the port too:
 * other programs, other people's browsers, and any web page by way of a rebound name.
 */
export interface Gate {
  /** A new one-time token for the address that a window opens with. */
  mint(): string;
  /** Takes a start token; answers the value of Set-Cookie, or null when the token is unknown or was used. */
  exchange(token: string): string | null;
  /** Null when the request may read; else why not. */
  refuseRead(headers: IncomingHttpHeaders): Refused | null;
  /** Null when the request may call; else why not. Includes everything that `refuseRead` asks. */
  refuseWrite(headers: IncomingHttpHeaders, contentType: string): Refused | null;
  /** Null when the request was made to this very address; else why not. */
  refuseHost(headers: IncomingHttpHeaders): Refused | null;
}

const foreign = (message: string): Refused => ({ status: 403, refusal: refuse('sender-refused', { message }) });

/** The gate of the host that listens on `127.0.0.1:port`. */
export function createGate(port: number): Gate {
  const host = `127.0.0.1:${port}`;
  const origin = `http://${host}`;
  // Cookies are shared by all ports of an address, so the port is part of the name.
  const cookieName = `parley_${port}`;
  const pass = randomToken();
  const passDigest = digest(pass);
  const waiting: Buffer[] = [];

  const holdsPass = (cookies: string | undefined) =>
    (cookies ?? '').split(';').some((pair) => {
      const at = pair.indexOf('=');
      return pair.slice(0, at).trim() === cookieName && same(digest(pair.slice(at + 1).trim()), passDigest);
    });

  const refuseHost = (headers: IncomingHttpHeaders) =>
    headers.host === host ? null : foreign('Parley answers only at its own address.');

  const refuseRead = (headers: IncomingHttpHeaders) => {
    const wrongHost = refuseHost(headers);
    if (wrongHost) return wrongHost;
    if (headers.origin !== undefined && headers.origin !== origin) {
      return foreign('Another site tried to use Parley. It was refused.');
    }
    const site = headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      return foreign('Another site tried to use Parley. It was refused.');
    }
    if (!holdsPass(headers.cookie)) {
      return foreign('This window does not belong to Parley any more. Start Parley again to open a new one.');
    }
    return null;
  };

  return {
    mint() {
      const token = randomToken();
      waiting.push(digest(token));
      if (waiting.length > WAITING_MAX) waiting.shift();
      return token;
    },
    exchange(token) {
      const given = digest(token);
      const at = waiting.findIndex((expected) => same(expected, given));
      if (at < 0) return null;
      waiting.splice(at, 1);
      return `${cookieName}=${pass}; Path=/; HttpOnly; SameSite=Strict`;
    },
    refuseHost,
    refuseRead,
    refuseWrite(headers, contentType) {
      const refused = refuseRead(headers);
      if (refused) return refused;
      // A page's own request always says where it comes from; silence is not ours.
      if (headers.origin !== origin) return foreign('Another site tried to use Parley. It was refused.');
      const site = headers['sec-fetch-site'];
      if (site !== undefined && site !== 'same-origin') {
        return foreign('Another site tried to use Parley. It was refused.');
      }
      if ((headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() !== contentType) {
        return { status: 415, refusal: refuse('bad-request', { message: `Only ${contentType} is understood here.` }) };
      }
      return null;
    },
  };
}
