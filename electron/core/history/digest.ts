import { createHash } from 'node:crypto';
import type { Entry } from '@parley/shared/model';
import { entryBodyBytes } from '@parley/shared/sealing';

/** The SHA-256 of a body, as it stands in its entry. */
export const digestOf = (body: Entry['body']): string =>
  createHash('sha256').update(entryBodyBytes(body)).digest('base64url');
