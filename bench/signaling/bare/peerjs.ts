import type { Server } from 'node:http';
import { PeerServer } from 'peer';
import { announce } from './announce.ts';

/** PeerJS's own server as its package starts it, with room for all the clients of a measurement. */
const http = await new Promise<Server>((resolve) => {
  PeerServer({ port: 0, host: '127.0.0.1', concurrent_limit: 100_000, alive_timeout: 3_600_000 }, (server) =>
    resolve(server as Server),
  );
});
await announce(http);
