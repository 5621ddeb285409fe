import { hash } from 'node:crypto';
import type { Entry } from '@parley/shared/model';
import { entryBodyBytes } from '@parley/shared/sealing';

/** The SHA-256 of a body, as it stands in its entry. */
export const digestOf = (body: Entry['body']): string => hash('sha256', entryBodyBytes(body), 'base64url');
