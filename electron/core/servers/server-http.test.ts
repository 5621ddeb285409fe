import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServerHost } from '@parley/shared/model';
import { accept, refuse, sentenceOf } from '@parley/shared/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import { systemTrust } from '../signaling/system-trust.ts';
import { serverHttp } from './server-http.ts';

const http = serverHttp(systemTrust(silentLog));
async function serve(listener: RequestListener): Promise<ServerHost> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return ServerHost.parse(`127.0.0.1:${(server.address() as AddressInfo).port}`);
}
const json =
  (status: number, body: unknown): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
const about = {
  service: 'parley-signaling',
  version: '0.1.0',
  protocol: 1,
  access: 'token',
  relay: false,
  listed_rooms: true,
  hosts: ['calls.example.org'],
};

describe('asking a server who it is', () => {
  it('answers that with the time it took', async () => {
    const host = await serve(json(200, { ...about, more: 'of a later version' }));
    expect(await http.about(host)).toEqual(accept({ ...about, roundTripMs: expect.any(Number) }));
  });

  it.each([
    ['another service', json(200, { ...about, service: 'something' }), 'not-a-server'],
    ['a page', (_request, response) => response.end('<!doctype html>'), 'not-a-server'],
    ['nothing of that name', json(404, { message: 'Not found' }), 'not-a-server'],
    ['a newer protocol', json(200, { ...about, protocol: 2 }), 'client-too-old'],
    ['an older protocol', json(200, { ...about, protocol: 0 }), 'server-too-old'],
    ['a refusal', json(429, refuse('rate-limited', { retryAfterMs: 5_000 })), 'rate-limited'],
    ['a proxy without its server', json(503, {}), 'server-busy'],
    ['a sentence as its version', json(200, { ...about, version: 'Get the new Parley from us.' }), 'not-a-server'],
    ['more than any answer', json(200, { ...about, version: 'x'.repeat(70_000) }), 'not-a-server'],
  ] as [string, RequestListener, string][])('tells %s by its code', async (_name, listener, code) => {
    expect(await http.about(await serve(listener))).toMatchObject({ ok: false, code });
  });

  it('follows no redirect', async () => {
    const paths: string[] = [];
    const host = await serve((request, response) => {
      paths.push(request.url ?? '');
      response.writeHead(302, { location: '/elsewhere' });
      response.end('{}');
    });
    expect(await http.about(host)).toMatchObject({ code: 'not-a-server' });
    expect(paths).toEqual(['/about']);
  });

  it('says that nothing answers', async () => {
    expect(await http.about(ServerHost.parse('127.0.0.1:9'))).toMatchObject({ code: 'server-unreachable' });
  });
});

describe('the exchange of a token', () => {
  it('sends it in the body and gives back what came', async () => {
    let sent = '';
    const host = await serve((request, response) => {
      request.on('data', (part: Buffer) => {
        sent += part.toString();
      });
      request.on('end', () =>
        json(200, { access_token: 'jwt', token_type: 'Bearer', expires_in: 900, refresh_token: 'next' })(
          request,
          response,
        ),
      );
    });
    expect(await http.refresh(host, 'first')).toEqual(
      accept({ accessToken: 'jwt', expiresInS: 900, refreshToken: 'next' }),
    );
    expect(JSON.parse(sent)).toEqual({ refresh_token: 'first' });
  });

  it.each([1, 59, 86_401, 3_000_000])('takes no token that lives for %i seconds', async (expiresInS) => {
    const host = await serve(json(200, { access_token: 'jwt', expires_in: expiresInS, refresh_token: 'next' }));
    expect(await http.refresh(host, 'first')).toMatchObject({ code: 'not-a-server' });
  });

  it('is refused with the server’s code; its own words are quoted', async () => {
    const host = await serve(json(401, { ...refuse('access-expired'), message: 'It ended.' }));
    expect(await http.refresh(host, 'first')).toEqual(
      refuse('access-expired', { message: `${sentenceOf('access-expired')} ${host} says: “It ended.”` }),
    );
  });
});
