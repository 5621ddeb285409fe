import { isPrivateHost, type ServerHost } from '@parley/shared/model';

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
