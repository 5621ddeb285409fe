/**
 * An address of which only the beginning is left: `192.168.*.*`, `2001:db8:*`. It tells a home network from the internet and one
 * network from another, and names nobody. Anything else, such as the name that a browser gives in place of an address, is `*`.
 */
export function maskedAddress(address: string): string {
  const parts = /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(address);
  if (parts) return `${parts[1]}.${parts[2]}.*.*`;
  const [first, second] = address.replace(/^\[/, '').split(':');
  if (!address.includes(':') || !isGroup(first)) return '*';
  return isGroup(second) ? `${first}:${second}:*` : `${first}:*`;
}

const isGroup = (text: string | undefined): text is string => text !== undefined && /^[\da-f]{1,4}$/i.test(text);
