import { accept, type Outcome, refuse } from '@parley/shared/protocol';
import type { Protocol } from 'electron';
import type { FileContent } from '#core/files/file-requests.ts';
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
type AppRequest = Pick<Request, 'url' | 'method' | 'body'> & { initiatorOrigin?: string };

async function answerContentRequest(request: AppRequest, path: string, content: FileContent): Promise<Response> {
  const answer = await content.answer(request.method, path, () => bytesOf(request.body, content.bodyMaxBytes(path)));
  const body = typeof answer.body === 'string' ? answer.body : new Uint8Array(answer.body);
  return new Response(body, { status: answer.status, headers: answer.headers });
}

/** Reads a body; answers `too-large` above `maxBytes` and `bad-request` when the sender breaks off. */
async function bytesOf(body: Request['body'], maxBytes: number): Promise<Outcome<Uint8Array>> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const part of body ?? []) {
      sizeBytes += part.length;
      if (sizeBytes > maxBytes) return refuse('too-large');
      parts.push(part);
    }
  } catch {
    // The page went away in the middle; nobody reads the answer.
    return refuse('bad-request');
  }
  return accept(Buffer.concat(parts));
}

/** The answer to one request under app://: the built page for itself and nobody else. */
export async function answerPageRequest(request: AppRequest, root: string, content: FileContent): Promise<Response> {
  if (originOf(request.url) !== ORIGIN) return refused(404);
  if (request.initiatorOrigin !== undefined && originOf(request.initiatorOrigin) !== ORIGIN) return refused(403);
  const { pathname } = new URL(request.url);
  if (content.isFor(pathname)) return answerContentRequest(request, pathname, content);
  if (request.method !== 'GET') return refused(405);
  const file = await staticFile(root, pathname);
  if (file.status === 404) return refused(404);
  return new Response(Buffer.from(file.body), { status: 200, headers: file.headers });
}

/** Serves the built page under app://bundle, and nothing under file:. */
export function installPageProtocol(protocol: Pick<Protocol, 'handle'>, root: string, content: FileContent): void {
  protocol.handle(SCHEME, (request) => answerPageRequest(request, root, content));
  protocol.handle('file', () => refused(403));
}
