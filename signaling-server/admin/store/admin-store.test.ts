import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { fakeOverview } from '../testing/fake-overview.ts';
import { type AdminClock, createAdminStore, LOOK_EVERY_MS, type Overview } from './admin-store.ts';
import type { AdminApi, Answer, Failure } from './api.ts';

const STORED_UNDER = 'parley-admin-token';
const refusedToken: Failure = { ok: false, why: 'token', sentence: 'That is not the admin token of this server.' };
const silent: Failure = { ok: false, why: 'silent', sentence: 'The server does not answer.' };
const gone: Failure = { ok: false, why: 'refused', sentence: 'That was not understood.' };

/** A clock that a test turns, and lets what was due run with its answers. */
function handClock(): AdminClock & { advance(ms: number): Promise<void>; waiting(): number } {
  let now = 1_000_000;
  let timers: { at: number; callback: () => void }[] = [];
  return {
    now: () => now,
    after(delayMs, callback) {
      const timer = { at: now + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    waiting: () => timers.length,
    async advance(ms) {
      const endsAt = now + ms;
      for (;;) {
        const due = timers.filter(({ at }) => at <= endsAt).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((one) => one !== due);
        now = due.at;
        due.callback();
        await settled();
      }
      now = endsAt;
    },
  };
}

/** Everything that waits only for promises has run. */
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

function opened(stored?: string) {
  const clock = handClock();
  const kept = new Map<string, string>(stored === undefined ? [] : [[STORED_UNDER, stored]]);
  const asked: string[] = [];
  const told: { path: string; body: unknown }[] = [];
  const server = {
    answer: { ok: true, value: fakeOverview() } as Answer<Overview>,
    done: { ok: true, value: null } as Answer<null>,
    /** Set, answers wait for it. */
    hold: undefined as Promise<void> | undefined,
  };
  const api: AdminApi = {
    ask: async <T>(token: string, _path: string, schema: z.ZodType<T>) => {
      asked.push(token);
      const { answer } = server;
      await server.hold;
      return answer.ok ? { ok: true, value: schema.parse(answer.value) } : answer;
    },
    tell: async (_token, path, body) => {
      told.push({ path, body });
      return server.done;
    },
    remove: async () => server.done,
  };
  const admin = createAdminStore({
    api,
    clock,
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
  });
  const state = () => admin.store.getState();
  const serve = (change: Parameters<typeof fakeOverview>[0]) => {
    server.answer = { ok: true, value: fakeOverview(change) };
  };
  return { admin, clock, kept, asked, told, server, state, serve };
}

describe('signing in', () => {
  it('shows the first look, and keeps the token for this tab', async () => {
    const { admin, kept, state, serve } = opened();
    serve({ health: { rooms: 4 } });
    const signing = admin.signIn(' the-token ');
    expect(state().session).toEqual({ at: 'signing-in' });
    await signing;
    expect(state().session).toMatchObject({ at: 'in', overview: { health: { rooms: 4 } } });
    expect([...kept]).toEqual([[STORED_UNDER, 'the-token']]);
  });

  it('with a wrong token says so and keeps nothing', async () => {
    const { admin, clock, kept, server, state } = opened();
    server.answer = refusedToken;
    await admin.signIn('guess');
    expect(state().session).toEqual({ at: 'signed-out', failure: refusedToken });
    expect(kept.size).toBe(0);
    expect(clock.waiting()).toBe(0);
  });

  it('says how long to wait after too many guesses', async () => {
    const { admin, clock, server, state } = opened();
    server.answer = { ok: false, why: 'wait', sentence: 'Blocked.', retryAfterMs: 61_000 };
    await admin.signIn('guess');
    expect(state().session).toMatchObject({ at: 'signed-out', mayTryAt: clock.now() + 61_000 });
  });

  it('goes on with the token of this tab after a reload', async () => {
    const { admin, asked, state } = opened('the-token');
    admin.resume();
    await settled();
    expect(state().session.at).toBe('in');
    expect(asked).toEqual(['the-token']);
  });

  it('keeps the token of this tab while the server is away, and forgets one that it refuses', async () => {
    const away = opened('the-token');
    away.server.answer = silent;
    away.admin.resume();
    await settled();
    expect(away.state().session).toMatchObject({ at: 'signed-out', failure: silent });
    expect(away.kept.get(STORED_UNDER)).toBe('the-token');
    const other = opened('an-old-token');
    other.server.answer = refusedToken;
    other.admin.resume();
    await settled();
    expect(other.kept.size).toBe(0);
  });

  it('out forgets the token, stops asking, and listens to no answer that is under way', async () => {
    const { admin, asked, clock, kept, server, state } = opened();
    await admin.signIn('the-token');
    let release = () => {};
    server.hold = new Promise((resolve) => {
      release = resolve;
    });
    await clock.advance(LOOK_EVERY_MS);
    expect(asked).toHaveLength(2);
    admin.signOut();
    release();
    await settled();
    await clock.advance(10 * LOOK_EVERY_MS);
    expect(state().session).toEqual({ at: 'signed-out' });
    expect(asked).toHaveLength(2);
    expect(kept.size).toBe(0);
    expect(clock.waiting()).toBe(0);
  });
});

describe('looking', () => {
  it('happens every few seconds while the page is seen, and at once when it is seen again', async () => {
    const { admin, asked, clock } = opened();
    await admin.signIn('the-token');
    await clock.advance(3 * LOOK_EVERY_MS);
    expect(asked).toHaveLength(4);
    admin.setVisible(false);
    await clock.advance(60 * LOOK_EVERY_MS);
    expect(asked).toHaveLength(4);
    expect(clock.waiting()).toBe(0);
    admin.setVisible(true);
    await settled();
    expect(asked).toHaveLength(5);
    await clock.advance(LOOK_EVERY_MS);
    expect(asked).toHaveLength(6);
  });

  it('that was under way when the page was hidden is the last one until it is seen', async () => {
    const { admin, asked, clock, server, state, serve } = opened();
    await admin.signIn('the-token');
    let release = () => {};
    server.hold = new Promise((resolve) => {
      release = resolve;
    });
    serve({ health: { rooms: 7 } });
    await clock.advance(LOOK_EVERY_MS);
    admin.setVisible(false);
    release();
    await settled();
    expect(state().session).toMatchObject({ overview: { health: { rooms: 7 } } });
    await clock.advance(10 * LOOK_EVERY_MS);
    expect(asked).toHaveLength(2);
    expect(clock.waiting()).toBe(0);
  });

  it('that fails leaves what was seen, says since when, and goes on by itself', async () => {
    const { admin, clock, server, state, serve } = opened();
    serve({ health: { rooms: 2 } });
    await admin.signIn('the-token');
    server.answer = silent;
    await clock.advance(LOOK_EVERY_MS);
    const since = clock.now();
    expect(state().said.text).toBe(silent.sentence);
    await clock.advance(2 * LOOK_EVERY_MS);
    expect(state().trouble).toEqual({ failure: silent, since, nextTryAt: clock.now() + LOOK_EVERY_MS });
    expect(state().session).toMatchObject({
      at: 'in',
      overview: { health: { rooms: 2 } },
      lookedAt: since - LOOK_EVERY_MS,
    });
    expect(state().said.count).toBe(1);
    serve({ health: { rooms: 5 } });
    await clock.advance(LOOK_EVERY_MS);
    expect(state().trouble).toBe(undefined);
    expect(state().session).toMatchObject({ at: 'in', overview: { health: { rooms: 5 } } });
    expect(state().said).toEqual({ text: 'The server answers again.', count: 2 });
  });

  it('waits as long as the server asks it to', async () => {
    const { admin, asked, clock, server } = opened();
    await admin.signIn('the-token');
    server.answer = { ok: false, why: 'wait', sentence: 'Too many.', retryAfterMs: 42_000 };
    await clock.advance(LOOK_EVERY_MS);
    expect(asked).toHaveLength(2);
    await clock.advance(41_999);
    expect(asked).toHaveLength(2);
    await clock.advance(1);
    expect(asked).toHaveLength(3);
  });

  it('ends where the server takes the token no more', async () => {
    const { admin, clock, server, state } = opened();
    await admin.signIn('the-token');
    server.answer = refusedToken;
    await clock.advance(LOOK_EVERY_MS);
    expect(state().session).toMatchObject({
      at: 'signed-out',
      failure: { sentence: 'The server no longer takes this token. Sign in again.' },
    });
    expect(clock.waiting()).toBe(0);
  });

  it('says when the status changes, once', async () => {
    const { admin, clock, state, serve } = opened();
    await admin.signIn('the-token');
    serve({ health: { status: 'degraded' } });
    await clock.advance(3 * LOOK_EVERY_MS);
    expect(state().said).toEqual({ text: 'The server is degraded.', count: 1 });
  });

  it('keeps the totals of the last minute and a half, and starts over with a server that did', async () => {
    const { admin, clock, state, serve } = opened();
    const requests = { ...fakeOverview().metrics.requests, total: 900 };
    serve({ metrics: { requests, rate_limits: { http: 2, blocked_addresses: 1 }, errors: { internal: 3 } } });
    await admin.signIn('the-token');
    await clock.advance(300_000);
    const kept = state().recent;
    expect(kept).toHaveLength(18);
    expect(kept.at(-1)).toMatchObject({ requests: 900, limits: { http: 2 }, errors: { internal: 3 } });
    expect(kept.at(-1)?.limits).not.toHaveProperty('blocked_addresses');
    serve({ metrics: { requests: { ...requests, total: 1 } } });
    await clock.advance(LOOK_EVERY_MS);
    expect(state().recent).toHaveLength(1);
  });
});

describe('acting', () => {
  it('acknowledges a warning and looks at once', async () => {
    const { admin, told } = opened();
    await admin.signIn('the-token');
    expect(await admin.acknowledge('relay turn:a')).toEqual({ ok: true, value: null });
    expect(told).toEqual([{ path: 'api/acknowledge', body: { key: 'relay turn:a' } }]);
  });

  it('drains, looks at once and says what happened', async () => {
    const { admin, asked, told, state } = opened();
    await admin.signIn('the-token');
    expect(await admin.drain(true)).toEqual({ ok: true, value: null });
    expect(told).toEqual([{ path: 'api/drain', body: { draining: true } }]);
    expect(asked).toHaveLength(2);
    expect(state().said.text).toBe('Draining: clients are told to go elsewhere.');
    await admin.drain(false);
    expect(state().said.text).toBe('This server takes clients again.');
  });

  it('unblocks; a block that ran out meanwhile is as good', async () => {
    const { admin, server, state } = opened();
    await admin.signIn('the-token');
    expect((await admin.unblock('203.0.113.9')).ok).toBe(true);
    expect(state().said.text).toBe('203.0.113.9 is unblocked.');
    server.done = gone;
    expect((await admin.unblock('203.0.113.9')).ok).toBe(true);
    expect(state().said.text).toBe('203.0.113.9 was not blocked any more.');
  });

  it('that fails says why, and changes nothing', async () => {
    const { admin, server, state } = opened();
    await admin.signIn('the-token');
    server.done = silent;
    expect(await admin.drain(true)).toEqual(silent);
    expect(state().said.text).toBe(silent.sentence);
    expect(state().session.at).toBe('in');
    server.done = refusedToken;
    await admin.drain(true);
    expect(state().session).toMatchObject({ at: 'signed-out', failure: refusedToken });
  });
});
