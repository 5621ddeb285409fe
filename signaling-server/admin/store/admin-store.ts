import type { z } from 'zod';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { Overview as OverviewSchema } from '../../src/answers.ts';
import type { AdminApi, Answer, Failure } from './api.ts';

export type Overview = z.infer<typeof OverviewSchema>;

/** Time as an input: tests turn their own. */
export interface AdminClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after `delayMs`; returns the undo. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Totals of one look, kept for a while to tell what happened lately. */
export type Totals = {
  at: number;
  relayed: number;
  requests: number;
  errors: Readonly<Record<string, number>>;
  limits: Readonly<Record<string, number>>;
};

/** The last look failed; `since` is when they began to. */
export type Trouble = { failure: Failure; since: number; nextTryAt: number };

/** signed-out → signing-in → in; a refused token leads back from either. */
export type Session =
  | { at: 'signed-out'; failure?: Failure; mayTryAt?: number }
  | { at: 'signing-in' }
  | { at: 'in'; overview: Overview; lookedAt: number };

export type AdminState = {
  session: Session;
  /** Oldest first, of the last minute and a half. */
  recent: readonly Totals[];
  trouble: Trouble | undefined;
  /** A sentence for screen readers and for the corner of the page; `count` tells a repeated one from the one before. */
  said: { text: string; count: number };
};

export const LOOK_EVERY_MS = 5_000;
const RECENT_MS = 90_000;
const STORED_UNDER = 'parley-admin-token';

type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface Admin {
  readonly store: StoreApi<AdminState>;
  readonly clock: AdminClock;
  /** Signs in with the token that this tab still has, if any. */
  resume(): void;
  signIn(token: string): Promise<void>;
  signOut(): void;
  /** A hidden page asks nothing; a page that is shown again asks at once. */
  setVisible(visible: boolean): void;
  unblock(address: string): Promise<Answer<null>>;
  drain(draining: boolean): Promise<Answer<null>>;
  acknowledge(warning: string): Promise<Answer<null>>;
  /** For sections with routes of their own. */
  ask<T>(path: string, schema: z.ZodType<T>): Promise<Answer<T>>;
  tell(path: string, body: unknown): Promise<Answer<null>>;
  remove(path: string): Promise<Answer<null>>;
  say(text: string): void;
}

/** Everything the page knows, without React: asks every few seconds while it is seen, and goes on after trouble. */
export function createAdminStore(ports: { api: AdminApi; clock: AdminClock; storage: Storage }): Admin {
  const { api, clock, storage } = ports;
  const store = createStore<AdminState>()(() => ({
    session: { at: 'signed-out' },
    recent: [],
    trouble: undefined,
    said: { text: '', count: 0 },
  }));
  let token: string | undefined;
  let visible = true;
  let cancel: (() => void) | undefined;
  /** Answers to what was asked before this changed are not listened to. */
  let turn = 0;

  const say = (text: string) => store.setState(({ said }) => ({ said: { text, count: said.count + 1 } }));

  function end(failure?: Failure): void {
    turn += 1;
    cancel?.();
    cancel = undefined;
    token = undefined;
    // A server that is away says nothing about the token: reloading the page tries it again.
    if (!failure || failure.why === 'token') storage.removeItem(STORED_UNDER);
    const mayTryAt = failure?.retryAfterMs === undefined ? {} : { mayTryAt: clock.now() + failure.retryAfterMs };
    store.setState({
      session: { at: 'signed-out', ...(failure ? { failure, ...mayTryAt } : {}) },
      recent: [],
      trouble: undefined,
    });
  }

  function lookAgainIn(delayMs: number): void {
    cancel?.();
    cancel = visible && token !== undefined ? clock.after(delayMs, () => void look()) : undefined;
  }

  async function look(): Promise<void> {
    if (token === undefined) return;
    cancel?.();
    cancel = undefined;
    turn += 1;
    const mine = turn;
    const answer = await api.ask(token, 'api/overview', OverviewSchema);
    if (mine !== turn) return;
    if (answer.ok) {
      noteOverview(answer.value);
      lookAgainIn(LOOK_EVERY_MS);
      return;
    }
    const { session, trouble } = store.getState();
    if (answer.why === 'token') {
      end(
        session.at === 'in' ? { ...answer, sentence: 'The server no longer takes this token. Sign in again.' } : answer,
      );
      return;
    }
    if (session.at !== 'in') {
      end(answer);
      return;
    }
    const waitMs = Math.max(LOOK_EVERY_MS, answer.retryAfterMs ?? 0);
    const now = clock.now();
    store.setState({ trouble: { failure: answer, since: trouble?.since ?? now, nextTryAt: now + waitMs } });
    if (!trouble) say(answer.sentence);
    lookAgainIn(waitMs);
  }

  function noteOverview(overview: Overview): void {
    const { trouble, recent, session } = store.getState();
    const at = clock.now();
    const { blocked_addresses: _, ...limits } = overview.metrics.rate_limits;
    const totals: Totals = {
      at,
      relayed: overview.metrics.data.total_messages_relayed,
      requests: overview.metrics.requests.total,
      errors: overview.metrics.errors,
      limits,
    };
    // A server that was started anew counts from zero: what was before says nothing about it.
    const restarted = (recent.at(-1)?.requests ?? 0) > totals.requests;
    const kept = restarted ? [] : recent.filter((one) => one.at > at - RECENT_MS);
    store.setState({ session: { at: 'in', overview, lookedAt: at }, recent: [...kept, totals], trouble: undefined });
    if (trouble) say('The server answers again.');
    else if (session.at === 'in' && session.overview.health.status !== overview.health.status)
      say(STATUS_SAID[overview.health.status]);
  }

  /** Hands an answer on; a token that is no longer taken ends the session. */
  async function checkedToken<T>(asked: Promise<Answer<T>>): Promise<Answer<T>> {
    const answer = await asked;
    if (!answer.ok && answer.why === 'token' && token !== undefined) end(answer);
    return answer;
  }

  const tell = (path: string, body: unknown) => checkedToken(api.tell(token ?? '', path, body));

  /** Does something, says how it went, and shows what became of it. */
  async function act(path: string, body: unknown, done: string): Promise<Answer<null>> {
    const answer = await tell(path, body);
    // The change may show in the same look; then the change itself is what is said.
    if (answer.ok) await look();
    say(answer.ok ? done : answer.sentence);
    return answer;
  }

  async function signIn(given: string): Promise<void> {
    token = given.trim();
    store.setState({ session: { at: 'signing-in' } });
    await look();
    if (token !== undefined) storage.setItem(STORED_UNDER, token);
  }

  return {
    store,
    clock,
    signIn,
    resume() {
      const kept = storage.getItem(STORED_UNDER);
      if (kept !== null) void signIn(kept);
    },
    signOut: () => end(),
    setVisible(nowVisible) {
      if (nowVisible === visible) return;
      visible = nowVisible;
      if (!visible) {
        cancel?.();
        cancel = undefined;
      } else if (store.getState().session.at === 'in') void look();
    },
    async unblock(address) {
      const answer = await tell('api/unblock', { address });
      // Its time may have run out meanwhile: gone is gone.
      const gone = !answer.ok && answer.why === 'refused';
      await look();
      say(answer.ok ? `${address} is unblocked.` : gone ? `${address} was not blocked any more.` : answer.sentence);
      return gone ? { ok: true, value: null } : answer;
    },
    drain: (draining) =>
      act(
        'api/drain',
        { draining },
        draining ? 'Draining: clients are told to go elsewhere.' : 'This server takes clients again.',
      ),
    acknowledge: (key) => act('api/acknowledge', { key }, 'The warning is acknowledged.'),
    ask: (path, schema) => checkedToken(api.ask(token ?? '', path, schema)),
    tell,
    remove: (path) => checkedToken(api.remove(token ?? '', path)),
    say,
  };
}

const STATUS_SAID = {
  ok: 'The server is in order again.',
  degraded: 'The server is degraded.',
  draining: 'The server is draining.',
} as const;
