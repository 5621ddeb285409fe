import { LIMITS, parseIceUrl } from '@parley/shared/protocol';
import { z } from 'zod';

/** One setting: how its text is read, what it is without one, and what an admin should know. */
export type Setting<T> = { schema: z.ZodType<T, string>; fallback: string; about: string; isSecret: boolean };

export const setting = <T>(schema: z.ZodType<T, string>, fallback: string, about: string): Setting<T> => ({
  schema,
  fallback,
  about,
  isSecret: false,
});

/** Its value is never repeated, and may stand in a file that NAME_FILE names. */
export const secret = <T>(schema: z.ZodType<T, string>, about: string): Setting<T> => ({
  schema,
  fallback: '',
  about,
  isSecret: true,
});

/** The default of a setting may be nothing at all. */
export const orNothing = <T>(schema: z.ZodType<T, string>) =>
  z.string().transform((text, context): T | undefined => {
    if (text === '') return undefined;
    const parsed = schema.safeParse(text);
    for (const { message } of parsed.error?.issues ?? []) context.addIssue({ code: 'custom', message });
    return parsed.data;
  });

export const text = z.string();
export const path = orNothing(text);

export const whole = (min: number, max: number) =>
  text
    .refine((given) => /^\d{1,12}$/.test(given) && Number(given) >= min && Number(given) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);

export const perMinute = whole(0, 1_000_000);

export const yesNo = z.stringbool({
  truthy: ['true', '1'],
  falsy: ['false', '0'],
  case: 'sensitive',
  error: 'must be true or false',
});

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

/** Comma-separated. `read` gives the one spelling of an entry, or undefined for one that is not `wanted`. */
export const listOf = (read: (entry: string) => string | undefined, wanted: string) =>
  text.transform((given, context): readonly string[] => {
    const entries = given
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    return entries.flatMap((entry) => {
      const known = read(entry);
      if (known === undefined) context.addIssue({ code: 'custom', message: `'${entry}' is not ${wanted}` });
      return known ?? [];
    });
  });

/** As `openssl rand -hex 32` makes it. */
export const key = orNothing(
  text
    .refine((given) => given.length >= 32, { error: 'must have at least 32 characters' })
    .refine((given) => /^[\x21-\x7e]*$/.test(given), { error: 'must have no blanks and only ASCII characters' }),
);

const addressLike = (fits: (url: URL) => boolean, error: string) =>
  orNothing(
    text.refine(
      (given) => {
        const url = URL.parse(given);
        return url !== null && url.hash === '' && fits(url);
      },
      { error },
    ),
  );

/** An address to send to. A name and password in it would not be kept like a secret. */
export const collector = addressLike(
  ({ protocol, username, password }) => /^https?:$/.test(protocol) && username === '' && password === '',
  'must be like http://127.0.0.1:4318',
);

/** A URL that the Redis client takes. Its own refusals would repeat the password. */
export const redisAddress = addressLike(
  ({ protocol, hostname, pathname, search, username, password }) =>
    /^rediss?:$/.test(protocol) &&
    hostname !== '' &&
    // The number of a database follows the host. Anything else is the rest of a password with / ? or # in it.
    /^(?:\/\d{0,5})?$/.test(pathname) &&
    search === '' &&
    percentDecoded(username) !== undefined &&
    percentDecoded(password) !== undefined,
  'must be like redis://:password@host:6379, with everything else than letters and digits in the password percent-encoded (/ is %2F)',
);

/** `name=value,name=value` with percent-encoded values, as OpenTelemetry has it. */
export const headers = text.transform((given, context): Readonly<Record<string, string>> => {
  const found: Record<string, string> = {};
  for (const entry of given.split(',').filter((part) => part.trim() !== '')) {
    const [, name, encoded] = /^\s*([!#$%&'*+.^_`|~0-9a-zA-Z-]+)\s*=(.*)$/.exec(entry) ?? [];
    const value = encoded === undefined ? undefined : percentDecoded(encoded.trim());
    // The value is a secret and is not repeated.
    if (name === undefined || value === undefined || !/^[\x20-\x7e]*$/.test(value))
      context.addIssue({ code: 'custom', message: 'must be name=value' });
    else found[name.toLowerCase()] = value;
  }
  return found;
});

function percentDecoded(given: string): string | undefined {
  try {
    return decodeURIComponent(given);
  } catch {
    return undefined;
  }
}

/** STUN or TURN servers, as many as fit into the answer to a join. */
export const iceUrls = (scheme: 'stun' | 'turn') =>
  listOf(
    (entry) => (parseIceUrl(entry)?.scheme.startsWith(scheme) ? entry : undefined),
    `a ${scheme}: or ${scheme}s: address with a port from 1 to 65535, IPv6 in brackets${scheme === 'stun' ? ' and no ?transport' : ''}`,
  ).refine((urls) => urls.length <= LIMITS.iceUrlsMax, { error: `may hold ${LIMITS.iceUrlsMax} addresses at most` });
