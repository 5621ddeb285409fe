import { createHash, timingSafeEqual } from 'node:crypto';
import { accept, type ConnectAuth, type Outcome, refuse } from '@parley/shared/protocol';
import type { Config } from '../config.ts';
import type { Tokens } from './tokens.ts';

/** The person who was let in: the id of their right where the server gives rights by token, otherwise nobody in particular. */
export type Admitted = { right: string | undefined };

/** Whether a client may use this server at all (S11). Says nothing about rooms. */
export type AccessRule = (auth: ConnectAuth) => Outcome<Admitted> | Promise<Outcome<Admitted>>;

/** Refuses with `access-refused`, `access-expired` or `access-revoked`. A password is compared in a time that tells nothing about it. */
export function createAccessRule(
  { access, accessPassword }: Pick<Config, 'access' | 'accessPassword'>,
  tokens: Pick<Tokens, 'check'> | undefined,
): AccessRule {
  if (access === 'open') return () => accept({ right: undefined });
  if (access === 'password' && accessPassword !== undefined) {
    const digest = (text: string) => createHash('sha256').update(text.normalize('NFKC')).digest();
    const expected = digest(accessPassword);
    return ({ password }) =>
      password !== undefined && timingSafeEqual(digest(password), expected)
        ? accept({ right: undefined })
        : refuse('access-refused');
  }
  if (access === 'token' && tokens)
    return async ({ token }) => {
      if (token === undefined) return refuse('access-refused');
      const checked = await tokens.check(token);
      return checked.ok ? accept({ right: checked.value }) : checked;
    };
  throw new Error('the configuration was not checked');
}
