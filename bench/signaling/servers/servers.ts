/** Everything that is measured: Parley's server and what it is compared with. */
export const SERVERS = ['parley', 'socket.io', 'socket.io to()', 'ws', 'peerjs'] as const;
export type ServerKind = (typeof SERVERS)[number];
/** Parley's server as it is shipped, in place of its source. */
export const BUNDLE = 'out/signaling-server/main.js';

/** The name of each in the table. */
export const SERVER_NAMES: Record<ServerKind, string> = {
  parley: 'Parley',
  'socket.io': 'bare Socket.IO',
  'socket.io to()': 'bare Socket.IO, io.to(id)',
  ws: 'bare ws',
  peerjs: "PeerJS's server",
};

/**
 * Parley with everything on: schemas, membership, limits, metrics, and its log at info into a file. The limits are as
 * high as they go, so that they count and do not refuse.
 */
export const PARLEY_ENVIRONMENT: Readonly<Record<string, string>> = {
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'info',
  HTTP_PER_MINUTE: '1000000',
  SOCKETS_PER_MINUTE: '1000000',
  SOCKETS_PER_ADDRESS: '1000000',
  CONNECTIONS_PER_ADDRESS: '0',
  JOINS_PER_MINUTE: '1000000',
  STREAM_STARTS_PER_MINUTE: '1000000',
  SIGNALS_PER_LINK: '10000',
  RELAYED_PER_MINUTE: '100000',
  CALLS_PER_SECOND: '10000',
  STRIKES_PER_MINUTE: '1000000',
  MAX_CONNECTIONS: '20000',
  BUSY_DELAY_MS: '0',
  SHUTDOWN_GRACE_MS: '0',
};

export const SCRIPTS: Record<ServerKind, string> = {
  parley: 'signaling-server/src/main.ts',
  'socket.io': 'bench/signaling/bare/socket-io.ts',
  'socket.io to()': 'bench/signaling/bare/socket-io.ts',
  ws: 'bench/signaling/bare/ws.ts',
  peerjs: 'bench/signaling/bare/peerjs.ts',
};
