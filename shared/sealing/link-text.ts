import { accept, type Outcome, refuse } from '../base/outcome.ts';
import { readServerHost, type ServerHost } from '../model/server-host.ts';

/** The scheme of Parley's links, without its colon. */
const LINK_SCHEME = 'parley';

/** The purpose of a link: into a room, into a server, or to the first computer of a person. */
export type LinkKind = 'join' | 'server' | 'computer';

/** No link is longer, and what is much longer is not even searched. */
export const LINK_MAX_CHARS = 1_024;

/** parley://<kind>/<host[:port]>#1.<field>.<field>… */
export const formatLink = (kind: LinkKind, host: ServerHost, fields: readonly string[]): string =>
  `${LINK_SCHEME}://${kind}/${host}#${['1', ...fields].join('.')}`;

/** Characters that chat programs put around a link. Not the full stop: a link that was cut within `.p` ends with one. */
const WRAPPING = /^[\s<"'`([“”„«»‘’]+|[\s>"'`)\]“”„«»‘’]+$/gu;

/** The text without blanks and quotes or brackets around it. */
export const unwrapText = (text: string): string => text.replace(WRAPPING, '');

/**
 * Reads the host and the fields of a link that stands alone. Refuses with `invite-cut` where its end is missing,
 * `invite-version` where a newer Parley made it, and `invite-invalid`.
 */
export function parseLink(kind: LinkKind, text: string): Outcome<{ host: ServerHost; fields: string[] }> {
  if (text.length > 2 * LINK_MAX_CHARS) return refuse('invite-invalid');
  const link = unwrapText(text);
  const scheme = `${LINK_SCHEME}:`;
  const head = `${scheme}//${kind}/`;
  if (link.length > LINK_MAX_CHARS) return refuse('invite-invalid');
  const start = link.slice(0, head.length).toLowerCase();
  if (start !== head) {
    return refuse(start.startsWith(scheme) && head.startsWith(start) ? 'invite-cut' : 'invite-invalid');
  }
  const [hostText = '', fragment, ...more] = link.slice(head.length).split('#');
  if (more.length > 0) return refuse('invite-invalid');
  const host = readServerHost(hostText);
  // A host that is cut short need not be one: it may end with a dot, a colon or an open bracket.
  if (fragment === undefined) return refuse(/^[\w.:[\]-]*$/.test(hostText) ? 'invite-cut' : 'invite-invalid');
  if (!host) return refuse('invite-invalid');

  const [version = '', ...fields] = fragment.split('.');
  if (version === '' && fields.length === 0) return refuse('invite-cut');
  if (!/^(?:0|[1-9][0-9]{0,3})$/.test(version)) return refuse('invite-invalid');
  return version === '1' ? accept({ host, fields }) : refuse('invite-version');
}
