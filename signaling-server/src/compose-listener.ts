import type { Server as HttpServer } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { createTrust, remoteAddressOf } from './client-address.ts';
import { repeat } from './clock.ts';
import type { Base } from './composition.ts';
import { createHttpServer } from './http/http-app.ts';
import { type Certificate, certificateFault, followCertificate, readCertificate } from './http/tls.ts';
import { ConnectionCap, type ConnectionShare } from './limits/connection-cap.ts';
import { watchDescriptors } from './observe/descriptors.ts';

const DAY_MS = 86_400_000;

export type Listener = {
  http: HttpServer | TlsServer;
  scheme: 'http' | 'https';
  /** Ends every TCP connection at once. */
  cutConnections(): void;
};

/** Makes the HTTP server that everything comes in by, with its certificate and the cap of TCP connections per address. */
export async function composeListener({ config, clock, log, counters, warnings, closers }: Base): Promise<Listener> {
  const tls =
    config.tlsCertFile !== undefined && config.tlsKeyFile !== undefined
      ? { certFile: config.tlsCertFile, keyFile: config.tlsKeyFile }
      : undefined;
  const certificate = tls && (await readCertificate(tls));
  const http = createHttpServer(config, certificate);
  if (certificate && http instanceof TlsServer) {
    const judge = ({ cert }: Certificate): void => {
      const fault = certificateFault(cert, config.publicHosts, clock.wall());
      if (fault === undefined) warnings.clear('certificate');
      else warnings.warn('certificate', fault);
    };
    let current = certificate;
    judge(current);
    const use = (renewed: Certificate): void => {
      current = renewed;
      http.setSecureContext(current);
      judge(current);
    };
    closers.add(followCertificate(tls, clock, log, use));
    closers.add(repeat(clock, DAY_MS, () => judge(current)));
  }
  closers.add(watchDescriptors(clock, warnings));
  const cap = new ConnectionCap(config.connectionsPerAddress, createTrust(config.trustProxy));
  const connections = new Map<Socket, ConnectionShare>();
  // One function for all of them: a closure for each would be kept as long as its connection.
  const forget = function (this: Socket): void {
    const share = connections.get(this);
    connections.delete(this);
    if (share) cap.giveBack(share);
  };
  http.on('connection', (socket: Socket) => {
    const share = cap.take(remoteAddressOf(socket));
    if (!share) {
      counters.limit('connections');
      socket.destroy();
      return;
    }
    connections.set(socket, share);
    socket.on('close', forget);
  });
  return {
    http,
    scheme: tls ? 'https' : 'http',
    cutConnections() {
      for (const socket of connections.keys()) socket.destroy();
    },
  };
}
