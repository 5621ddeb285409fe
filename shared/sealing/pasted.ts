import { LIMITS } from '../base/limits.ts';
import { accept, type Outcome, type Refusal, refuse } from '../base/outcome.ts';
import { readServerHost, type ServerHost } from '../model/server-host.ts';
import { RefreshToken } from '../protocol/access.ts';
import { formatInvite, type Invite, parseInvite } from './invite.ts';
import { LINK_MAX_CHARS, unwrapText } from './link-text.ts';
import { formatServerInvite, parseServerInvite, type ServerInvite } from './server-invite.ts';

/** The kinds of text that a person can paste. */
export type Pasted =
  | { kind: 'room'; link: string; invite: Invite }
  | { kind: 'server'; link: string; invite: ServerInvite }
  /** The address of a server, as a person types or copies it. */
  | { kind: 'address'; host: ServerHost }
  /** A token without the name of its server. */
  | { kind: 'token'; refreshToken: RefreshToken };

type PastedLink = Extract<Pasted, { link: string }>;

const SCHEME = '[Pp][Aa][Rr][Ll][Ee][Yy]:';
const HOST = `((?:(?!${SCHEME})[^\\s#])*)`;
/**
 * The fields have fixed lengths, so that it is clear where a link ends, whatever stands behind it. Only a word behind
 * `.p` makes it unclear: then nothing is found, because with and without a passphrase are two rooms.
 */
const ROOM_LINK = new RegExp(
  `${SCHEME}//[Jj][Oo][Ii][Nn]/${HOST}#1\\.[\\w-]{43}\\.[\\w-]{43}(?:\\.p(?=${SCHEME}|[^\\w-]|$)|(?!\\.p))`,
  'g',
);
const SERVER_LINK = new RegExp(
  `${SCHEME}//[Ss][Ee][Rr][Vv][Ee][Rr]/${HOST}#1\\.parley_[\\w-]{12}_[1-9][0-9]{0,8}_[\\w-]{43}`,
  'g',
);
/** Whatever begins like a link. */
const ATTEMPT = new RegExp(`${SCHEME}/(?:(?!${SCHEME})[^\\s#<>"'\`“”„«»‘’])*(?:#[\\w.-]*)?`);

/**
 * Finds the one invite or server invitation in a pasted text, whatever stands around it, and writes it in its one
 * spelling. The same link twice is one link. Refuses with `too-large` over 20,000 UTF-16 units, `invite-several` for
 * different links, and as `parseInvite` does when no link is whole.
 */
export function findParleyLink(text: string): Outcome<string> {
  const found = findPasted(text);
  return found.ok ? accept(found.value.link) : found;
}

/**
 * Reads what a person pasted: a text with one link in it, or else nothing but a server's address or a token. Refuses as
 * `findParleyLink` does.
 */
export function readPasted(text: string): Outcome<Pasted> {
  const found = findPasted(text);
  if (found.ok || text.length > LIMITS.pastedMaxChars || ATTEMPT.test(text)) return found;
  const alone = text.length > LINK_MAX_CHARS ? '' : unwrapText(text);
  const token = RefreshToken.safeParse(alone);
  if (token.success) return accept({ kind: 'token', refreshToken: token.data });
  // Brackets around the whole may be those of an IPv6 address.
  const host = readServerAddress(text) ?? readServerAddress(alone);
  return host ? accept({ kind: 'address', host }) : found;
}

/** The host of `host[:port]` or of a web address; its path is no matter. Undefined for anything else. */
export function readServerAddress(text: string): ServerHost | undefined {
  if (text.length > LINK_MAX_CHARS) return undefined;
  const [, authority = ''] = /^(?:(?:https?|wss?):\/\/)?([^/?#]*)(?:[/?#]\S*)?$/i.exec(text.trim()) ?? [];
  return readServerHost(authority);
}

function findPasted(text: string): Outcome<PastedLink> {
  if (text.length > LIMITS.pastedMaxChars) return refuse('too-large');
  const alone = readLink(text);
  // One word that ends with a full stop has lost its `p`: the room without a passphrase is another room.
  if (alone.ok || (alone.code === 'invite-cut' && !/\s/.test(text.trim()))) return alone;
  const found = new Map<string, PastedLink>();
  for (const [link] of [...text.matchAll(ROOM_LINK), ...text.matchAll(SERVER_LINK)]) {
    const read = readLink(link);
    if (read.ok) found.set(read.value.link, read.value);
  }
  const [one, other] = found.values();
  if (other) return refuse('invite-several');
  return one ? accept(one) : whyNot(text);
}

/** The link of a text that is nothing but that. */
function readLink(text: string): Outcome<PastedLink> {
  const room = parseInvite(text);
  if (room.ok) return accept({ kind: 'room', link: formatInvite(room.value), invite: room.value });
  const server = parseServerInvite(text);
  if (server.ok) return accept({ kind: 'server', link: formatServerInvite(server.value), invite: server.value });
  return room.code === 'invite-invalid' ? server : room;
}

function whyNot(text: string): Refusal {
  const [attempt] = ATTEMPT.exec(text) ?? [];
  const read = readLink(attempt ?? '');
  return read.ok ? refuse('invite-invalid') : read;
}
