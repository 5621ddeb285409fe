import { Agent } from 'node:https';
import * as tls from 'node:tls';
import type { Log } from '../ports.ts';

/**
 * An agent for TLS connections that trusts what this computer trusts, so that an office's own certificate authority counts
 * here as it does in its browsers. The system's certificates are read at the first call: on some systems that takes a
 * moment. Where Node cannot read them (before 22.15) the authorities that come with Node count alone.
 */
export function systemTrust(log: Log): () => Agent {
  let agent: Agent | undefined;
  return () => (agent ??= new Agent({ keepAlive: false, ...trustedCertificates(log) }));
}

function trustedCertificates(log: Log): { secureContext?: tls.SecureContext } {
  // Typed as always there, and missing where Electron brings an older Node.
  const read: typeof tls.getCACertificates | undefined = tls.getCACertificates;
  if (!read) return {};
  try {
    return { secureContext: tls.createSecureContext({ ca: [...read('default'), ...read('system')] }) };
  } catch (error) {
    log.warn("the system's certificates could not be read", { name: error instanceof Error ? error.name : 'unknown' });
    return {};
  }
}
