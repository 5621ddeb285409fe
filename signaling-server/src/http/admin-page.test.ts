import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addAdminPage, findAdminPage } from './admin-page.ts';

const TOKEN = 'an-admin-token-with-more-than-32-characters';

describe('serving the admin page (S8, S15)', () => {
  let root: string;
  let app: FastifyInstance;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'parley-admin-'));
    await mkdir(join(root, 'admin/assets'), { recursive: true });
    await writeFile(join(root, 'admin/index.html'), '<!doctype html>');
    await writeFile(join(root, 'admin/assets/index-abc.js'), 'export {};');
    await writeFile(join(root, 'admin/.hidden'), 'x');
    await writeFile(join(root, 'secret.txt'), 'x');
    app = Fastify();
  });
  afterEach(async () => {
    await app.close();
    await rm(root, { recursive: true, force: true });
  });
  const serve = (adminToken: string | undefined, folder: string | undefined) =>
    addAdminPage(app, { adminToken, folder });

  it('asks for the index anew each time, and for hashed files once a year', async () => {
    await serve(TOKEN, join(root, 'admin'));
    const index = await app.inject('/admin/');
    expect(index.statusCode).toBe(200);
    expect(index.headers['content-type']).toContain('text/html');
    expect(index.headers['cache-control']).toBe('no-cache');
    const script = await app.inject('/admin/assets/index-abc.js');
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const again = await app.inject({ url: '/admin/', headers: { 'if-none-match': String(index.headers.etag) } });
    expect(again.statusCode).toBe(304);
  });

  it('allows the page its own files and server, and nothing inline', async () => {
    await serve(TOKEN, join(root, 'admin'));
    const policy = String((await app.inject('/admin/')).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|data:|\*|https?:/);
  });

  it('leads to the folder without naming the host', async () => {
    await serve(TOKEN, join(root, 'admin'));
    const answer = await app.inject('/admin');
    expect([answer.statusCode, answer.headers.location]).toEqual([302, 'admin/']);
  });

  it.each([
    '/admin/../secret.txt',
    '/admin/%2e%2e/secret.txt',
    '/admin/..%2fsecret.txt',
    '/admin/.hidden',
    '/admin/none',
  ])('serves nothing else: %s', async (url) => {
    await serve(TOKEN, join(root, 'admin'));
    expect((await app.inject(url)).statusCode).toBeGreaterThanOrEqual(400);
  });

  it('says why there is none', async () => {
    await serve(undefined, join(root, 'admin'));
    const answer = await app.inject('/admin');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ ok: false, message: 'This server has no admin: ADMIN_TOKEN is not set.' });
    await app.close();
    app = Fastify();
    await serve(TOKEN, undefined);
    expect((await app.inject('/admin/')).json()).toMatchObject({
      message: 'The admin page of this server was not built.',
    });
  });

  it('is found beside the bundle, beside the folder of its chunks, and from the sources', async () => {
    expect(findAdminPage(root)).toBe(join(root, 'admin'));
    expect(findAdminPage(join(root, 'assets'))).toBe(join(root, 'admin'));
    const built = join(root, 'out/signaling-server/admin');
    await mkdir(built, { recursive: true });
    await writeFile(join(built, 'index.html'), '');
    expect(findAdminPage(join(root, 'signaling-server/src/http'))).toBe(built);
    expect(findAdminPage(join(root, 'elsewhere/a/b/c'))).toBe(undefined);
  });
});
