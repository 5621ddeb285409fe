import { createHash, timingSafeEqual } from 'node:crypto';
import { refuse } from '@parley/shared/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AddressReader, limitKeyOf } from '../client-address.ts';
import type { Limits } from '../limits/limits.ts';
import type { Log } from '../log.ts';
import type { Pseudonyms } from '../pseudonyms.ts';
import { aboutRequest } from './requests.ts';

export type GuardPorts = { limits: Limits; log: Log; addressOf: AddressReader; pseudonyms: Pseudonyms };

/** A wrong bearer token weighs as much as this many malformed frames (R7). */
const WRONG_TOKEN_STRIKES = 20;

/** Writes a line of the audit log: what was done or tried by a request, without its address. */
export type Audit = (request: FastifyRequest, what: string, more?: object) => void;

export const createAudit =
  ({ log, addressOf, pseudonyms }: GuardPorts): Audit =>
  (request, what, more = {}) => {
    const address = pseudonyms.address(limitKeyOf(addressOf(request.raw)));
    log.info({ audit: true, ...aboutRequest(request), address, ...more }, what);
  };

/** Lets a request pass, or refuses it. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

export const letAllPass: Guard = () => Promise.resolve(undefined);

/**
 * Lets only those pass who show `token` as their bearer token; nobody where it is undefined. It is compared in a time that tells
 * nothing about it. A wrong one is told to `audit` as `refused`.
 */
export function createGuard(token: string | undefined, refused: string, ports: GuardPorts, audit: Audit): Guard {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = token === undefined ? undefined : digest(token);
  return async (request, reply) => {
    const { authorization } = request.headers;
    const given = /^Bearer ([\x21-\x7e]{1,512})$/.exec(authorization ?? '')?.[1];
    if (expected && given !== undefined && timingSafeEqual(digest(given), expected)) return undefined;
    // A visitor without a token guesses none: any web page can make its visitors ask, and must not get them blocked.
    if (expected && authorization !== undefined) {
      audit(request, refused);
      const key = limitKeyOf(ports.addressOf(request.raw));
      void ports.limits.blocks.strike(key, 'wrong bearer token', WRONG_TOKEN_STRIKES);
    }
    return reply.code(401).header('www-authenticate', 'Bearer realm="parley"').send(refuse('not-allowed'));
  };
}
