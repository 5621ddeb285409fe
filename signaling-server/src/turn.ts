import { createHmac } from 'node:crypto';
import { type IceConfig, toBase64Url } from '@parley/shared/protocol';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';

export type IceSource = {
  /** STUN servers, and TURN servers with credentials made for this one moment. */
  current(): IceConfig;
  readonly offersRelay: boolean;
};

/**
 * Time-limited TURN credentials in the form that coturn checks by itself (`use-auth-secret`): the username is the end
 * of their life and a random part, the password its HMAC-SHA-1. The random part says nothing about who asked.
 */
export function createIceSource(
  config: Pick<Config, 'stunUrls' | 'turnUrls' | 'turnSecret' | 'turnTtlS'>,
  clock: Clock,
  random: (sizeBytes: number) => Uint8Array,
): IceSource {
  const { stunUrls, turnUrls, turnSecret, turnTtlS } = config;
  const stun = stunUrls.length > 0 ? [{ urls: [...stunUrls] }] : [];
  const offersRelay = turnUrls.length > 0 && turnSecret !== undefined;
  return {
    offersRelay,
    current() {
      if (!offersRelay || turnSecret === undefined) return { iceServers: stun };
      const endsAtS = Math.floor(clock.now() / 1_000) + turnTtlS;
      const username = `${endsAtS}:${toBase64Url(random(9))}`;
      const credential = createHmac('sha1', turnSecret).update(username).digest('base64');
      return {
        iceServers: [...stun, { urls: [...turnUrls], username, credential }],
        expiresInMs: turnTtlS * 1_000,
      };
    },
  };
}
