import { accept, type Outcome, refuse } from '../base/outcome.ts';
import type { ServerHost } from '../model/server-host.ts';
import { type Bytes, fromBase64Url, toBase64Url } from './agreements.ts';
import { formatLink, parseLink } from './link-text.ts';
import { ed25519FromSeed, randomBytes } from './primitives.ts';

/** Lets a person into a room: everybody who has it can join. */
export type Invite = {
  host: ServerHost;
  /** 32 random bytes; never reach the server. */
  secret: Bytes;
  /** Ed25519 public key of the owner, made for this room only. */
  ownerPub: Bytes;
  needsPassphrase: boolean;
};

/** Makes the invite of a new room. `ownerSeed` is the owner's private key and stays on their disk. */
export async function createInvite(
  host: ServerHost,
  needsPassphrase = false,
): Promise<{ invite: Invite; ownerSeed: Bytes }> {
  const ownerSeed = randomBytes(32);
  const { publicKey } = await ed25519FromSeed(ownerSeed);
  return { invite: { host, secret: randomBytes(32), ownerPub: publicKey, needsPassphrase }, ownerSeed };
}

/** parley://join/<host[:port]>#1.<secret>.<owner>[.p] */
export const formatInvite = ({ host, secret, ownerPub, needsPassphrase }: Invite): string =>
  formatLink('join', host, [toBase64Url(secret), toBase64Url(ownerPub), ...(needsPassphrase ? ['p'] : [])]);

/**
 * Reads an invite strictly: exact lengths, one spelling, nothing else in the text but blanks and the quotes or brackets
 * that other programs put around a link. The host comes out as `readServerHost` writes it. A whole message is for
 * `readPasted`. Refuses with `invite-cut` (a part is missing), `invite-version` (made by a newer Parley) or
 * `invite-invalid`.
 */
export function parseInvite(text: string): Outcome<Invite> {
  const link = parseLink('join', text);
  if (!link.ok) return link;
  const [secretText, ownerText, passphraseMark, ...rest] = link.value.fields;
  if (rest.length > 0) return refuse('invite-invalid');
  for (const part of [secretText, ownerText]) {
    if (part === undefined || (part.length < 43 && /^[A-Za-z0-9_-]*$/.test(part))) return refuse('invite-cut');
  }
  const secret = fromBase64Url(secretText ?? '');
  const ownerPub = fromBase64Url(ownerText ?? '');
  if (secret?.length !== 32 || ownerPub?.length !== 32) return refuse('invite-invalid');
  if (passphraseMark === '') return refuse('invite-cut');
  if (passphraseMark !== undefined && passphraseMark !== 'p') return refuse('invite-invalid');
  return accept({ host: link.value.host, secret, ownerPub, needsPassphrase: passphraseMark === 'p' });
}
