import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Refusal, refuse } from '@parley/shared/protocol';
import { type Core, createCore } from '#core/core.ts';
import type { CorePorts } from '#core/ports.ts';
import { staticFile } from '#core/static-files.ts';
import { createEventStreams } from './event-streams.ts';
import { createGate, type Refused } from './gate.ts';
import { readBody } from './read-body.ts';

const BODY_MAX_BYTES = 512 * 1024;

export type LoopbackOptions = {
  ports: CorePorts;
  /** The folder with the built page. */
  page: string;
  /** 0 takes any free port. */
  port?: number;
};

export type LoopbackHost = {
  port: number;
  /** An address with a fresh one-time token, for one window. */
  newUrl(): string;
  core: Core;
  close(): Promise<void>;
};

/**
 * The core behind a server on 127.0.0.1 for an ordinary Chromium window. Rejects with the core's ParleyErrors,
 * or with `port-in-use` when the named port is taken.
 */
export async function startLoopback({ ports, page, port = 0 }: LoopbackOptions): Promise<LoopbackHost> {
  const core = await createCore(ports);
  const streams = createEventStreams(ports.clock);
  const unsubscribe = core.subscribe((event, payload) => streams.send(event, payload));
  // No request can be told apart before the port is known, and none can come before that.
  let gate = createGate(port);

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      ports.log.error('a request failed', { name: error instanceof Error ? error.name : 'unknown' });
      if (!response.headersSent) answer(response, 500, refuse('internal'));
      else response.destroy();
    });
  });
  server.headersTimeout = 5_000;
  server.requestTimeout = 30_000;
  server.maxHeadersCount = 100;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const wrongHost = gate.refuseHost(request.headers);
    if (wrongHost) return turnAway(response, wrongHost);
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname === '/bridge/call') {
      if (request.method !== 'POST') return answer(response, 405, refuse('bad-request'));
      return call(request, response);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, refuse('bad-request'));
    const start = url.searchParams.get('start');
    if (url.pathname === '/' && start !== null) return enter(response, start);
    const refused = gate.refuseRead(request.headers);
    if (refused) return turnAway(response, refused);
    if (url.pathname === '/bridge/events') return streams.open(response);
    const file = await staticFile(page, url.pathname, core.connectHosts());
    if (file.status === 404) return answer(response, 404, refuse('bad-request', { message: 'There is nothing here.' }));
    response.writeHead(200, file.headers).end(request.method === 'HEAD' ? undefined : file.body);
  };

  const enter = (response: ServerResponse, token: string): void => {
    const cookie = gate.exchange(token);
    if (cookie === null) {
      const message = 'This address was used already. Start Parley again to open a new window.';
      turnAway(response, { status: 403, refusal: refuse('sender-refused', { message }) });
      return;
    }
    response.writeHead(302, { location: '/', 'set-cookie': cookie, 'cache-control': 'no-store' }).end();
  };

  const call = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refused = gate.refuseWrite(request.headers, 'application/json');
    if (refused) return turnAway(response, refused);
    const body = await readBody(request, BODY_MAX_BYTES);
    if (!body.ok) return answer(response, body.code === 'too-large' ? 413 : 400, body);
    const asked = readCall(body.value);
    if (!asked) return answer(response, 400, refuse('bad-request'));
    answer(response, 200, await core.call(asked.name, asked.input));
  };

  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    await core.close();
    throw error;
  }
  // Listening on an address and a port, so this is no pipe's name.
  const bound = server.address() as AddressInfo;
  gate = createGate(bound.port);

  let closing: Promise<void> | undefined;
  return {
    port: bound.port,
    core,
    newUrl: () => `http://127.0.0.1:${bound.port}/?start=${gate.mint()}`,
    close() {
      closing ??= (async () => {
        unsubscribe();
        streams.close();
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        await closed;
        await core.close();
      })();
      return closing;
    },
  };
}

function readCall(text: string): { name: string; input: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('name' in value) || typeof value.name !== 'string')
      return undefined;
    return { name: value.name, input: 'input' in value ? value.input : {} };
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    .end(JSON.stringify(body));
}

/** A refused window shows a sentence, a refused program gets the code; both are the same JSON text. */
const turnAway = (response: ServerResponse, { status, refusal }: Refused): void =>
  answer(response, status, refusal satisfies Refusal);
