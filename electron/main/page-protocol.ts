import type { ServerHost } from '@parley/shared/model';
import type { Protocol } from 'electron';
import { staticFile } from '#core/static-files.ts';
import { SCHEME } from './window-options.ts';

/** Said before the app is ready: our scheme is a secure origin like https. */
export const registerScheme = (protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void =>
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);

/** Serves the built page under app://bundle, and nothing under file:. */
export function installPageProtocol(
  protocol: Pick<Protocol, 'handle'>,
  root: string,
  hosts: () => readonly ServerHost[],
): void {
  protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url);
    if (url.host !== 'bundle' || request.method !== 'GET') return new Response(null, { status: 404 });
    const file = await staticFile(root, url.pathname, hosts());
    if (file.status === 404) return new Response(null, { status: 404 });
    return new Response(Buffer.from(file.body), { status: 200, headers: file.headers });
  });
  protocol.handle('file', () => new Response(null, { status: 403 }));
}
