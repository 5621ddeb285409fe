import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { refuse } from '@parley/shared/protocol';
import type { FastifyInstance } from 'fastify';

/** The policy of the page: its own files and its own server, no code or style but from files, no sinks for text. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const A_YEAR_S = 31_536_000;

/**
 * The folder of the built page: beside the bundle (which may lie in a folder of its own chunks), or where the build
 * puts it when the server runs from its sources. Undefined when nobody built it.
 */
export function findAdminPage(from: string = import.meta.dirname): string | undefined {
  return ['admin', '../admin', '../../../out/signaling-server/admin']
    .map((path) => join(from, path))
    .find((folder) => existsSync(join(folder, 'index.html')));
}

/** The admin's page (S8). It holds no secrets: whoever opens it must know the token to see anything. */
export async function addAdminPage(
  app: FastifyInstance,
  ports: { adminToken: string | undefined; folder?: string | undefined },
): Promise<void> {
  const folder = 'folder' in ports ? ports.folder : findAdminPage();
  if (ports.adminToken === undefined || folder === undefined) {
    const message =
      ports.adminToken === undefined
        ? 'This server has no admin: ADMIN_TOKEN is not set.'
        : 'The admin page of this server was not built.';
    for (const path of ['/admin', '/admin/'])
      app.get(path, { schema: { hide: true } }, (_request, reply) =>
        reply.code(404).send(refuse('not-allowed', { message })),
      );
    return;
  }

  // Relative, so that it holds behind a proxy that puts the server under a prefix.
  app.get('/admin', { schema: { hide: true } }, (_request, reply) => reply.redirect('admin/', 302));
  // Only a server with an admin needs it in memory.
  const { default: fastifyStatic } = await import('@fastify/static');
  await app.register(fastifyStatic, {
    root: folder,
    prefix: '/admin/',
    decorateReply: false,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Names of files in assets/ change with what is in them.
      const hashed = path.startsWith(join(folder, 'assets'));
      reply.header('cache-control', hashed ? `public, max-age=${A_YEAR_S}, immutable` : 'no-cache');
      reply.header('content-security-policy', PAGE_POLICY);
    },
  });
}
