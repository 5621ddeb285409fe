import { Refusal } from '@parley/shared/protocol';
import type { z } from 'zod';
import { Done } from '../../src/answers.ts';

/** Why there is no answer. token: not the admin's; wait: too much was asked; silent: nobody answered. */
export type Failure = {
  ok: false;
  why: 'token' | 'wait' | 'silent' | 'refused' | 'not-understood';
  /** The sentence that a person reads. */
  sentence: string;
  /** Truthful time until the server serves again. */
  retryAfterMs?: number;
  /** The server has no such thing: nothing under that address, or nothing of that name. */
  absent?: true;
};
export type Answer<T> = { ok: true; value: T } | Failure;

/** The admin's calls. Paths are relative to the page. */
export interface AdminApi {
  ask<T>(token: string, path: string, schema: z.ZodType<T>): Promise<Answer<T>>;
  tell(token: string, path: string, body: unknown): Promise<Answer<null>>;
  remove(token: string, path: string): Promise<Answer<null>>;
}

type Ports = {
  fetch: (path: string, init: RequestInit) => Promise<Response>;
  timeout: (afterMs: number) => AbortSignal;
};

const ANSWER_WITHIN_MS = 8_000;

const fail = (why: Failure['why'], sentence: string, retryAfterMs?: number): Failure => ({
  ok: false,
  why,
  sentence,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
const notUnderstood = () =>
  fail('not-understood', 'The server’s answer was not understood. It may have been updated: reload this page.');

const toNothing = (done: Answer<unknown>): Answer<null> => (done.ok ? { ok: true, value: null } : done);

/** The characters that a header may carry; anything else cannot be the token. */
const TOKEN = /^[\x21-\x7e]{1,512}$/;

export function createApi({ fetch, timeout }: Ports): AdminApi {
  async function call<T>(token: string, path: string, init: RequestInit, schema: z.ZodType<T>): Promise<Answer<T>> {
    if (!TOKEN.test(token)) return fail('token', 'A token has no blanks and only plain letters, digits and signs.');
    let status: number;
    let body: unknown;
    try {
      const answer = await fetch(path, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${token}` },
        cache: 'no-store',
        credentials: 'same-origin',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: timeout(ANSWER_WITHIN_MS),
      });
      status = answer.status;
      body = await answer.json().catch(() => undefined);
    } catch {
      return fail('silent', 'The server does not answer.');
    }
    if (status >= 200 && status < 300) {
      const parsed = schema.safeParse(body);
      return parsed.success ? { ok: true, value: parsed.data } : notUnderstood();
    }
    if (status === 401) return fail('token', 'That is not the admin token of this server.');
    const refusal = Refusal.safeParse(body);
    // A proxy in front answers in its own words when the server behind it is away.
    if (!refusal.success) return status >= 500 ? fail('silent', 'The server does not answer.') : notUnderstood();
    const { code, message, retryAfterMs } = refusal.data;
    if (status === 429)
      return fail(
        'wait',
        code === 'blocked'
          ? 'The server has blocked this address for a while.'
          : 'The server has had too many requests from this address.',
        retryAfterMs ?? 60_000,
      );
    return status === 404 ? { ...fail('refused', message), absent: true } : fail('refused', message);
  }

  return {
    ask: (token, path, schema) => call(token, path, { method: 'GET' }, schema),
    async tell(token, path, body) {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      };
      return toNothing(await call(token, path, init, Done));
    },
    remove: async (token, path) => toNothing(await call(token, path, { method: 'DELETE' }, Done)),
  };
}
