// @vitest-environment happy-dom
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { type Admin, type AdminClock, createAdminStore, LOOK_EVERY_MS } from '../store/admin-store.ts';
import type { AdminApi, Answer, Failure } from '../store/api.ts';
import { AdminProvider } from '../store/react.tsx';
import { fakeOverview } from '../testing/fake-overview.ts';
import { mountEach } from '../testing/mounted.ts';
import { type Right, Rights, stateOf } from './rights.tsx';

const NOON = Date.UTC(2026, 2, 14, 12);
const day = (offset: number) => new Date(NOON + offset * 86_400_000).toISOString();
const rightOf = (name: string, change: Partial<Right> = {}): Right => ({
  id: `id-of-${name}`,
  name,
  sockets: 0,
  created_at: day(-30),
  ends_at: null,
  last_used_at: null,
  revoked_at: null,
  why: null,
  ...change,
});
const inTrouble: Failure = { ok: false, why: 'refused', sentence: 'Something went wrong on the server.' };
const unknown: Failure = { ...inTrouble, absent: true };
const silent: Failure = { ok: false, why: 'silent', sentence: 'The server does not answer.' };

/** A clock that a test turns. */
function handClock(): AdminClock & { advance(ms: number): void } {
  let now = NOON;
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
    advance(ms) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { callback } of due) callback();
    },
  };
}

const mounted = mountEach();

async function opened(first: Answer<{ rights: Right[]; silent_nodes?: number }>) {
  const clock = handClock();
  const server = {
    sessions: first,
    done: { ok: true, value: null } as Answer<null>,
    asked: 0,
    told: [] as { path: string; body: unknown }[],
    /** Set, the list waits for it. */
    hold: undefined as Promise<void> | undefined,
  };
  const api: AdminApi = {
    ask: async <T,>(_token: string, path: string, schema: z.ZodType<T>) => {
      if (path === 'api/overview') return { ok: true, value: schema.parse(fakeOverview()) };
      server.asked += 1;
      const { sessions } = server;
      await server.hold;
      return sessions.ok ? { ok: true, value: schema.parse(sessions.value) } : sessions;
    },
    tell: async (_token, path, body) => {
      server.told.push({ path, body });
      return server.done;
    },
    remove: async () => server.done,
  };
  const storage = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
  const admin: Admin = createAdminStore({ api, clock, storage });
  await admin.signIn('the-token');
  await mounted.render(
    <AdminProvider admin={admin}>
      <Rights />
    </AdminProvider>,
  );
  const press = async (name: string) => {
    const button = [...mounted.page.querySelectorAll('button')].find(
      (one) => (one.getAttribute('aria-label') ?? one.textContent) === name,
    );
    if (!button) throw new Error(`no button ${name} in ${mounted.page.textContent}`);
    button.focus();
    await act(async () => button.click());
  };
  return {
    server,
    press,
    lookAgain: () => act(async () => clock.advance(LOOK_EVERY_MS)),
    said: () => admin.store.getState().said.text,
    rows: () =>
      [...mounted.page.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent)),
  };
}
const listed = (...rights: Right[]): Answer<{ rights: Right[] }> => ({ ok: true, value: { rights } });

describe('the rights by token (S8)', () => {
  it('are not there where access is not by token, and are not asked for again', async () => {
    const { server, lookAgain } = await opened(unknown);
    await lookAgain();
    await lookAgain();
    expect(mounted.page.textContent).toBe('');
    expect(server.asked).toBe(1);
  });

  it('stand in force first, by name, then those that ended, the last one first', async () => {
    const { rows } = await opened(
      listed(
        rightOf('Zoe', { revoked_at: day(-3), why: 'reused', last_used_at: day(-3) }),
        rightOf('Yan', { ends_at: day(-1) }),
        rightOf('Ben', { sockets: 2, last_used_at: new Date(NOON - 125_000).toISOString() }),
        rightOf('Ana', { ends_at: day(10) }),
      ),
    );
    expect(rows().map(([name]) => name)).toEqual(['Anaid-of-Ana', 'Benid-of-Ben', 'Yanid-of-Yan', 'Zoeid-of-Zoe']);
    expect(rows()[1]?.slice(1)).toEqual(['Without end2 connections, used 2 min ago', 'Revoke']);
    expect(rows()[3]?.[1]).toMatch(/^Ended .+: its token was used twice/);
    expect(mounted.page.textContent).toContain('2 of 4 in force');
    // A right that has ended cannot be ended.
    expect(rows().map((cells) => cells[2])).toEqual(['Revoke', 'Revoke', '', '']);
  });

  it('are asked for with each look at the server, and say how one is made while there is none', async () => {
    const { server, lookAgain, rows } = await opened(listed());
    expect(mounted.page.textContent).toContain('token create');
    server.sessions = listed(rightOf('Ana', { sockets: 1 }));
    await lookAgain();
    expect(rows()).toHaveLength(1);
    expect(mounted.page.textContent).not.toContain('token create');
  });

  it('are revoked after a question, which says what that does; then the list is new and the result is said', async () => {
    const { server, press, rows, said } = await opened(listed(rightOf('Ana', { sockets: 2 }), rightOf('Ben')));
    await press('Revoke the right of Ana, id-of-Ana');
    expect(mounted.page.querySelector('dialog')?.textContent).toContain('2 connections of it are open now');
    await press('Cancel');
    expect(server.told).toEqual([]);
    expect(mounted.page.querySelector('dialog')).toBe(null);
    await press('Revoke the right of Ana, id-of-Ana');
    server.sessions = listed(rightOf('Ana', { revoked_at: day(0), why: 'admin' }), rightOf('Ben'));
    await press('Revoke');
    expect(server.told).toEqual([{ path: 'api/revoke', body: { id: 'id-of-Ana' } }]);
    expect(mounted.page.querySelector('dialog')).toBe(null);
    expect(rows().map(([name]) => name)).toEqual(['Benid-of-Ben', 'Anaid-of-Ana']);
    expect(said()).toBe('The right of Ana is revoked.');
    // The button that was pressed is gone; the keyboard goes on from the card.
    expect(document.activeElement).toBe(mounted.page.firstElementChild);
  });

  it('say when not all connections could be counted', async () => {
    const { server, lookAgain } = await opened({ ok: true, value: { rights: [rightOf('Ana')], silent_nodes: 1 } });
    expect(mounted.page.textContent).toContain('1 process does not answer: connections there are not counted.');
    server.sessions = listed(rightOf('Ana'));
    await lookAgain();
    expect(mounted.page.textContent).not.toContain('counted');
  });

  it('that are gone already are as good as revoked', async () => {
    const { server, press, said, rows } = await opened(listed(rightOf('Ana')));
    await press('Revoke the right of Ana, id-of-Ana');
    server.done = unknown;
    server.sessions = listed(rightOf('Ben'));
    await press('Revoke');
    expect(mounted.page.querySelector('dialog')).toBe(null);
    expect(said()).toBe('There is no right of Ana any more.');
    expect(rows().map(([name]) => name)).toEqual(['Benid-of-Ben']);
  });

  it('stay in force when revoking fails: the question stays open with the reason', async () => {
    const { server, press, said } = await opened(listed(rightOf('Ana')));
    await press('Revoke the right of Ana, id-of-Ana');
    server.done = silent;
    await press('Revoke');
    expect(mounted.page.querySelector('dialog [role="alert"]')?.textContent).toBe(silent.sentence);
    expect(said()).toBe(silent.sentence);
  });

  it('that cannot be read now are said to be old, and come back by themselves', async () => {
    const { server, lookAgain, rows } = await opened(inTrouble);
    expect(mounted.page.textContent).toContain(inTrouble.sentence);
    server.sessions = listed(rightOf('Ana'));
    await lookAgain();
    expect(mounted.page.textContent).not.toContain(inTrouble.sentence);
    server.sessions = inTrouble;
    await lookAgain();
    expect(rows()).toHaveLength(1);
    expect(mounted.page.textContent).toContain(`This list may be old: ${inTrouble.sentence}`);
  });

  it('that were asked for before one was revoked do not come back', async () => {
    const { server, press, lookAgain, rows } = await opened(listed(rightOf('Ana')));
    let release = () => {};
    server.hold = new Promise((resolve) => {
      release = resolve;
    });
    await lookAgain();
    server.hold = undefined;
    server.sessions = listed(rightOf('Ana', { revoked_at: day(0), why: 'admin' }));
    await press('Revoke the right of Ana, id-of-Ana');
    await press('Revoke');
    await act(async () => release());
    expect(rows()[0]?.[1]).toMatch(/^Revoked/);
  });

  it('are ten at first, and all of them when asked for', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `Person ${String(n).padStart(2, '0')}`);
    const { press, rows } = await opened(listed(...names.map((name) => rightOf(name))));
    expect(rows()).toHaveLength(10);
    await press('Show all 12');
    expect(rows()).toHaveLength(12);
    await press('Show the first only');
    expect(rows()).toHaveLength(10);
  });
});

describe('the state of a right', () => {
  const where = { locale: 'en-GB', timeZone: 'UTC' };
  it.each([
    [{}, true, 'Without end'],
    [{ ends_at: day(10) }, true, 'Until 24 Mar 2026'],
    [{ ends_at: day(0) }, false, 'Over since 14 Mar 2026'],
    [{ ends_at: day(10), revoked_at: day(-1), why: 'admin' as const }, false, 'Revoked 13 Mar 2026'],
    [{ revoked_at: day(-1), why: 'reused' as const }, false, 'Ended 13 Mar 2026: its token was used twice'],
  ])('with %o is in force: %s, “%s”', (change, inForce, state) => {
    expect(stateOf(rightOf('Ana', change), NOON, where)).toMatchObject({ inForce, state });
  });
});
