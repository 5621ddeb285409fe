import fc from 'fast-check';
import { readServerHost, type ServerHost } from '../../model/server-host.ts';
import type { Invite } from '../invite.ts';
import type { ServerInvite } from '../server-invite.ts';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => new Uint8Array(bytes));
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const base64Url = (length: number) =>
  fc.string({ unit: fc.constantFrom(...BASE64URL), minLength: length, maxLength: length });

/** Hosts as invites carry them. */
export const someHost: fc.Arbitrary<ServerHost> = fc
  .tuple(
    fc.oneof(fc.domain(), fc.constant('localhost'), fc.ipV4(), fc.constant('[2001:db8::1]')),
    fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
  )
  .map(([name, port]) => readServerHost(port === undefined ? name : `${name}:${port}`))
  .filter((host) => host !== undefined);

export const someInvite: fc.Arbitrary<Invite> = fc.record({
  host: someHost,
  secret: bytes32,
  ownerPub: bytes32,
  needsPassphrase: fc.boolean(),
});

export const someServerInvite: fc.Arbitrary<ServerInvite> = fc.record({
  host: someHost,
  refreshToken: fc
    .tuple(base64Url(12), fc.integer({ min: 1, max: 999_999_999 }), base64Url(43))
    .map(([id, generation, mac]) => `parley_${id}_${generation}_${mac}`),
});
