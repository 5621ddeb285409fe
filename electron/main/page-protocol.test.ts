import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerPageRequest } from './page-protocol.ts';
import { PAGE_URL } from './window-options.ts';

describe('the page under app://', () => {
  const root = join(import.meta.dirname, '..', '..', 'renderer');
  const ask = (url: string, more: { method?: string; initiatorOrigin?: string } = {}) =>
    answerPageRequest({ url, method: 'GET', ...more }, root);

  it('is given to the browser itself and to the page', async () => {
    expect((await ask(PAGE_URL)).status).toBe(200);
    expect((await ask(PAGE_URL, { initiatorOrigin: 'app://bundle' })).status).toBe(200);
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
