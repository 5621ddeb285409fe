import { z } from 'zod';
import { ErrorCode, sentenceOf } from '../base/errors.ts';
import { Refusal, refuse } from '../base/outcome.ts';
import type { ServerHost } from '../model/server-host.ts';

/** Characters of a server's own text that are shown. */
const QUOTED_MAX = 160;
const MESSAGE_MAX = 500;

/** The codes of servers. All others are about this computer or about people, of which a server knows nothing. */
const ServerCode = ErrorCode.extract([
  'bad-request',
  'unknown-call',
  'too-large',
  'internal',
  'timed-out',
  'not-allowed',
  'room-name-invalid',
  'client-too-old',
  'server-too-old',
  'server-busy',
  'server-draining',
  'origin-refused',
  'challenge-expired',
  'proof-invalid',
  'room-full',
  'too-many-rooms',
  'seat-expired',
  'seat-moved',
  'not-in-room',
  'participant-gone',
  'rate-limited',
  'blocked',
  'slow-consumer',
  'room-name-taken',
  'room-not-listed',
  'owner-proof-invalid',
  'listing-outdated',
  'list-full',
  'too-many-listed',
  'access-refused',
  'access-expired',
  'access-revoked',
  'turn-unavailable',
]);

const Said = z.object({
  ...Refusal.shape,
  code: ServerCode,
  ok: z.literal(false).optional(),
  message: z.string().optional(),
});

/**
 * The refusal that a server said, in words that tell who speaks: Parley's own sentence for its code and, where the server
 * said something else, that in quotation marks with the server's name, in one line and cut to 160 characters. Undefined
 * for what is no refusal of a server: none can say that a disk is full or that a person has changed devices. Never throws.
 */
export function refusalSaidBy(host: ServerHost, said: unknown): Refusal | undefined {
  const parsed = Said.safeParse(said);
  if (!parsed.success) return undefined;
  const { code, message = '', path, retryAfterMs } = parsed.data;
  return refuse(code, {
    message: quoted(sentenceOf(code), host, message),
    ...(path === undefined ? {} : { path }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function quoted(own: string, host: ServerHost, text: string): string {
  const said = text
    .slice(0, 10 * QUOTED_MAX)
    // Nothing may end the line, turn it round or look like the end of the quotation.
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\p{Pi}\p{Pf}"„＂〝〞〟]/gu, '’')
    .trim();
  if (said === '' || said === own) return own;
  const before = `${own} ${host} says: “`;
  const max = Math.min(QUOTED_MAX, MESSAGE_MAX - before.length - 2);
  const shown =
    said.length > max
      ? `${said
          .slice(0, max - 1)
          .toWellFormed()
          .replace(/\uFFFD$/, '')
          .trimEnd()}…`
      : said;
  return `${before}${shown}”`;
}
