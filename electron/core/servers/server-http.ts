import { Agent, type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { type Agent as SecureAgent, request as secureRequest } from 'node:https';
import { isPrivateHost, type ServerHost } from '@parley/shared/model';
import {
  accept,
  type Outcome,
  PROTOCOL_VERSION,
  type Refusal,
  refusalSaidBy,
  refuse,
  ServerAbout,
  TokenExchange,
} from '@parley/shared/protocol';

const TIMEOUT_MS = 8_000;
const ANSWER_MAX_BYTES = 64 * 1024;

/** An access token that lives for `expiresInS` seconds, and the refresh token that gets the next one. */
export type Exchanged = { accessToken: string; expiresInS: number; refreshToken: string };

/** The requests that this app makes to signaling servers. They refuse with `server-unreachable` or `not-a-server`. */
export interface ServerHttp {
  /** Asks a server who it is; also refuses with `client-too-old` and `server-too-old`. */
  about(host: ServerHost): Promise<Outcome<ServerAbout & { roundTripMs: number }>>;
  /** Exchanges a refresh token; also refuses with what the server says. */
  refresh(host: ServerHost, refreshToken: string): Promise<Outcome<Exchanged>>;
}

type Answer = { status: number; body: unknown };

/**
 * Requests by TLS, in the clear to private names and addresses alone. Redirects are not followed, answers are bounded in
 * size and time.
 */
export function serverHttp(trust: () => SecureAgent, nowMs: () => number = () => performance.now()): ServerHttp {
  const ask = async (host: ServerHost, path: string, body?: object): Promise<Outcome<Answer>> => {
    const isPrivate = isPrivateHost(host);
    const url = new URL(`${isPrivate ? 'http' : 'https'}://${host}${path}`);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = {
      method: text === undefined ? 'GET' : 'POST',
      headers: { accept: 'application/json', ...(text === undefined ? {} : { 'content-type': 'application/json' }) },
      agent: isPrivate ? new Agent({ keepAlive: false }) : trust(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      maxHeaderSize: 16 * 1024,
    };
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const sent = (isPrivate ? plainRequest : secureRequest)(url, options, resolve);
        sent.on('error', reject);
        sent.end(text);
      });
      return await readAnswer(response);
    } catch {
      // The reason is the system's, and there are many; to a person all of them are one.
      return refuse('server-unreachable');
    }
  };

  return {
    async about(host) {
      const startedAt = nowMs();
      const answer = await ask(host, '/about');
      const roundTripMs = Math.max(0, Math.round((nowMs() - startedAt) * 10) / 10);
      if (!answer.ok) return answer;
      const about = ServerAbout.safeParse(answer.value.body);
      if (!about.success) return saidBy(host, answer.value) ?? refuse('not-a-server');
      if (about.data.protocol > PROTOCOL_VERSION) return refuse('client-too-old');
      if (about.data.protocol < PROTOCOL_VERSION) return refuse('server-too-old');
      return accept({ ...about.data, roundTripMs });
    },
    async refresh(host, refreshToken) {
      const answer = await ask(host, '/auth/refresh', { refresh_token: refreshToken });
      if (!answer.ok) return answer;
      const exchanged = answer.value.status === 200 ? TokenExchange.safeParse(answer.value.body) : undefined;
      if (!exchanged?.success) return saidBy(host, answer.value) ?? refuse('not-a-server');
      const { access_token, expires_in, refresh_token } = exchanged.data;
      return accept({ accessToken: access_token, expiresInS: expires_in, refreshToken: refresh_token });
    },
  };
}

/** The refusal that an answer carries. */
const saidBy = (host: ServerHost, { status, body }: Answer): Refusal | undefined =>
  refusalSaidBy(host, body) ?? (status === 429 || status === 503 ? refuse('server-busy') : undefined);

async function readAnswer(response: IncomingMessage): Promise<Outcome<Answer>> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > ANSWER_MAX_BYTES) {
      response.destroy();
      return refuse('not-a-server');
    }
    parts.push(part);
  }
  try {
    return accept({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString('utf8')) });
  } catch {
    // A page or nothing at all: something else listens there.
    return refuse('not-a-server');
  }
}
