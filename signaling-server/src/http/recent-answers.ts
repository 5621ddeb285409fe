import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Tally } from '../metrics/tally.ts';
import type { RequestObserver } from '../observe/requests.ts';

/** Nobody looks at a server's health more often than four times a second and expects to see something new. */
const KEPT_MS = 250;

const NEVER = Number.NEGATIVE_INFINITY;

/** The clock of the computer may be set back. */
const isWithin = (ageMs: number): boolean => ageMs >= 0 && ageMs < KEPT_MS;

/** What is different in each answer, and so is not kept. */
const OWN_HEADERS: ReadonlySet<string> = new Set(['x-request-id', 'server-timing', 'x-process-time']);

/** An answer as the framework made it; its body is not compressed. */
export type Answer = { status: number; headers: Readonly<Record<string, unknown>>; body: string };

type Kept = {
  status: number;
  headers: readonly string[];
  body: string;
  encoding: 'latin1' | 'utf8';
  glance: string;
  at: number;
  /** When the framework was asked for the next one. */
  askedAt: number;
};

export type RecentAnswersPorts = {
  tally: Tally;
  observer: RequestObserver;
  now: () => number;
  /** What is known at once of how the server is: when that has changed, no earlier answer is true any more. */
  glance: () => string;
};

export type RecentAnswers = {
  /** Answers when the framework has just answered the same; false: it has to be asked. */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  /** Whether the framework's answer to this request is worth keeping. */
  isWanted(request: IncomingMessage): boolean;
  /** Keeps what the framework answered to a request that was wanted. */
  keep(path: string, answer: Answer): void;
  close(): void;
};

/**
 * Answers what monitors ask over and over without the framework, for a moment, with what the framework said last: the same
 * status, headers and body, with an id and timings of its own. `paths` are known to the letter.
 */
export function createRecentAnswers(paths: readonly string[], ports: RecentAnswersPorts): RecentAnswers {
  const { tally, observer, now, glance } = ports;
  const known: ReadonlySet<string> = new Set(paths);
  const kept = new Map<string, Kept>();
  /** How the server was when the framework was asked: what it answers is of then. */
  const begun = new WeakMap<IncomingMessage, string>();
  let closed = false;

  function recent(path: string, method: string): Kept | undefined {
    const found = kept.get(path);
    if (!found || found.glance !== glance()) return undefined;
    const at = now();
    // While somebody waits for the next answer the others get the last: they would all ask the framework at once.
    if (isWithin(at - found.at) || isWithin(at - found.askedAt)) return found;
    if (method === 'GET') found.askedAt = at;
    return undefined;
  }

  return {
    answer(request, response) {
      const { method = '', url = '' } = request;
      if ((method !== 'GET' && method !== 'HEAD') || !isPlain(request)) return false;
      const startedAt = performance.now();
      const found = recent(url, method);
      if (!found) {
        if (known.has(url)) begun.set(request, glance());
        return false;
      }
      const { status, headers, body, encoding } = found;
      const id = randomUUID();
      const tookMs = (performance.now() - startedAt).toFixed(3);
      const own = ['x-request-id', id, 'server-timing', `app;dur=${tookMs}`, 'x-process-time', `${tookMs}ms`];
      response.writeHead(status, headers.concat(own));
      response.end(body, encoding);
      const elapsedTime = performance.now() - startedAt;
      tally.request(elapsedTime, status >= 400);
      observer.answered(
        { id, method, headers: request.headers, routeOptions: { url } },
        { statusCode: status, elapsedTime },
      );
      return true;
    },
    isWanted: (request) => !closed && request.method === 'GET' && begun.get(request) === glance(),
    keep(path, { status, headers, body }) {
      const lasting = Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name));
      const sizeBytes = Buffer.byteLength(body);
      const flat = [...lasting, ['content-length', sizeBytes]].flat().map(String);
      // Text of plain characters is written without a look at each of them.
      const encoding = sizeBytes === body.length ? 'latin1' : 'utf8';
      kept.set(path, { status, headers: flat, body, encoding, glance: glance(), at: now(), askedAt: NEVER });
    },
    close() {
      closed = true;
      kept.clear();
    },
  };
}

/** Nothing in it that an answer could depend on: no origin, and no body to take in. */
const isPlain = ({ headers }: IncomingMessage): boolean =>
  headers.origin === undefined && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
