import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { type Agent, request as secureRequest } from 'node:https';
import { isPrivateHost, readLiveAddress } from '@parley/shared/model';
import { accept, LIMITS, type Outcome, type Refusal, refuse } from '@parley/shared/protocol';

const OFFER_TIMEOUT_MS = 10_000;
const END_TIMEOUT_MS = 3_000;
const ANSWER_MAX_BYTES = 64 * 1_024;
/** So often a receiver may send on to another one. */
const REDIRECTS_MAX = 3;
const SDP_TYPE = 'application/sdp';

/** What a receiver gave for an offer: its answer, and where the session ends. */
export type Published = { answer: string; session: string };

/** The requests of WHIP (RFC 9725) that publish and end. Neither rejects. */
export interface Whip {
  /**
   * Offers what is sent to the receiver at `address`. `stopped` ends the request; it then refuses with `cancelled`. Refuses with the codes of
   * `live.begin`.
   */
  publish(address: string, token: string | null, offer: string, stopped: AbortSignal): Promise<Outcome<Published>>;
  /** Ends a session; false where the receiver did not take that. */
  end(session: string, token: string | null): Promise<boolean>;
}

type Answer = { status: number; headers: IncomingMessage['headers']; body: string };
type Asked = { method: 'POST' | 'DELETE'; url: URL; token: string | null; body?: string; signal: AbortSignal };

/** WHIP over Node's own HTTP, bounded in size and time. In the clear it goes to private names and addresses alone. */
export function whipHttp(trust: () => Agent): Whip {
  const ask = async ({ method, url, token, body, signal }: Asked): Promise<Answer> => {
    const isSecure = url.protocol === 'https:';
    const options = {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': SDP_TYPE, accept: SDP_TYPE }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(isSecure ? { agent: trust() } : { agent: false as const }),
      signal,
      maxHeaderSize: 16 * 1_024,
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent: ClientRequest = (isSecure ? secureRequest : plainRequest)(url, options, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
    return { status: response.statusCode ?? 0, headers: response.headers, body: await readText(response) };
  };

  return {
    async publish(address, token, offer, stopped) {
      const late = AbortSignal.timeout(OFFER_TIMEOUT_MS);
      const signal = AbortSignal.any([late, stopped]);
      let url = new URL(address);
      let key = token;
      try {
        for (let redirects = 0; ; redirects++) {
          const answer = await ask({ method: 'POST', url, token: key, body: offer, signal });
          const { status, headers } = answer;
          if (status !== 307 && status !== 308) return takeAnswer(answer, url);
          const next = headers.location === undefined ? undefined : addressFrom(url, headers.location);
          if (next === undefined || redirects === REDIRECTS_MAX) return refuse('live-not-whip');
          // The key is for the one it was given to.
          if (next.origin !== url.origin) key = null;
          url = next;
        }
      } catch (error) {
        if (stopped.aborted) return refuse('cancelled');
        if (late.aborted) return refuse('live-silent');
        if (error instanceof TooLarge) return refuse('live-not-whip');
        // The reason is the system's, and there are many; to a person all of them are one.
        return refuse('live-unreachable');
      }
    },
    async end(session, token) {
      try {
        const signal = AbortSignal.timeout(END_TIMEOUT_MS);
        const { status } = await ask({ method: 'DELETE', url: new URL(session), token, signal });
        return status >= 200 && status < 300;
      } catch {
        return false;
      }
    },
  };
}

function takeAnswer({ status, headers, body }: Answer, url: URL): Outcome<Published> {
  if (status !== 201) return refusedBy(status);
  const session = headers.location === undefined ? undefined : addressFrom(url, headers.location);
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const isSdp = type === SDP_TYPE && body.startsWith('v=0') && body.length <= LIMITS.sdpMaxChars;
  if (session === undefined || !isSdp) return refuse('live-not-whip');
  return accept({ answer: body, session: session.href });
}

/**
 * Where a receiver at `url` sends on to, or has the session, by the `location` that it answered. It leads from https to https alone, and
 * into a private network or this computer only where it is the host that the person chose. Undefined for anything else.
 */
export function addressFrom(url: URL, location: string): URL | undefined {
  if (!URL.canParse(location, url.href)) return undefined;
  const read = readLiveAddress(new URL(location, url).href);
  if (read === undefined) return undefined;
  const next = new URL(read);
  if (next.origin === url.origin) return next;
  if (url.protocol === 'https:' && next.protocol !== 'https:') return undefined;
  return isPrivateHost(next.host) && next.hostname !== url.hostname ? undefined : next;
}

function refusedBy(status: number): Refusal {
  if (status === 401 || status === 403) return refuse('live-denied');
  if (status === 404 || status === 410) return refuse('live-address-unknown');
  // 409: a session before this one may be open still.
  if (status === 409 || status === 429 || status === 503) return refuse('live-busy');
  if (status === 405 || status < 400) return refuse('live-not-whip');
  return refuse(status < 500 ? 'live-not-taken' : 'live-receiver-failed');
}

class TooLarge extends Error {}

async function readText(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > ANSWER_MAX_BYTES) {
      response.destroy();
      throw new TooLarge();
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
