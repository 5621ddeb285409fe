import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import { systemTrust } from '../signaling/system-trust.ts';
import { addressFrom, whipHttp } from './whip.ts';

const OFFER = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n';
const ANSWER = 'v=0\r\no=- 2 2 IN IP4 127.0.0.1\r\n';
const whip = whipHttp(systemTrust(silentLog));
const publish = (address: string, token: string | null = null, stopped = new AbortController().signal) =>
  whip.publish(address, token, OFFER, stopped);

type Seen = { method: string | undefined; url: string | undefined; key: string | undefined; type: string | undefined };

/** A receiver on a port of its own, and what it was asked. */
async function receiver(answer: (response: ServerResponse, request: IncomingMessage) => void) {
  const seen: Seen[] = [];
  const bodies: string[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { authorization: key, 'content-type': type } = request.headers;
    seen.push({ method: request.method, url: request.url, key, type });
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    bodies.push(Buffer.concat(parts).toString());
    answer(response, request);
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, bodies };
}

const created = (location = '/sessions/1') => ({ location, 'content-type': 'application/sdp' });
const takes = (response: ServerResponse, { method }: IncomingMessage) =>
  method === 'DELETE' ? response.writeHead(200).end() : response.writeHead(201, created()).end(ANSWER);

describe('publishing by WHIP (C8)', () => {
  it('offers with the key, takes the answer, and ends the session where the receiver has it', async () => {
    const { origin, seen, bodies } = await receiver(takes);
    expect(await publish(`${origin}/whip/garden?a=1`, 'a.key')).toEqual({
      ok: true,
      value: { answer: ANSWER, session: `${origin}/sessions/1` },
    });
    expect(await whip.end(`${origin}/sessions/1`, 'a.key')).toBe(true);
    expect(seen).toEqual([
      { method: 'POST', url: '/whip/garden?a=1', key: 'Bearer a.key', type: 'application/sdp' },
      { method: 'DELETE', url: '/sessions/1', key: 'Bearer a.key', type: undefined },
    ]);
    expect(bodies).toEqual([OFFER, '']);
  });

  it.each([
    [200, 'live-not-whip'],
    [302, 'live-not-whip'],
    [400, 'live-not-taken'],
    [401, 'live-denied'],
    [403, 'live-denied'],
    [404, 'live-address-unknown'],
    [405, 'live-not-whip'],
    [410, 'live-address-unknown'],
    [415, 'live-not-taken'],
    [429, 'live-busy'],
    [500, 'live-receiver-failed'],
    [503, 'live-busy'],
  ])('tells a status of %i by its code', async (status, code) => {
    const { origin } = await receiver((response) => response.writeHead(status, { location: '/elsewhere' }).end());
    expect(await publish(origin)).toMatchObject({ ok: false, code });
  });

  it.each([
    ['has no place for the session', {}, ANSWER],
    ['is a page', { location: '/1', 'content-type': 'text/html' }, ANSWER],
    ['is no session description', created(), '<!doctype html>'],
    ['is longer than any', created(), `v=0${'x'.repeat(70_000)}`],
    ['has its session in the clear elsewhere', created('http://receiver.example/1'), ANSWER],
    ['has its session at a file', created('file:///etc/passwd'), ANSWER],
  ])('refuses an answer that %s', async (_, headers, body) => {
    const { origin } = await receiver((response) => response.writeHead(201, headers).end(body));
    expect(await publish(origin)).toMatchObject({ code: 'live-not-whip' });
  });

  it('follows a receiver to another one, and keeps the key from it', async () => {
    const second = await receiver(takes);
    const first = await receiver((response) => response.writeHead(307, { location: `${second.origin}/near` }).end());
    expect(await publish(first.origin, 'a.key')).toMatchObject({ value: { session: `${second.origin}/sessions/1` } });
    expect(second.seen).toEqual([{ method: 'POST', url: '/near', key: undefined, type: 'application/sdp' }]);
    expect(second.bodies).toEqual([OFFER]);
  });

  it('does not follow for ever', async () => {
    const { origin, seen } = await receiver((response) => response.writeHead(307, { location: '/again' }).end());
    expect(await publish(origin)).toMatchObject({ code: 'live-not-whip' });
    expect(seen).toHaveLength(4);
  });

  it('says that nothing answers', async () => {
    expect(await publish('http://127.0.0.1:9/')).toMatchObject({ code: 'live-unreachable' });
    expect(await whip.end('http://127.0.0.1:9/', null)).toBe(false);
  });

  it('stops asking when it is told to', async () => {
    const stop = new AbortController();
    const { origin } = await receiver(() => stop.abort());
    expect(await publish(origin, null, stop.signal)).toMatchObject({ code: 'cancelled' });
  });
});

describe('the address that a receiver leads to (C8)', () => {
  it.each([
    ['https://live.example/whip', '/sessions/1', 'https://live.example/sessions/1'],
    ['https://live.example/whip', 'https://edge.example/sessions/1', 'https://edge.example/sessions/1'],
    ['https://live.example/whip', 'http://edge.example/sessions/1', undefined],
    ['https://live.example/whip', 'http://live.example/sessions/1', undefined],
    ['https://live.example/whip', 'https://192.168.1.1/reboot', undefined],
    ['https://live.example/whip', 'https://localhost:9200/_all', undefined],
    ['https://live.example/whip', 'https://[::1]/', undefined],
    ['https://live.example/whip', 'file:///etc/passwd', undefined],
    ['https://live.example/whip', 'https://name:word@edge.example/', undefined],
    ['http://192.168.1.50/whip', 'http://192.168.1.50:8889/sessions/1', 'http://192.168.1.50:8889/sessions/1'],
    ['http://192.168.1.50/whip', 'http://192.168.1.51/sessions/1', undefined],
    ['http://192.168.1.50/whip', 'http://127.0.0.1:9200/_all', undefined],
    ['http://192.168.1.50/whip', 'https://live.example/sessions/1', 'https://live.example/sessions/1'],
    ['http://127.0.0.1:8889/whip', 'http://127.0.0.1:9000/sessions/1', 'http://127.0.0.1:9000/sessions/1'],
  ])('from %s by %s is %s', (at, location, leadsTo) => {
    expect(addressFrom(new URL(at), location)?.href).toBe(leadsTo);
  });
});
