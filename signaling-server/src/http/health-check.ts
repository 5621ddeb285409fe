import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Config } from '../config.ts';

const TIMEOUT_MS = 4_000;

/** Whether the server with this configuration, on this computer, welcomes clients. For the health check of an image. */
export function isReady({ host, port, tlsCertFile }: Pick<Config, 'host' | 'port' | 'tlsCertFile'>): Promise<boolean> {
  // An address for every network is none to connect to.
  const target = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const options = {
    host: target,
    port,
    path: '/health/ready',
    // Clients check the certificate; it is for another name than this one.
    rejectUnauthorized: false,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  return new Promise((resolve) => {
    const asked = (tlsCertFile === undefined ? plainRequest : tlsRequest)(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('error', () => resolve(false));
    asked.end();
  });
}
