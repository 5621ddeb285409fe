import { type Challenge, LIMITS, PROTOCOL_VERSION } from '@parley/shared/protocol';
import { base64UrlText } from '../base64url.ts';
import type { Connection } from '../sockets/connection.ts';
import type { HandlerContext } from './context.ts';

type Needs = Pick<HandlerContext, 'clock' | 'random'>;

/** Gives the connection a fresh challenge; the one before is void. */
export function newChallenge({ clock, random }: Needs, connection: Connection): Challenge {
  const bytes = random(LIMITS.challengeBytes);
  connection.challenge = { bytes, endsAt: clock.now() + LIMITS.challengeLifetimeMs };
  return { v: PROTOCOL_VERSION, challenge: base64UrlText(bytes), expiresInMs: LIMITS.challengeLifetimeMs };
}

/** Takes the challenge out, so that it is good for one proof only; undefined when there is none or it is too old. */
export function takeChallenge({ clock }: Pick<Needs, 'clock'>, connection: Connection): Uint8Array | undefined {
  const { challenge } = connection;
  connection.challenge = undefined;
  return challenge && clock.now() < challenge.endsAt ? challenge.bytes : undefined;
}
