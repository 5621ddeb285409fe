import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileContent } from '#core/files/file-requests.ts';
import { answerPageRequest } from './page-protocol.ts';
import { PAGE_URL } from './window-options.ts';

describe('the page under app://', () => {
  const root = join(import.meta.dirname, '..', '..', 'renderer');
  const stored: Uint8Array[] = [];
  const content: FileContent = {
    bodyMaxBytes: () => 100,
    isFor: (path) => path.startsWith('/files/'),
    async answer(_method, _path, body) {
      const read = await body();
      if (read.ok) stored.push(read.value);
      return { status: read.ok ? 200 : 413, headers: {}, body: new Uint8Array([7]) };
    },
  };
  const ask = (url: string, more: { method?: string; initiatorOrigin?: string; body?: Request['body'] } = {}) =>
    answerPageRequest({ url, method: 'GET', body: null, ...more }, root, content);

  it('is given to the browser itself and to the page', async () => {
    expect((await ask(PAGE_URL)).status).toBe(200);
    expect((await ask(PAGE_URL, { initiatorOrigin: 'app://bundle' })).status).toBe(200);
  });

  it('stores and reads the content of files for the page alone', async () => {
    const url = 'app://bundle/files/some-file/blocks/0';
    const put = (size: number, initiatorOrigin = 'app://bundle') =>
      ask(url, { method: 'PUT', initiatorOrigin, body: new Response(new Uint8Array(size)).body });
    expect(new Uint8Array(await (await put(100)).arrayBuffer())).toEqual(new Uint8Array([7]));
    expect(stored.map(({ length }) => length)).toEqual([100]);
    expect((await put(101)).status).toBe(413);
    expect((await put(5, 'https://evil.example')).status).toBe(403);
    expect(stored).toHaveLength(1);
  });

  it.each([
    ['another site', PAGE_URL, { initiatorOrigin: 'https://evil.example' }, 403],
    ['a page without an origin', PAGE_URL, { initiatorOrigin: 'null' }, 403],
    ['another host', 'app://other/index.html', {}, 404],
    ['a host with a port', 'app://bundle:1/index.html', {}, 404],
    ['another method', PAGE_URL, { method: 'POST' }, 405],
    ['a file above the page', 'app://bundle/..%2fpackage.json', {}, 404],
    ['a file above the page in another spelling', 'app://bundle/%2e%2e%5cpackage.json', {}, 404],
    ['a file of no known kind', 'app://bundle/main.tsx', {}, 404],
  ])('is not given to %s', async (_name, url, more, status) => {
    expect((await ask(url, more)).status).toBe(status);
  });
});
