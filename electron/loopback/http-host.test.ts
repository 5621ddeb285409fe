import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { accept, type Outcome } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '#core/adapters/stream-log.ts';
import type { FileContent } from '#core/files/file-requests.ts';
import { type TestClock, testClock } from '#core/testing/test-kit.ts';
import { BODY_MAX_BYTES, CLOSING_GRACE_MS, type HttpHost, startHttpHost } from './http-host.ts';
import { UNHEARD_MAX_MS } from './pages.ts';
import { createQuestions, type Questions } from './questions.ts';

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; text: string };
type Asked = { method?: string; path?: string; headers?: Record<string, string>; body?: string | Buffer };

describe('the local server of the loopback host (P11)', () => {
  let host: HttpHost;
  let clock: TestClock;
  let questions: Questions;
  let calls: { name: string; input: unknown }[];
  let answerCall: (name: string) => Outcome<unknown> | Promise<Outcome<unknown>>;
  let links: (string | null)[];
  let shown: string[];
  let entered: string[];
  let emit: (event: 'server.changed', payload: unknown) => void;
  let tellPages: ((event: 'signaling.heard', payload: unknown) => void)[];
  let pagesClosed: number;
  let stored: { method: string; path: string; size: number }[];
  const content: FileContent = {
    bodyMaxBytes: () => 100,
    isFor: (path) => path.startsWith('/files/'),
    async answer(method, path, body) {
      const read = method === 'PUT' ? await body() : accept(new Uint8Array());
      if (read.ok) stored.push({ method, path, size: read.value.length });
      return { status: read.ok ? 200 : 413, headers: { 'content-type': 'application/octet-stream' }, body: 'bytes' };
    },
  };

  beforeEach(async () => {
    calls = [];
    answerCall = (name) => accept({ name });
    links = [];
    shown = [];
    entered = [];
    pagesClosed = 0;
    stored = [];
    tellPages = [];
    clock = testClock();
    questions = createQuestions(clock, async (path) => shown.push(path) > 0);
    host = await startHttpHost({
      port: 0,
      clock,
      log: silentLog,
      async call(name, input) {
        calls.push({ name, input });
        return answerCall(name);
      },
      openPage: (tell) => {
        tellPages.push(tell);
        return {
          call: async (name, input) => {
            calls.push({ name, input });
            return answerCall(name);
          },
          close: () => {
            pagesClosed++;
          },
        };
      },
      subscribe(listener) {
        emit = listener;
        return () => {
          emit = () => {
            throw new Error('nobody listens any more');
          };
        };
      },
      page: async (path) =>
        path === '/'
          ? { status: 200, body: Buffer.from('<h1>page</h1>'), headers: { 'Content-Type': 'text/html' } }
          : { status: 404 },
      questions,
      content,
      entered: (url) => entered.push(url),
      handover: {
        secretMatches: (given) => given === 'secret',
        async arrived(deepLink) {
          links.push(deepLink);
          return accept({ opened: true, url: null });
        },
      },
    });
  });
  afterEach(async () => {
    questions.close();
    await host.close();
  });

  /** A request exactly as given, with any Host and Origin, which fetch would not send. */
  const send = ({ method = 'GET', path = '/', headers = {}, body }: Asked): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: host.port, method, path, headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const enter = async () => {
    const { pathname, search } = new URL(host.newUrl());
    const answer = await send({ path: pathname + search });
    return String(answer.headers['set-cookie']).split(';')[0] ?? '';
  };
  /** A call as the page makes it; a header that is null is left out. */
  const call = async (headers: Record<string, string | null> = {}, more: Asked = {}) =>
    send({
      method: 'POST',
      path: '/bridge/call',
      body: JSON.stringify({ name: 'app.info', input: {} }),
      ...more,
      headers: given({
        cookie: await enter(),
        origin: host.origin,
        'content-type': 'application/json',
        ...headers,
      }),
    });
  const given = (headers: Record<string, string | null>): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
  const codeOf = ({ text }: Answer): unknown => (JSON.parse(text) as { code?: unknown }).code; // asserted by its users

  it('listens on 127.0.0.1 alone', async () => {
    expect((await send({})).status).toBe(403);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .map(({ address }) => address)
      .filter((address) => address !== '127.0.0.1');
    for (const address of [...others, '::1']) {
      const reached = await new Promise<boolean>((resolve) => {
        const socket = connect(host.port, address);
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      expect(reached, address).toBe(false);
    }
  });

  it('exchanges a start token once for a cookie that scripts and other sites cannot use', async () => {
    const url = host.newUrl();
    const { pathname, search } = new URL(url);
    // The file that leads here is a site of its own, and says so.
    const first = await send({ path: pathname + search, headers: { 'sec-fetch-site': 'cross-site' } });
    // A redirect would count as the file's, and the browser would keep the cookie back.
    expect(first).toMatchObject({ status: 200, headers: { refresh: '0; url=/', 'cache-control': 'no-store' } });
    expect(first.headers['content-security-policy']).toContain("default-src 'none'");
    expect(first.headers['set-cookie']).toEqual([
      expect.stringMatching(new RegExp(`^parley_${host.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`)),
    ]);
    const second = await send({ path: pathname + search });
    expect(second.status).toBe(403);
    expect(second.text).toContain('(sender-refused)');
    expect(second.headers['set-cookie']).toBeUndefined();
    expect(entered).toEqual([url]);
  });

  it('gives each further window a token of its own', async () => {
    const urls = [host.newUrl(), host.newUrl(), host.newUrl()];
    expect(new Set(urls).size).toBe(3);
    for (const url of urls.reverse()) {
      const { pathname, search } = new URL(url);
      expect((await send({ path: pathname + search })).status).toBe(200);
    }
  });

  it('serves the page to its own window', async () => {
    const answer = await send({ headers: { cookie: await enter() } });
    expect(answer).toMatchObject({ status: 200, text: '<h1>page</h1>', headers: { 'x-frame-options': 'DENY' } });
    expect((await send({ path: '/elsewhere.js', headers: { cookie: await enter() } })).status).toBe(404);
  });

  it('answers a call of the page', async () => {
    const answer = await call({ 'sec-fetch-site': 'same-origin' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ ok: true, value: { name: 'app.info' } });
    expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });

  describe('refuses, without calling the core,', () => {
    afterEach(async () => {
      expect(calls).toEqual([]);
      // Whatever was tried, the next honest call is answered.
      expect((await call()).status).toBe(200);
      calls = [];
    });

    it.each([
      ['a rebound name', () => call({ host: `evil.example:${host.port}` })],
      ['localhost', () => call({ host: `localhost:${host.port}` })],
      ['another port', () => call({ host: '127.0.0.1:1' })],
      ['no port', () => call({ host: '127.0.0.1' })],
    ])('a request to %s', async (_name, ask) => {
      const answer = await ask();
      expect(answer.status).toBe(403);
      expect(answer.text).toContain('(sender-refused)');
    });

    it.each([
      ['another site', () => call({ origin: 'https://evil.example' })],
      ['another port of this computer', () => call({ origin: 'http://127.0.0.1:1' })],
      ['the same address by another scheme', () => call({ origin: host.origin.replace('http:', 'https:') })],
      ['a page without an origin', () => call({ origin: 'null' })],
      ['nowhere', () => call({ origin: null })],
      ['what its own browser calls cross-site', () => call({ 'sec-fetch-site': 'cross-site' })],
      ['what its own browser calls same-site', () => call({ 'sec-fetch-site': 'same-site' })],
      ['an address that was typed', () => call({ 'sec-fetch-site': 'none' })],
      ['a window without a cookie', () => call({ cookie: null })],
      ['a window with another cookie', () => call({ cookie: 'other=1' })],
      ['a window with a wrong cookie', () => call({ cookie: `parley_${host.port}=${'A'.repeat(43)}` })],
      ['a window with an empty cookie', () => call({ cookie: `parley_${host.port}=` })],
    ])('a call from %s', async (_name, ask) => {
      const answer = await ask();
      expect(answer.status).toBe(403);
      expect(codeOf(answer)).toBe('sender-refused');
    });

    it.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonx',
    ])('a body of type %s, which a form of any site could send', async (type) => {
      const answer = await call({ 'content-type': type });
      expect(answer.status).toBe(415);
      expect(codeOf(answer)).toBe('bad-request');
    });

    it.each([
      ['no JSON', 'name=app.info'],
      ['half of it', '{"name":"app.info","inp'],
      ['nothing', ''],
      ['null', 'null'],
      ['a list', '["app.info"]'],
      ['no name', '{"input":{}}'],
      ['a name that is no text', '{"name":{"toString":1}}'],
      ['bytes that are no text', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
      ['deep nesting that is not closed', '['.repeat(200_000)],
    ])('a body with %s', async (_name, body) => {
      const answer = await call({}, { body });
      expect(answer.status).toBe(400);
      expect(codeOf(answer)).toBe('bad-request');
    });

    it('a body above the limit, said or unsaid', async () => {
      const body = JSON.stringify({ name: 'app.info', input: 'x'.repeat(BODY_MAX_BYTES) });
      const said = await call({ 'content-length': String(body.length) }, { body });
      expect([said.status, codeOf(said)]).toEqual([413, 'too-large']);
      const unsaid = await call({ 'transfer-encoding': 'chunked' }, { body });
      expect([unsaid.status, codeOf(unsaid)]).toEqual([413, 'too-large']);
    });

    it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('a call by %s', async (method) => {
      const answer = await call({}, { method, body: '' });
      expect(answer.status).toBe(405);
    });

    it('a preflight of another site, with nothing that would let it go on', async () => {
      const answer = await send({
        method: 'OPTIONS',
        path: '/bridge/call',
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      });
      expect(answer.status).toBe(403);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    });

    it('the page, its files and its events to whoever has no cookie', async () => {
      for (const path of [
        '/',
        '/index.html',
        '/assets/x.js',
        '/bridge/events',
        '/open/x',
        '/?start=',
        '/?start=wrong',
      ]) {
        expect((await send({ path })).status, path).toBe(403);
      }
    });

    it('events to another site', async () => {
      const cookie = await enter();
      const headers = { cookie, origin: 'https://evil.example' };
      expect((await send({ path: '/bridge/events', headers })).status).toBe(403);
      expect((await send({ path: '/bridge/events', headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status).toBe(
        403,
      );
      expect(host.streams).toBe(0);
    });

    it('an address of another origin in the request line', async () => {
      const answer = await call({}, { path: 'http://evil.example/bridge/call' });
      expect(answer.status).toBe(400);
    });
  });

  describe('events', () => {
    /** Opens a stream and collects what comes; `until` resolves once the text holds something. */
    const listen = async (page?: string, more: Record<string, string> = {}) => {
      const headers = { cookie: await enter(), 'sec-fetch-site': 'same-origin', ...more };
      const path = `/bridge/events${page === undefined ? '' : `?page=${page}`}`;
      let text = '';
      let check = () => {};
      const stream = await new Promise<{ until(part: string): Promise<void>; ended: Promise<void>; stop(): void }>(
        (resolve, reject) => {
          const sent = request({ host: '127.0.0.1', port: host.port, path, headers }, (response) => {
            response.setEncoding('utf8');
            response.on('data', (part: string) => {
              text += part;
              check();
            });
            const ended = new Promise<void>((end) => response.on('close', () => end()));
            const until = (part: string) =>
              new Promise<void>((found) => {
                check = () => {
                  if (text.includes(part)) found();
                };
                check();
              });
            resolve({ until, ended, stop: () => sent.destroy() });
          });
          sent.on('error', reject);
          sent.end();
        },
      );
      return { ...stream, text: () => text };
    };

    it('begin with a hello, carry JSON, and are kept alive', async () => {
      const stream = await listen();
      await stream.until('event: hello\ndata: {}\n\n');
      emit('server.changed', { at: 'off', note: 'two\nlines' });
      await stream.until('event: server.changed\ndata: {"at":"off","note":"two\\nlines"}\n\n');
      clock.advance(15_000);
      await stream.until(': alive\n\n');
      stream.stop();
    });

    const page = 'a-page-of-this-test';
    const callAs = (body: object) => call({}, { body: JSON.stringify(body) });
    const heard = (n: number) => ({ wireId: 'w', event: 'server:drain', payload: n });

    it('that are for one page reach its stream alone', async () => {
      const [ours, other] = [await listen(page), await listen('another-page-there')];
      await Promise.all([ours.until('hello'), other.until('hello')]);
      tellPages.at(0)?.('signaling.heard', heard(1));
      emit('server.changed', { at: 'off' });
      await Promise.all([ours.until('server.changed'), other.until('server.changed')]);
      expect(ours.text()).toContain('event: signaling.heard\n');
      expect(other.text()).not.toContain('signaling.heard');
      ours.stop();
      other.stop();
    });

    it('wait for a page whose first call overtook its stream', async () => {
      expect(JSON.parse((await callAs({ page, name: 'app.info', input: {} })).text)).toMatchObject({ ok: true });
      tellPages.at(0)?.('signaling.heard', heard(1));
      tellPages.at(0)?.('signaling.heard', heard(2));
      const stream = await listen(page);
      await stream.until('"payload":2');
      expect(stream.text().indexOf('"payload":1')).toBeLessThan(stream.text().indexOf('"payload":2'));
      expect(tellPages).toHaveLength(1);
      stream.stop();
    });

    it('close the page when they end, or when it never listens', async () => {
      const stream = await listen(page);
      await stream.until('hello');
      stream.stop();
      await expect.poll(() => pagesClosed).toBe(1);
      await callAs({ page, name: 'app.info', input: {} });
      clock.advance(UNHEARD_MAX_MS - 1);
      expect(pagesClosed).toBe(1);
      clock.advance(1);
      expect(pagesClosed).toBe(2);
      expect(clock.timers()).toBe(0);
    });

    it('tell a page that opens its stream again that its wires are lost, also those it opened in between', async () => {
      const first = await listen(page);
      await first.until('hello');
      expect(first.text()).toContain('id: 1\n');
      first.stop();
      await expect.poll(() => pagesClosed).toBe(1);
      await callAs({ page, name: 'app.info', input: {} });
      const again = await listen(page, { 'last-event-id': '1' });
      await again.until('event: signaling.lost\ndata: {}\n\n');
      expect(pagesClosed).toBe(2);
      tellPages.at(-1)?.('signaling.heard', heard(1));
      await again.until('signaling.heard');
      again.stop();
    });

    it('go to no page with an id that is none', async () => {
      const headers = { cookie: await enter(), 'sec-fetch-site': 'same-origin' };
      expect((await send({ path: '/bridge/events?page=short', headers })).status).toBe(400);
      expect((await callAs({ page: 7, name: 'app.info' })).status).toBe(400);
    });

    it('stop their heartbeat with the last window', async () => {
      const stream = await listen();
      await stream.until('hello');
      expect(clock.timers()).toBe(1);
      stream.stop();
      await expect.poll(() => host.streams).toBe(0);
      expect(clock.timers()).toBe(0);
    });

    it('end when the host closes, and nothing is left', async () => {
      const streams = [await listen(), await listen()];
      await Promise.all(streams.map((stream) => stream.until('hello')));
      expect(host.streams).toBe(2);
      await host.close();
      await Promise.all(streams.map((stream) => stream.ended));
      expect(clock.timers()).toBe(0);
      await expect(send({})).rejects.toThrow(/ECONNREFUSED/);
      expect(() => emit('server.changed', {})).toThrow('nobody listens');
    });
  });

  describe('a second start', () => {
    const handOver = (headers: Record<string, string>, body = '{"deepLink":"parley://join/x"}') =>
      send({ method: 'POST', path: '/handover', headers, body });

    it('hands its link over with the secret of the profile', async () => {
      expect((await handOver({ authorization: 'Bearer secret' })).status).toBe(200);
      expect((await handOver({ authorization: 'Bearer secret' }, '{"deepLink":null}')).status).toBe(200);
      expect(links).toEqual(['parley://join/x', null]);
    });

    it.each([
      ['no secret', {}],
      ['a wrong secret', { authorization: 'Bearer other' }],
      ['the secret and an origin, as a page has', { authorization: 'Bearer secret', origin: 'null' }],
      ['the secret and what browsers add', { authorization: 'Bearer secret', 'sec-fetch-site': 'same-origin' }],
    ])('is refused with %s', async (_name, headers) => {
      const answer = await handOver(headers);
      expect([answer.status, codeOf(answer)]).toEqual([403, 'sender-refused']);
      expect(links).toEqual([]);
    });

    it('is refused with a body that makes no sense', async () => {
      for (const body of ['', 'x', '{"deepLink":5}']) {
        expect((await handOver({ authorization: 'Bearer secret' }, body)).status).toBe(400);
      }
      expect(links).toEqual([]);
    });
  });

  describe('a link that leads outside', () => {
    const link = new URL('https://example.org/a?b=<c>&d="e"');
    const decide = async (path: string, answer: string, headers: Record<string, string> = {}) =>
      send({
        method: 'POST',
        path,
        body: `answer=${answer}`,
        headers: {
          cookie: await enter(),
          origin: host.origin,
          'content-type': 'application/x-www-form-urlencoded',
          ...headers,
        },
      });

    it('is opened when the person agrees to it, seeing where it leads', async () => {
      const agreed = questions.askLink(link);
      const path = shown[0] ?? '';
      const page = await send({ path, headers: { cookie: await enter() } });
      expect(page.status).toBe(200);
      expect(page.text).toContain('Open example.org outside Parley?');
      expect(page.text).not.toContain('<c>');
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
      // With no-referrer, Chromium would send the form with the origin "null".
      expect(page.headers['referrer-policy']).toBe('same-origin');
      expect((await decide(path, 'open')).status).toBe(200);
      expect(await agreed).toBe(true);
      expect((await decide(path, 'open')).status).toBe(410);
    });

    it('is not opened when the person says no', async () => {
      const agreed = questions.askLink(link);
      await decide(shown[0] ?? '', 'cancel');
      expect(await agreed).toBe(false);
    });

    it('is not opened by another site', async () => {
      const agreed = questions.askLink(link);
      const forged = await decide(shown[0] ?? '', 'open', { origin: 'https://evil.example' });
      expect(forged.status).toBe(403);
      questions.close();
      expect(await agreed).toBe(false);
    });

    it('is given up when nobody answers, and few questions wait at once', async () => {
      const asked = [questions.askLink(link), questions.askLink(link), questions.askLink(link)];
      expect(await questions.askLink(link)).toBe(false);
      expect(shown).toHaveLength(3);
      clock.advance(120_000);
      expect(await Promise.all(asked)).toEqual([false, false, false]);
      expect(clock.timers()).toBe(0);
    });
  });

  describe('closing', () => {
    it('lets the call be answered that came before it', async () => {
      let done = (_outcome: Outcome<unknown>) => {};
      answerCall = () => new Promise((resolve) => (done = resolve));
      const asked = call();
      await expect.poll(() => calls.length).toBe(1);
      const closed = host.close();
      done(accept({ late: true }));
      expect(JSON.parse((await asked).text)).toEqual({ ok: true, value: { late: true } });
      await closed;
      expect(clock.timers()).toBe(0);
    });

    it('waits only so long for a call that is never answered', async () => {
      answerCall = () => new Promise(() => {});
      const cut = expect(call()).rejects.toThrow();
      await expect.poll(() => calls.length).toBe(1);
      let closed = false;
      const closing = host.close().then(() => {
        closed = true;
      });
      clock.advance(CLOSING_GRACE_MS - 1);
      await new Promise<void>((resolve) => setImmediate(resolve));
      expect(closed).toBe(false);
      clock.advance(1);
      await closing;
      await cut;
    });

    it('answers the questions about links with no, and asks none any more', async () => {
      const asked = questions.askLink(new URL('https://example.org/'));
      questions.close();
      expect(await asked).toBe(false);
      expect(await questions.askLink(new URL('https://example.org/'))).toBe(false);
      expect(shown).toHaveLength(1);
      expect(clock.timers()).toBe(0);
    });
  });

  describe('the content of files', () => {
    const path = '/files/some-file/blocks/0';
    const put = async (headers: Record<string, string | null>, body = Buffer.alloc(100)) =>
      send({
        method: 'PUT',
        path,
        body,
        headers: given({
          cookie: await enter(),
          origin: host.origin,
          'content-type': 'application/octet-stream',
          ...headers,
        }),
      });

    it('is stored and read for the page alone', async () => {
      expect((await put({})).status).toBe(200);
      expect(stored).toEqual([{ method: 'PUT', path, size: 100 }]);
      expect((await put({ origin: 'https://evil.example' })).status).toBe(403);
      expect((await put({ origin: null })).status).toBe(403);
      expect((await put({ cookie: null })).status).toBe(403);
      expect((await put({ 'content-type': 'text/plain' })).status).toBe(415);
      expect((await send({ path })).status).toBe(403);
      expect((await send({ path, headers: { cookie: await enter(), origin: 'https://evil.example' } })).status).toBe(
        403,
      );
      expect(stored).toHaveLength(1);
      expect((await send({ path, headers: { cookie: await enter() } })).text).toBe('bytes');
    });

    it('is not taken when it is larger than a block', async () => {
      expect((await put({}, Buffer.alloc(101))).status).toBe(413);
      expect(stored).toEqual([]);
    });
  });

  describe('the question about a file', () => {
    it('names the file as plain text and says what it can do', async () => {
      const agreed = questions.askFile({ name: '<b>photo.exe', risk: 'dangerous' });
      const page = await send({ path: shown[0] ?? '', headers: { cookie: await enter() } });
      expect(page.text).toContain('This file can harm your computer. Open it?');
      expect(page.text).toContain('&lt;b&gt;photo.exe');
      questions.close();
      expect(await agreed).toBe(false);
    });
  });

  it('says which port is taken', async () => {
    await expect(
      startHttpHost({
        port: host.port,
        clock,
        log: silentLog,
        call: async () => accept({}),
        openPage: () => ({ call: async () => accept({}), close: () => {} }),
        subscribe: () => () => {},
        page: async () => ({ status: 404 }),
        questions,
        content,
        entered: () => {},
        handover: { secretMatches: () => false, arrived: async () => accept({}) },
      }),
    ).rejects.toMatchObject({ code: 'port-in-use' });
  });
});
