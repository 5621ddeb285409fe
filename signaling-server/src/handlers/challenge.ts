import { accept, type Challenge, LIMITS, PROTOCOL_VERSION, type Refusal, refuse } from '@parley/shared/protocol';
import { base64UrlText } from '../base64url.ts';
import type { Client, Handler, HandlerContext } from './context.ts';

type Needs = Pick<HandlerContext, 'clock' | 'random'>;

export const challengeGet: Handler<'challenge:get'> = (context, client, { v }) =>
  versionRefusal(v) ?? accept(newChallenge(context, client));

/** Gives the client a fresh challenge; the one before is void. */
export function newChallenge({ clock, random }: Needs, client: Client): Challenge {
  const bytes = random(LIMITS.challengeBytes);
  client.challenge = { bytes, endsAt: clock.now() + LIMITS.challengeLifetimeMs };
  return { v: PROTOCOL_VERSION, challenge: base64UrlText(bytes), expiresInMs: LIMITS.challengeLifetimeMs };
}

/** Takes the challenge out, so that it is good for one proof only; undefined when there is none or it is too old. */
export function takeChallenge({ clock }: Pick<Needs, 'clock'>, client: Client): Uint8Array | undefined {
  const { challenge } = client;
  client.challenge = undefined;
  return challenge && clock.now() < challenge.endsAt ? challenge.bytes : undefined;
}

/** The refusal for a client of another protocol version; undefined when both speak the same. */
export function versionRefusal(v: number): Refusal | undefined {
  if (v === PROTOCOL_VERSION) return undefined;
  return refuse(v < PROTOCOL_VERSION ? 'client-too-old' : 'server-too-old');
}
