import { accept, LIMITS, PROTOCOL_VERSION, type Refusal, refuse } from '@parley/shared/protocol';
import { base64UrlText } from '../base64url.ts';
import type { Client, Handler, HandlerContext, OpenChallenge } from './context.ts';

/** Gives the client a fresh challenge; the one before is void. */
export const challengeGet: Handler<'challenge:get'> = ({ clock, random }, client, { v }) => {
  const refusal = versionRefusal(v);
  if (refusal) return refusal;
  client.challenge = newChallenge(random, clock.now());
  const { text } = client.challenge;
  return accept({ v: PROTOCOL_VERSION, challenge: text, expiresInMs: LIMITS.challengeLifetimeMs });
};

export const newChallenge = (random: HandlerContext['random'], now: number): OpenChallenge => ({
  text: base64UrlText(random(LIMITS.challengeBytes)),
  endsAt: now + LIMITS.challengeLifetimeMs,
});

/** Takes the challenge out, so that it is good for one proof only; undefined when there is none or it is too old. */
export function takeChallenge({ clock }: Pick<HandlerContext, 'clock'>, client: Client): Uint8Array | undefined {
  const { challenge } = client;
  client.challenge = undefined;
  return challenge && clock.now() < challenge.endsAt ? Buffer.from(challenge.text, 'base64url') : undefined;
}

/** The refusal for a client of another protocol version; undefined when both speak the same. */
export function versionRefusal(v: number): Refusal | undefined {
  if (v === PROTOCOL_VERSION) return undefined;
  return refuse(v < PROTOCOL_VERSION ? 'client-too-old' : 'server-too-old');
}
