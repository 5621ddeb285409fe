const PATTERN = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}|\*))?$/;

/** Where the apps' own pages come from. They count whatever the settings say. */
const OWN = ['app://bundle', 'http://127.0.0.1:*', 'http://localhost:*'];

/** Browsers leave these out of an origin. */
const USUAL_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/**
 * The one spelling of `scheme://host`, `scheme://host:port` or `scheme://host:*`: lower case, without the scheme's usual port.
 * No other wildcard exists; undefined for anything else.
 */
export function readOrigin(text: string): string | undefined {
  const [, scheme = '', host, port] = PATTERN.exec(text.toLowerCase()) ?? [];
  if (host === undefined) return undefined;
  return port === undefined || port === USUAL_PORTS[scheme] ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
}

export type OriginRule = (origin: string | undefined) => boolean;

/**
 * The allow-list for browsers: the apps' own origins and `more`. A request without an Origin comes from a program that is not a
 * web page, which no list of origins could hold back; it is let through.
 */
export function createOriginRule(more: readonly string[]): OriginRule {
  const allowed = new Set([...OWN, ...more].map(readOrigin));
  return (origin) => {
    if (origin === undefined) return true;
    const known = readOrigin(origin);
    if (known === undefined || known.endsWith(':*')) return false;
    return allowed.has(known) || allowed.has(`${known.replace(/:\d+$/, '')}:*`);
  };
}
