import { createHmac } from 'node:crypto';
import type { IceConfig } from '@parley/shared/protocol';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';

export type IceSource = {
  /** STUN servers, and TURN servers with credentials made for this moment and for whoever is counted by `limitKey`. */
  current(limitKey: string): IceConfig;
  /** Credentials for the relay that last so many seconds, or else TURN_TTL_S; undefined where there is no relay. */
  credentials: ((limitKey: string, ttlS?: number) => { username: string; credential: string }) | undefined;
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
  const credentials =
    turnUrls.length === 0 || turnSecret === undefined
      ? undefined
      : (limitKey: string, ttlS = turnTtlS) => {
          const username = `${Math.floor(clock.wall() / 1_000) + ttlS}:${nameOf(turnSecret, limitKey)}`;
          return { username, credential: createHmac('sha1', turnSecret).update(username).digest('base64') };
        };
  return {
    credentials,
    current: (limitKey) =>
      credentials
        ? {
            iceServers: [...stun, { urls: [...turnUrls], ...credentials(limitKey) }],
            expiresInMs: turnTtlS * 1_000,
          }
        : { iceServers: stun },
  };
}

/** Twelve characters, 72 bits: two addresses do not meet in one. */
const nameOf = (turnSecret: string, limitKey: string): string =>
  createHmac('sha256', turnSecret).update(`parley/1 turn-user\0${limitKey}`).digest().toString('base64url', 0, 9);
