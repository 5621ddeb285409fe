import type { Protocol } from 'electron';
import { staticFile } from '#core/static-files.ts';
import { originOf } from './permissions.ts';
import { ORIGIN, SCHEME } from './window-options.ts';

/** Said before the app is ready: our scheme is a secure origin like https. It gets around no policy. */
export const registerScheme = (protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void =>
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);

const refused = (status: number) =>
  new Response(null, { status, headers: { 'content-security-policy': "default-src 'none'" } });

/** Electron says who asked; requests that the browser starts itself, such as the first one, have nobody. */
type AppRequest = Pick<Request, 'url' | 'method'> & { initiatorOrigin?: string };

/** The answer to one request under app://: the built page for itself and nobody else. */
export async function answerPageRequest(request: AppRequest, root: string): Promise<Response> {
  if (originOf(request.url) !== ORIGIN) return refused(404);
  if (request.initiatorOrigin !== undefined && originOf(request.initiatorOrigin) !== ORIGIN) return refused(403);
  if (request.method !== 'GET') return refused(405);
  const file = await staticFile(root, new URL(request.url).pathname);
  if (file.status === 404) return refused(404);
  return new Response(Buffer.from(file.body), { status: 200, headers: file.headers });
}

/** Serves the built page under app://bundle, and nothing under file:. */
export function installPageProtocol(protocol: Pick<Protocol, 'handle'>, root: string): void {
  protocol.handle(SCHEME, (request) => answerPageRequest(request, root));
  protocol.handle('file', () => refused(403));
}
