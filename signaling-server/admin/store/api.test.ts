import { refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { Overview } from '../../src/answers.ts';
import { fakeOverview } from '../testing/fake-overview.ts';
import { createApi } from './api.ts';

/** A server that answers everything the same; an Error stands for no answer at all. */
function answering(status: number, body: unknown) {
  const asked: { path: string; init: RequestInit }[] = [];
  const api = createApi({
    fetch: async (path, init) => {
      asked.push({ path, init });
      if (body instanceof Error) throw body;
      return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
    },
    timeout: () => new AbortController().signal,
  });
  return { api, asked };
}

describe('asking the server', () => {
  it('hands on what fits the schema, with the token in a header and nowhere else', async () => {
    const overview = fakeOverview({ health: { rooms: 3 } });
    const { api, asked } = answering(200, overview);
    expect(await api.ask('secret-token', 'api/overview', Overview)).toEqual({ ok: true, value: overview });
    expect(asked[0]?.path).toBe('api/overview');
    expect(asked[0]?.init.headers).toEqual({ authorization: 'Bearer secret-token' });
    expect(JSON.stringify({ ...asked[0]?.init, headers: {} })).not.toContain('secret-token');
  });

  it.each([
    [200, { health: 'fine' }, 'not-understood'],
    [200, 'no json', 'not-understood'],
    [401, refuse('not-allowed'), 'token'],
    [400, refuse('bad-request'), 'refused'],
    [502, '<html>Bad gateway</html>', 'silent'],
    [404, '<html>Not found</html>', 'not-understood'],
    [0, new TypeError('Failed to fetch'), 'silent'],
  ])('answers %s %o with a reason and a sentence', async (status, body, why) => {
    const answer = await answering(status, body).api.ask('secret-token', 'api/overview', Overview);
    expect(answer).toMatchObject({ ok: false, why, sentence: expect.stringMatching(/^[A-Z].*\.$/) });
  });

  it('tells what there is not from what is refused', async () => {
    expect(await answering(404, refuse('unknown-call')).api.ask('t', 'x', Overview)).toMatchObject({
      why: 'refused',
      absent: true,
    });
    for (const status of [400, 403, 500])
      expect(await answering(status, refuse('internal')).api.ask('t', 'x', Overview)).not.toHaveProperty('absent');
    // A page of a proxy says nothing about the server behind it.
    expect(await answering(404, '<html>').api.ask('t', 'x', Overview)).not.toHaveProperty('absent');
  });

  it('tells a block from a limit, each with its true wait', async () => {
    const blocked = await answering(429, refuse('blocked', { retryAfterMs: 61_000 })).api.ask('t', 'x', Overview);
    expect(blocked).toEqual({
      ok: false,
      why: 'wait',
      sentence: 'The server has blocked this address for a while.',
      retryAfterMs: 61_000,
    });
    const limited = await answering(429, refuse('rate-limited', { retryAfterMs: 900 })).api.ask('t', 'x', Overview);
    expect(limited).toMatchObject({ why: 'wait', retryAfterMs: 900 });
    expect(limited).not.toMatchObject({ sentence: 'The server has blocked this address for a while.' });
  });

  it('never sends what cannot be a token', async () => {
    const { api, asked } = answering(200, fakeOverview());
    for (const token of ['', 'two words', 'schlüssel', 'a\r\nx-other: 1'])
      expect(await api.ask(token, 'api/overview', Overview)).toMatchObject({ ok: false, why: 'token' });
    expect(asked).toEqual([]);
  });

  it('sends changes as JSON', async () => {
    const { api, asked } = answering(200, { ok: true, value: null });
    expect(await api.tell('secret-token', 'api/drain', { draining: true })).toEqual({ ok: true, value: null });
    expect(asked[0]?.init).toMatchObject({ method: 'POST', body: '{"draining":true}' });
    expect(await api.remove('secret-token', 'api/listed-rooms/x')).toEqual({ ok: true, value: null });
    expect(asked[1]).toMatchObject({ path: 'api/listed-rooms/x', init: { method: 'DELETE' } });
    expect(asked[1]?.init).not.toHaveProperty('body');
  });
});
