const PATTERN = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}|\*))?$/;

/** True for `scheme://host`, `scheme://host:port` and `scheme://host:*`; no other wildcard exists. */
export const isOriginPattern = (text: string): boolean => PATTERN.test(text.toLowerCase());

export type OriginRule = (origin: string | undefined) => boolean;

/**
 * The allow-list for browsers. A request without an Origin comes from a program that is not a web page, which no list
 * of origins could hold back; it is let through.
 */
export function createOriginRule(patterns: readonly string[]): OriginRule {
  const exact = new Set<string>();
  const anyPort = new Set<string>();
  for (const pattern of patterns) {
    const [, scheme = '', host = '', port] = PATTERN.exec(pattern.toLowerCase()) ?? [];
    if (port === '*') anyPort.add(`${scheme}://${host}`);
    else exact.add(port === undefined ? `${scheme}://${host}` : `${scheme}://${host}:${port}`);
  }
  return (origin) => {
    if (origin === undefined) return true;
    const known = PATTERN.exec(origin.toLowerCase());
    if (!known || known[3] === '*') return false;
    return exact.has(known[0]) || anyPort.has(`${known[1]}://${known[2]}`);
  };
}
