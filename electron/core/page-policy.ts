import { isIPv4, isIPv6 } from 'node:net';
import type { ServerHost } from '@parley/shared/model';

/** Whether a host is this computer or on a private network: plain connections are allowed to those alone. */
export function isPrivateHost(host: ServerHost): boolean {
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:[0-9]+$/, '');
  return (
    name === 'localhost' ||
    name === '::1' ||
    name.endsWith('.local') ||
    // Whole addresses only: a name such as 10.example.org belongs to whoever registered it.
    (isIPv4(name) && /^(?:127|10)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2[0-9]|3[01])\./.test(name)) ||
    (isIPv6(name) && /^f[cd][0-9a-f]{2}:|^fe[89ab][0-9a-f]:/.test(name))
  );
}

/**
 * The content security policy of the one page, and the same hosts as a meta element, so that the page knows
 * which servers its policy lets it reach (security.md §2, item 7).
 */
export function pagePolicy(hosts: readonly ServerHost[]): { csp: string; meta: string } {
  const unique = [...new Set(hosts)];
  const reachable = unique.flatMap((host) =>
    isPrivateHost(host) ? [`ws://${host}`, `http://${host}`] : [`wss://${host}`, `https://${host}`],
  );
  const csp = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "media-src 'self' blob: mediastream:",
    "manifest-src 'self'",
    `connect-src ${["'self'", ...reachable].join(' ')}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return { csp, meta: `<meta name="parley-connect-hosts" content="${unique.join(' ')}">` };
}
