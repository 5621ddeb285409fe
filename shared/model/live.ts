import { z } from 'zod';
import { isPrivateHost } from './private-host.ts';

const ADDRESS_MAX_CHARS = 2_048;
const TOKEN_MAX_CHARS = 4_096;

/**
 * The one spelling of a receiver's address that a person wrote: https, or http to this computer and private networks alone. Undefined for
 * anything else, such as an address with a password in it.
 */
export function readLiveAddress(text: string): string | undefined {
  const written = text.trim();
  if (written.length > ADDRESS_MAX_CHARS || !URL.canParse(written)) return undefined;
  const url = new URL(written);
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && isPrivateHost(url.host));
  if (!isAllowed || url.username !== '' || url.password !== '') return undefined;
  url.hash = '';
  return url.href.length <= ADDRESS_MAX_CHARS ? url.href : undefined;
}

/** The address of a WHIP receiver (RFC 9725), as `readLiveAddress` spells it. */
export const LiveAddress = z
  .string()
  .max(ADDRESS_MAX_CHARS)
  .refine((text) => readLiveAddress(text) === text, { error: 'live-address-invalid' });

/** The key that a receiver gave out: the token68 of RFC 9110, which goes into one header. */
export const LiveToken = z
  .string()
  .max(TOKEN_MAX_CHARS)
  .regex(/^[\w.~+/-]+=*$/, { error: 'live-token-invalid' });
