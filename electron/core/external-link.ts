import { ParleyError } from '@parley/shared/protocol';

const SCHEMES: ReadonlySet<string> = new Set(['https:', 'mailto:']);

/** A link that may be opened outside: https or mailto, no credentials, at most 2,048 characters. Throws `link-refused`. */
export function checkExternalLink(text: string): URL {
  if (text.length > 2_048) throw new ParleyError('link-refused');
  try {
    const url = new URL(text);
    if (SCHEMES.has(url.protocol) && url.username === '' && url.password === '') return url;
  } catch {
    // Not a URL at all: refused below like any other.
  }
  throw new ParleyError('link-refused');
}
