import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Tally } from '../metrics/tally.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { createRecentAnswers } from './recent-answers.ts';

/** A server whose framework counts how often it was asked and answers when it is told to. */
async function serverWith({ holds = false } = {}) {
  const clock = new FakeClock();
  const tally = new Tally();
  const seen: { method: string; url: string | undefined; status: number }[] = [];
  let glance = 'as it was';
  let asked = 0;
  let goOn = (): void => {};
  const recent = createRecentAnswers(['/health'], {
    tally,
    observer: {
      refused: () => {},
      answered: ({ method, routeOptions }, { statusCode }) =>
        seen.push({ method, url: routeOptions.url, status: statusCode }),
    },
    now: () => clock.now(),
    glance: () => glance,
  });
  const http = createServer((request, response) => {
    if (recent.answer(request, response)) return;
    asked += 1;
    const body = `{"asked":${asked}}`;
    goOn = () => {
      const headers = { 'x-kind': 'good', 'x-request-id': 'of the framework' };
      if (recent.isWanted(request)) recent.keep('/health', { status: 200, headers, body });
      response.end(body);
    };
    if (!holds || asked === 1) goOn();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  return {
    clock,
    tally,
    recent,
    seen,
    get asked() {
      return asked;
    },
    goOn: () => goOn(),
    change: () => {
      glance = 'different';
    },
    get: (path = '/health', init: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, init),
  };
}

describe('recent answers', () => {
  it('are given again for a moment, with ids and timings of their own, and are counted', async () => {
    const server = await serverWith();
    expect(await (await server.get()).json()).toEqual({ asked: 1 });
    const again = await server.get();
    expect([again.status, await again.json()]).toEqual([200, { asked: 1 }]);
    expect(again.headers.get('x-kind')).toBe('good');
    expect(again.headers.get('content-length')).toBe('11');
    expect(again.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(again.headers.get('server-timing')).toMatch(/^app;dur=\d+\.\d{3}$/);
    expect((await server.get()).headers.get('x-request-id')).not.toBe(again.headers.get('x-request-id'));
    expect(server.tally.requests).toBe(2);
    expect(server.seen[0]).toEqual({ method: 'GET', url: '/health', status: 200 });
  });

  it('are given to those who ask for the head alone', async () => {
    const server = await serverWith();
    await server.get();
    const head = await server.get('/health', { method: 'HEAD' });
    expect([head.headers.get('content-length'), await head.text()]).toEqual(['11', '']);
    expect(server.asked).toBe(1);
  });

  it('are too old after a quarter of a second', async () => {
    const server = await serverWith();
    await server.get();
    server.clock.advance(249);
    expect(await (await server.get()).json()).toEqual({ asked: 1 });
    server.clock.advance(1);
    expect(await (await server.get()).json()).toEqual({ asked: 2 });
  });

  it('are not given when the clock was set back', async () => {
    const server = await serverWith();
    await server.get();
    server.clock.advance(-1);
    expect(await (await server.get()).json()).toEqual({ asked: 2 });
  });

  it('are not true any more when something known at once has changed', async () => {
    const server = await serverWith();
    await server.get();
    server.change();
    expect(await (await server.get()).json()).toEqual({ asked: 2 });
  });

  it('are not kept when something known at once has changed while they were made', async () => {
    const server = await serverWith({ holds: true });
    await server.get();
    server.clock.advance(250);
    const waiting = server.get();
    await expect.poll(() => server.asked).toBe(2);
    server.change();
    server.goOn();
    expect(await (await waiting).json()).toEqual({ asked: 2 });
    const next = server.get();
    await expect.poll(() => server.asked).toBe(3);
    server.goOn();
    expect(await (await next).json()).toEqual({ asked: 3 });
  });

  it('are given a moment longer while somebody waits for the next', async () => {
    const server = await serverWith({ holds: true });
    await server.get();
    server.clock.advance(250);
    const waiting = server.get();
    await expect.poll(() => server.asked).toBe(2);
    expect(await (await server.get()).json()).toEqual({ asked: 1 });
    server.goOn();
    expect(await (await waiting).json()).toEqual({ asked: 2 });
    expect(await (await server.get()).json()).toEqual({ asked: 2 });
  });

  it.each([
    ['a query', '/health?x', {}],
    ['an origin', '/health', { headers: { origin: 'https://a.example' } }],
    ['another method', '/health', { method: 'POST' }],
  ])('are not for a request with %s', async (_what, path, init) => {
    const server = await serverWith();
    await server.get();
    await server.get(path, init);
    expect(server.asked).toBe(2);
    expect(await (await server.get()).json()).toEqual({ asked: 1 });
  });

  it('are over when the server closes', async () => {
    const server = await serverWith();
    await server.get();
    server.recent.close();
    await server.get();
    await server.get();
    expect(server.asked).toBe(3);
  });
});
