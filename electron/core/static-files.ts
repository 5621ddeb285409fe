import { readFile, realpath } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { PAGE_POLICY, WORKER_POLICY } from './page-policy.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.tflite': 'application/octet-stream',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

export type StaticFile = { status: 200; body: Uint8Array; headers: Record<string, string> } | { status: 404 };

const common = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * Reads one file of the built page for a URL path. Only known types, only inside `root`, also behind links;
 * the page itself comes with its policy.
 */
export async function staticFile(root: string, urlPath: string): Promise<StaticFile> {
  let path: string;
  try {
    path = decodeURIComponent(urlPath);
  } catch {
    // The path has a broken percent escape, so it names no file.
    return { status: 404 };
  }
  if (path.includes('\0') || path.includes('\\')) return { status: 404 };
  const isPage = path === '/' || path === '/index.html';
  const file = isPage ? join(root, 'index.html') : join(root, path);
  const type = types[extname(file)];
  if (type === undefined) return { status: 404 };
  try {
    const [realRoot, realFile] = await Promise.all([realpath(root), realpath(file)]);
    const inside = relative(realRoot, realFile);
    if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`)) return { status: 404 };
    const body = await readFile(realFile);
    if (!isPage) {
      const caching = inside.startsWith('assets') ? 'public, max-age=31536000, immutable' : 'no-cache';
      // A page has its own policy; a worker takes that of the script it starts from.
      const policy = extname(file) === '.js' ? { 'Content-Security-Policy': WORKER_POLICY } : {};
      return { status: 200, body, headers: { ...common, ...policy, 'Content-Type': type, 'Cache-Control': caching } };
    }
    return {
      status: 200,
      body,
      headers: { ...common, 'Content-Type': type, 'Cache-Control': 'no-store', 'Content-Security-Policy': PAGE_POLICY },
    };
  } catch {
    // There is no such file. The page hears the same for a file that cannot be read.
    return { status: 404 };
  }
}
