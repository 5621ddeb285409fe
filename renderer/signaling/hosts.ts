import { isPrivateHost, type ServerHost } from '@parley/shared/model';

/** Where the signaling server of `host` listens: plain WebSockets only inside private networks. */
export const socketUrlOf = (host: ServerHost): string => `${isPrivateHost(host) ? 'ws' : 'wss'}://${host}`;
