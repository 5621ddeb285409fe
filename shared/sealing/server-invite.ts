import { accept, type Outcome, refuse } from '../base/outcome.ts';
import type { ServerHost } from '../model/server-host.ts';
import { RefreshToken } from '../protocol/access.ts';
import { formatLink, parseLink } from './link-text.ts';

/** An invitation to a server that asks for a token. Good for one person: each exchange makes the token new. */
export type ServerInvite = { host: ServerHost; refreshToken: RefreshToken };

/** parley://server/<host[:port]>#1.<refresh token> */
export const formatServerInvite = ({ host, refreshToken }: ServerInvite): string =>
  formatLink('server', host, [refreshToken]);

/** The beginnings of a token. */
const CUT_TOKEN =
  /^(?:p?|pa|par|parl|parle|parley|parley_(?:[\w-]{0,12}|[\w-]{12}_(?:[1-9][0-9]{0,8})?|[\w-]{12}_[1-9][0-9]{0,8}_[\w-]{0,42}))$/;

/**
 * Reads an invitation to a server as strictly as `parseInvite` reads one to a room, and refuses with the same codes:
 * `invite-cut`, `invite-version`, `invite-invalid`.
 */
export function parseServerInvite(text: string): Outcome<ServerInvite> {
  const link = parseLink('server', text);
  if (!link.ok) return link;
  const [token, ...rest] = link.value.fields;
  if (rest.length > 0) return refuse('invite-invalid');
  const refreshToken = RefreshToken.safeParse(token);
  if (refreshToken.success) return accept({ host: link.value.host, refreshToken: refreshToken.data });
  return refuse(CUT_TOKEN.test(token ?? '') ? 'invite-cut' : 'invite-invalid');
}
