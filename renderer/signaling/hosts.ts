import type { ServerHost } from '@parley/shared/model';

/** The name or address in `host`, without port and brackets. */
export const nameIn = (host: string): string =>
  host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();

const PRIVATE_V4 = /^(?:10\.|127\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.)\d+\.\d+(?:\.\d+)?$/;
const PRIVATE_V6 = /^(?:::1|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)$/;

/** Whether `name` (no port) is this computer or lies in a private network, where no certificate can be had. */
export function isPrivateName(name: string): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name.endsWith('.local') ||
    PRIVATE_V4.test(name) ||
    (name.includes(':') && PRIVATE_V6.test(name))
  );
}

/** Whether `host` (with or without port) is private. */
export const isPrivateHost = (host: string): boolean => isPrivateName(nameIn(host));

/** Where the signaling server of `host` listens: plain WebSockets only inside private networks. */
export const socketUrlOf = (host: ServerHost): string => `${isPrivateHost(host) ? 'ws' : 'wss'}://${host}`;
