import { createHash, timingSafeEqual } from 'node:crypto';

export type AdminVerdict = 'granted' | 'refused' | 'not-configured';

/**
 * Compares an Authorization header with the admin's token, in a time that tells nothing about either.
 * `not-configured` where the server has no such token: then there is no admin.
 */
export function createAdminGuard(token: string | undefined): (authorization: string | undefined) => AdminVerdict {
  if (token === undefined) return () => 'not-configured';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return (authorization) => {
    const given = /^Bearer ([\x21-\x7e]{1,512})$/.exec(authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(digest(given), expected) ? 'granted' : 'refused';
  };
}
