import { createHash, timingSafeEqual } from 'node:crypto';
import { accept, type ConnectAuth, type Outcome, refuse } from '@parley/shared/protocol';
import type { Config } from '../config.ts';
import type { Soon } from '../soon.ts';
import type { Tokens } from './tokens.ts';

/** The id of the right that lets a client in, where the server gives rights by token. */
export type Right = string | undefined;

/** Whether a client may use this server at all (S11). Says nothing about rooms. */
export type AccessRule = (auth: ConnectAuth) => Soon<Outcome<Right>>;

/** Refuses with `access-refused`, `access-expired` or `access-revoked`. A password is compared in a time that tells nothing about it. */
export function createAccessRule(
  { access, accessPassword }: Pick<Config, 'access' | 'accessPassword'>,
  tokens: Pick<Tokens, 'check'> | undefined,
): AccessRule {
  if (access === 'open') return () => accept(undefined);
  if (access === 'password' && accessPassword !== undefined) {
    const digest = (text: string) => createHash('sha256').update(text.normalize('NFKC')).digest();
    const expected = digest(accessPassword);
    return ({ password }) =>
      password !== undefined && timingSafeEqual(digest(password), expected)
        ? accept(undefined)
        : refuse('access-refused');
  }
  if (access === 'token' && tokens)
    return ({ token }) => (token === undefined ? refuse('access-refused') : tokens.check(token));
  throw new Error('the configuration was not checked');
}
