import { ServerHost } from '../model/room.ts';
import { accept, type Outcome, refuse } from '../protocol/outcome.ts';
import { type Bytes, fromBase64Url, toBase64Url } from './agreements.ts';
import { ed25519FromSeed, randomBytes } from './primitives.ts';

export const INVITE_SCHEME = 'parley';

/** What lets a person into a room. Whoever has it can join. */
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
export function formatInvite({ host, secret, ownerPub, needsPassphrase }: Invite): string {
  const fields = ['1', toBase64Url(secret), toBase64Url(ownerPub), ...(needsPassphrase ? ['p'] : [])];
  return `${INVITE_SCHEME}://join/${host}#${fields.join('.')}`;
}

/** What chat programs put around a link. No full stop: at the end it is what a cut `.p` leaves behind. */
const WRAPPING = /^[\s<"'`([“”„«»‘’]+|[\s>"'`)\]“”„«»‘’]+$/gu;

/**
 * Reads an invite strictly: exact lengths, one spelling, nothing else in the link. Blanks and the quotes or
 * brackets that other programs put around a link are taken off. The host comes out as the URL parser writes it.
 * Refuses with `invite-cut` (a part is missing), `invite-version` (made by a newer Parley) or `invite-invalid`.
 */
export function parseInvite(text: string): Outcome<Invite> {
  if (text.length > 2_048) return refuse('invite-invalid');
  const link = text.replace(WRAPPING, '');
  const scheme = `${INVITE_SCHEME}:`;
  const head = `${scheme}//join/`;
  if (link.length > 1_024) return refuse('invite-invalid');
  const start = link.slice(0, head.length).toLowerCase();
  if (start !== head) {
    return refuse(start.startsWith(scheme) && head.startsWith(start) ? 'invite-cut' : 'invite-invalid');
  }
  const [hostText = '', fragment, ...more] = link.slice(head.length).split('#');
  if (more.length > 0) return refuse('invite-invalid');
  const host = readHost(hostText);
  // A host that is cut short need not be one: it may end with a dot, a colon or an open bracket.
  if (fragment === undefined) return refuse(/^[\w.:[\]-]*$/.test(hostText) ? 'invite-cut' : 'invite-invalid');
  if (!host) return refuse('invite-invalid');

  const [version = '', secretText, ownerText, passphraseMark, ...rest] = fragment.split('.');
  if (version === '' && secretText === undefined) return refuse('invite-cut');
  if (!/^(?:0|[1-9][0-9]{0,3})$/.test(version)) return refuse('invite-invalid');
  if (version !== '1') return refuse('invite-version');
  if (rest.length > 0) return refuse('invite-invalid');
  for (const part of [secretText, ownerText]) {
    if (part === undefined || (part.length < 43 && /^[A-Za-z0-9_-]*$/.test(part))) return refuse('invite-cut');
  }
  const secret = fromBase64Url(secretText ?? '');
  const ownerPub = fromBase64Url(ownerText ?? '');
  if (secret?.length !== 32 || ownerPub?.length !== 32) return refuse('invite-invalid');
  if (passphraseMark === '') return refuse('invite-cut');
  if (passphraseMark !== undefined && passphraseMark !== 'p') return refuse('invite-invalid');
  return accept({ host, secret, ownerPub, needsPassphrase: passphraseMark === 'p' });
}

/** The host through the platform's URL parser: lower case, no user, path, query or escapes. */
function readHost(text: string): ServerHost | undefined {
  const [, name, port = ''] = /^(\[[^\]]+\]|[^:[\]]+)(:[1-9][0-9]{0,4})?$/.exec(text) ?? [];
  if (name === undefined || /[/?#@%\\\s]/.test(name)) return undefined;
  try {
    // The parser drops a scheme's usual port, and an invite must keep the one it names.
    const { hostname } = new URL(`https://${name}${port}/`);
    const parsed = ServerHost.safeParse(`${hostname}${port}`);
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
