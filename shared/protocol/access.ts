import { z } from 'zod';

/**
 * A refresh token of a server that lets in by token: parley_<id>_<generation>_<MAC>. The prefix lets a scanner for leaked
 * secrets find it. The MAC under the server's secret says that the server made it, so that an old one is told from an
 * invented one without keeping any.
 */
export const REFRESH_TOKEN = /^parley_([A-Za-z0-9_-]{12})_([1-9][0-9]{0,8})_([A-Za-z0-9_-]{43})$/;

export const RefreshToken = z.string().regex(REFRESH_TOKEN, { error: 'access-refused' });
export type RefreshToken = z.infer<typeof RefreshToken>;
