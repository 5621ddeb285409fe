import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BridgeEvent } from '@parley/shared/bridge';
import { type Outcome, ParleyError, type Refusal, refuse } from '@parley/shared/protocol';
import type { CorePage } from '#core/core.ts';
import type { FileContent } from '#core/files/file-requests.ts';
import type { Clock, Log } from '#core/ports.ts';
import type { StaticFile } from '#core/static-files.ts';
import { createGate, type Gate, type Refused } from './gate.ts';
import { createPages } from './pages.ts';
import type { Questions } from './questions.ts';
import { readBody, readBytes } from './read-body.ts';

/** The largest body of a call. History travels in batches well below it. */
export const BODY_MAX_BYTES = 512 * 1024;

/** The answer to a question of the host, which may hold a path in percent signs. */
const QUESTION_MAX_BYTES = 16_384;

/** How long requests that are being answered may take once the host closes; then their connections are cut. */
export const CLOSING_GRACE_MS = 2_000;

export type HttpHostOptions = {
  /** 0 takes any free port. */
  port: number;
  clock: Clock;
  log: Log;
  call(name: string, input: unknown): Promise<Outcome<unknown>>;
  openPage(tell: (event: BridgeEvent, payload: unknown) => void): CorePage;
  subscribe(listener: (event: BridgeEvent, payload: unknown) => void): () => void;
  /** The page's file at a URL path; `/` is the page itself, with its policy. */
  page(path: string): Promise<StaticFile>;
  questions: Questions;
  content: FileContent;
  /** A window has come in by this address of `newUrl`, which works no more. */
  entered(url: string): void;
  /** Another start of Parley with the same profile: it proves itself with the secret of the profile's folder. */
  handover: { secretMatches(given: string): boolean; arrived(deepLink: string | null): Promise<Outcome<unknown>> };
};

export interface HttpHost {
  port: number;
  origin: string;
  /** The address for one new window. It works once. */
  newUrl(): string;
  /** How many windows listen to events now, and how many ever did. */
  readonly streams: number;
  readonly streamsOpened: number;
  /** Lets open requests be answered, within `CLOSING_GRACE_MS`. */
  close(): Promise<void>;
}

/** Headers of everything that is not a file of the page. */
const PLAIN_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Headers that this host adds to the page's files: the page may not be framed, and asks for no more than it needs. */
const PAGE_HEADERS = {
  'X-Frame-Options': 'DENY',
  'Permissions-Policy':
    'camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), geolocation=(), usb=(), serial=(), hid=(), midi=(), payment=()',
} as const;

const statusOf: Partial<Record<Refusal['code'], number>> = { 'too-large': 413, 'bad-request': 400 };

function answerJson(response: ServerResponse, status: number, outcome: Outcome<unknown>, more: object = {}): void {
  response.writeHead(status, { ...PLAIN_HEADERS, 'content-type': 'application/json; charset=utf-8', ...more });
  response.end(JSON.stringify(outcome));
}

/** A person may see this one, so it is a sentence on a page; the code stands beside it. */
function answerSentence(response: ServerResponse, { status, refusal }: Refused): void {
  response.writeHead(status, {
    ...PLAIN_HEADERS,
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  });
  response.end(`${refusal.message}\n\n(${refusal.code})\n`);
}

type CallRequest = { page: string | null; name: string; input: unknown };

/** Ids that pages give themselves. */
const PAGE_ID = /^[A-Za-z0-9_-]{16,64}$/;

function parseCall(text: string): CallRequest | Refusal {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse('bad-request', { message: 'The body is not JSON.' });
  }
  if (typeof body !== 'object' || body === null || !('name' in body) || typeof body.name !== 'string') {
    return refuse('bad-request', { path: 'name' });
  }
  const page = 'page' in body ? body.page : null;
  if (page !== null && (typeof page !== 'string' || !PAGE_ID.test(page)))
    return refuse('bad-request', { path: 'page' });
  return { page, name: body.name, input: 'input' in body ? body.input : {} };
}

/** Starts the local server of the host on 127.0.0.1. Rejects with `port-in-use` when the wanted port is taken. */
export async function startHttpHost(options: HttpHostOptions): Promise<HttpHost> {
  const { clock, log, handover } = options;
  const pages = createPages(options);
  const requests = new Set<Promise<void>>();

  const server = createServer(
    { maxHeaderSize: 8 * 1024, headersTimeout: 5_000, requestTimeout: 15_000, keepAliveTimeout: 5_000 },
    (request, response) => {
      const done = serve(request, response)
        .catch((thrown: unknown) => {
          log.error('a request failed', { reason: thrown instanceof Error ? thrown.name : 'unknown' });
          if (response.headersSent) response.destroy();
          else answerJson(response, 500, refuse('internal'));
        })
        .finally(() => requests.delete(done));
      requests.add(done);
    },
  );
  // Bytes that are not HTTP end their own connection and nothing else.
  server.on('clientError', (_error, socket) => socket.destroy());

  const port = await listen(server, options.port);
  const gate: Gate = createGate(port);
  const origin = `http://127.0.0.1:${port}`;
  const addressOf = (token: string) => `${origin}/?start=${token}`;
  const unsubscribe = options.subscribe((event, payload) => pages.send(event, payload));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wrongHost = gate.refuseHost(request.headers);
    if (wrongHost) return answerSentence(response, wrongHost);
    const url = URL.canParse(request.url ?? '', origin) ? new URL(request.url ?? '', origin) : null;
    if (url === null || url.origin !== origin) return answerJson(response, 400, refuse('bad-request'));

    if (url.pathname === '/bridge/call') return serveCall(request, response);
    if (url.pathname === '/handover') return serveHandover(request, response);
    if (url.pathname.startsWith('/open/')) return serveQuestion(request, response, url.pathname.slice('/open/'.length));
    if (options.content.isFor(url.pathname)) return serveContent(request, response, url.pathname);
    if (request.method !== 'GET' && request.method !== 'HEAD') return wrongMethod(response, 'GET');
    if (url.pathname === '/bridge/events') return serveEvents(request, response, url.searchParams.get('page'));
    const token = url.searchParams.get('start');
    if (url.pathname === '/' && token !== null) return serveStart(request, response, token);
    return servePage(request, response, url.pathname);
  }

  function wrongMethod(response: ServerResponse, allow: string): void {
    answerJson(response, 405, refuse('bad-request', { message: `Only ${allow} is understood here.` }), { allow });
  }

  function serveStart(request: IncomingMessage, response: ServerResponse, token: string): void {
    const cookie = request.method === 'GET' ? gate.exchange(token) : null;
    if (cookie !== null) {
      options.entered(addressOf(token));
      // Not a redirect: the window comes from a file, and a browser counts a redirect to whoever began it. This page
      // goes on by itself, so the next request is the host's own and brings the cookie along.
      response.writeHead(200, {
        ...PLAIN_HEADERS,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'set-cookie': cookie,
        refresh: '0; url=/',
      });
      response.end('<!doctype html><title>Parley</title><meta name="color-scheme" content="light dark">\n');
      return;
    }
    log.warn('a start token was refused');
    const message = 'This address was used already. Start Parley again to open a new window.';
    answerSentence(response, { status: 403, refusal: refuse('sender-refused', { message }) });
  }

  async function servePage(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const refused = gate.refuseRead(request.headers);
    if (refused) return answerSentence(response, refused);
    const file = await options.page(path);
    if (file.status === 404) {
      response.writeHead(404, { ...PLAIN_HEADERS, 'content-type': 'text/plain; charset=utf-8' });
      response.end('There is nothing at this address.\n');
      return;
    }
    response.writeHead(200, { ...PAGE_HEADERS, ...file.headers });
    response.end(request.method === 'HEAD' ? undefined : file.body);
  }

  function serveEvents(request: IncomingMessage, response: ServerResponse, page: string | null): void {
    const refused = gate.refuseRead(request.headers);
    if (refused) answerJson(response, refused.status, refused.refusal);
    else if (request.method !== 'GET') wrongMethod(response, 'GET');
    else if (page !== null && !PAGE_ID.test(page)) answerJson(response, 400, refuse('bad-request', { path: 'page' }));
    // This response lives as long as its window.
    else pages.listen(page, response, request.headers['last-event-id'] !== undefined);
  }

  async function serveCall(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused =
      request.method === 'POST'
        ? gate.refuseWrite(request.headers, 'application/json')
        : gate.refuseRead(request.headers);
    if (refused) return answerJson(response, refused.status, refused.refusal);
    if (request.method !== 'POST') return wrongMethod(response, 'POST');
    const body = await readBody(request, BODY_MAX_BYTES);
    if (!body.ok) return answerJson(response, statusOf[body.code] ?? 400, body, { connection: 'close' });
    const call = parseCall(body.value);
    if ('ok' in call) return answerJson(response, 400, call);
    answerJson(response, 200, await pages.call(call.page, call.name, call.input));
  }

  async function serveContent(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { content } = options;
    const refused =
      request.method === 'GET'
        ? gate.refuseRead(request.headers)
        : gate.refuseWrite(request.headers, 'application/octet-stream');
    if (refused) return answerJson(response, refused.status, refused.refusal);
    const { status, headers, body } = await content.answer(request.method ?? '', path, () =>
      readBytes(request, content.bodyMaxBytes(path)),
    );
    response.writeHead(status, headers);
    response.end(body);
  }

  async function serveHandover(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return wrongMethod(response, 'POST');
    const given = /^Bearer (.{1,128})$/.exec(request.headers.authorization ?? '')?.[1];
    // No browser takes this way; what looks like one is refused, whatever it knows.
    const fromPage = request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined;
    if (fromPage || given === undefined || !handover.secretMatches(given)) {
      return answerJson(response, 403, refuse('sender-refused'));
    }
    const body = await readBody(request, 16 * 1024);
    if (!body.ok) return answerJson(response, statusOf[body.code] ?? 400, body, { connection: 'close' });
    let parsed: unknown;
    try {
      parsed = JSON.parse(body.value);
    } catch {
      // Not JSON. The sender learns that, and nothing changed here.
      return answerJson(response, 400, refuse('bad-request'));
    }
    const deepLink = typeof parsed === 'object' && parsed !== null && 'deepLink' in parsed ? parsed.deepLink : null;
    if (deepLink !== null && typeof deepLink !== 'string') {
      return answerJson(response, 400, refuse('bad-request', { path: 'deepLink' }));
    }
    answerJson(response, 200, await handover.arrived(deepLink));
  }

  async function serveQuestion(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'POST') return wrongMethod(response, 'GET, POST');
    const refused =
      request.method === 'POST'
        ? gate.refuseWrite(request.headers, 'application/x-www-form-urlencoded')
        : gate.refuseRead(request.headers);
    if (refused) return answerSentence(response, refused);
    const body = request.method === 'POST' ? await readBody(request, QUESTION_MAX_BYTES) : null;
    const typed = new URLSearchParams(body?.ok ? body.value : '');
    const {
      status,
      headers,
      body: html,
    } = body === null
      ? options.questions.show(id)
      : options.questions.answer(id, typed.get('answer') === 'open', typed.get('place') ?? '');
    response.writeHead(status, { ...PLAIN_HEADERS, ...PAGE_HEADERS, ...headers });
    response.end(html);
  }

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    unsubscribe();
    pages.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await new Promise<void>((resolve) => {
      const undo = clock.after(CLOSING_GRACE_MS, resolve);
      void Promise.allSettled(requests).then(() => {
        undo();
        resolve();
      });
    });
    server.closeAllConnections();
    await closed;
  }

  return {
    port,
    origin,
    newUrl: () => addressOf(gate.mint()),
    get streams() {
      return pages.size;
    },
    get streamsOpened() {
      return pages.opened;
    },
    close: () => (closing ??= close()),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new ParleyError('port-in-use', { cause: error }) : error);
    });
    server.listen({ port, host: '127.0.0.1' }, () => resolve((server.address() as AddressInfo).port));
  });
}
