import { createHmac } from 'node:crypto';
import type { IceConfig } from '@parley/shared/protocol';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';

export type IceSource = {
  /** STUN servers, and TURN servers with credentials made for this moment and for whoever is counted by `limitKey`. */
  current(limitKey: string): IceConfig;
  readonly offersRelay: boolean;
};

/**
 * Time-limited TURN credentials in the form that coturn checks by itself (`use-auth-secret`): the username is the end
 * of their life and a name, the password its HMAC-SHA-1. coturn counts `user-quota` by the name, so it must stay the same
 * for one caller, however often that one asks and whichever node answers. It is a keyed hash: only who has the secret could
 * test a guess of the address, and the relay sees that anyway.
 */
export function createIceSource(
  config: Pick<Config, 'stunUrls' | 'turnUrls' | 'turnSecret' | 'turnTtlS'>,
  clock: Clock,
): IceSource {
  const { stunUrls, turnUrls, turnSecret, turnTtlS } = config;
  const stun = stunUrls.length > 0 ? [{ urls: [...stunUrls] }] : [];
  const offersRelay = turnUrls.length > 0 && turnSecret !== undefined;
  return {
    offersRelay,
    current(limitKey) {
      if (!offersRelay || turnSecret === undefined) return { iceServers: stun };
      const endsAtS = Math.floor(clock.wall() / 1_000) + turnTtlS;
      const username = `${endsAtS}:${nameOf(turnSecret, limitKey)}`;
      const credential = createHmac('sha1', turnSecret).update(username).digest('base64');
      return {
        iceServers: [...stun, { urls: [...turnUrls], username, credential }],
        expiresInMs: turnTtlS * 1_000,
      };
    },
  };
}

/** Twelve characters, 72 bits: two addresses do not meet in one. */
const nameOf = (turnSecret: string, limitKey: string): string =>
  createHmac('sha256', turnSecret).update(`parley/1 turn-user\0${limitKey}`).digest().toString('base64url', 0, 9);
