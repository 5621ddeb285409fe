import { z } from 'zod';
import { isPrivateHost } from './private-host.ts';

/** `host` or `host:port` of a signaling server, as an invite carries it: lower case, no scheme, no path. */
export const ServerHost = z
  .string()
  .min(1)
  .max(260)
  .regex(/^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::[1-9][0-9]{0,4})?$/, { error: 'invite-invalid' });
export type ServerHost = z.infer<typeof ServerHost>;

const HOST_AND_PORT = /^(\[[^\]]+\]|[^:[\]]+)(?::([1-9][0-9]{0,4}))?$/;

/**
 * The one spelling of a host that a person or an admin wrote: lower case, international names in Punycode, addresses as
 * the URL standard writes them, and without the port that connections take anyway (443; 80 in private networks, where they
 * are plain). Undefined for anything else, such as a path, a user or a port over 65,535.
 */
export function readServerHost(text: string): ServerHost | undefined {
  const [, name, port] = HOST_AND_PORT.exec(text) ?? [];
  if (name === undefined || /[/?#@%\\\s]/.test(name)) return undefined;
  const hostname = hostnameOf(port === undefined ? name : `${name}:${port}`);
  if (hostname === undefined) return undefined;
  const usual = isPrivateHost(hostname) ? '80' : '443';
  const host = ServerHost.safeParse(port === undefined || port === usual ? hostname : `${hostname}:${port}`);
  return host.success ? host.data : undefined;
}

function hostnameOf(authority: string): string | undefined {
  try {
    return new URL(`https://${authority}/`).hostname;
  } catch {
    // The URL parser throws for text that is no host. Callers get `undefined` for it.
    return undefined;
  }
}
