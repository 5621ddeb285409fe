const PRIVATE_V4 =
  /^(?:10|127|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))(?:\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5]))+$/;
const PRIVATE_V6 = /^(?:::1|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)$/;

/** The name or address in `host`, without port and brackets, in lower case. */
export const nameIn = (host: string): string =>
  (host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d+$/, '')).toLowerCase();

/**
 * Whether `name` (no port) is this computer or an address of a private network (RFC 1918, RFC 3927, RFC 4193),
 * where no certificate can be had. Whole addresses only: 10.example.org belongs to whoever registered it.
 */
export function isPrivateName(name: string): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name.endsWith('.local') ||
    (name.split('.').length === 4 && PRIVATE_V4.test(name)) ||
    (name.includes(':') && PRIVATE_V6.test(name))
  );
}

/** Whether `host` (with or without port) is the computer that reads it. Whole names only, as with `isPrivateName`. */
export function isLoopbackHost(host: string): boolean {
  const name = nameIn(host);
  return isPrivateName(name) && /^(?:127\.|::1$|(?:.*\.)?localhost$)/.test(name);
}

/** Whether `host` (with or without port) is private: plain connections are allowed to those alone. */
export const isPrivateHost = (host: string): boolean => isPrivateName(nameIn(host));
