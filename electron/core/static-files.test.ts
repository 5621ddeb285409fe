import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WORKER_POLICY } from './page-policy.ts';
import { staticFile } from './static-files.ts';
import { temporaryFolder } from './testing/test-kit.ts';

let folder: ReturnType<typeof temporaryFolder>;
let root: string;
beforeEach(() => {
  folder = temporaryFolder();
  root = join(folder.path, 'page');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(root, 'index.html'), '<!doctype html><html><head></head><body></body></html>');
  writeFileSync(join(root, 'assets', 'main.js'), 'export {};');
  writeFileSync(join(root, 'notes.txt'), 'not a type that is served');
  writeFileSync(join(folder.path, 'secret.json'), '{}');
  mkdirSync(join(folder.path, 'page-other'));
  writeFileSync(join(folder.path, 'page-other', 'main.js'), 'secret');
});
afterEach(() => folder.remove());

describe("the page's files", () => {
  it('are served with their own type, and nothing guesses another', async () => {
    const file = await staticFile(root, '/assets/main.js');
    if (file.status !== 200) throw new Error('it is there');
    expect(Buffer.from(file.body).toString()).toBe('export {};');
    expect(file.headers).toMatchObject({
      'Content-Type': 'text/javascript; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
    });
  });

  it('carry the policy of a worker where they are scripts, and programs and models their own type (C10)', async () => {
    for (const name of ['run.wasm', 'people.tflite']) writeFileSync(join(root, 'assets', name), '');
    const headersOf = async (path: string) => {
      const file = await staticFile(root, path);
      return file.status === 200 ? file.headers : {};
    };
    expect((await headersOf('/assets/main.js'))['Content-Security-Policy']).toBe(WORKER_POLICY);
    expect((await headersOf('/assets/run.wasm'))['Content-Type']).toBe('application/wasm');
    expect((await headersOf('/assets/people.tflite'))['Content-Type']).toBe('application/octet-stream');
  });

  it.each(['/', '/index.html'])('have the policy on the page itself (%s)', async (path) => {
    const page = await staticFile(root, path);
    if (page.status !== 200) throw new Error('it is there');
    expect(page.headers['Content-Security-Policy']).toContain("connect-src 'self';");
    expect(page.headers['Cache-Control']).toBe('no-store');
  });

  it.each([
    '/../secret.json',
    '/..%2fsecret.json',
    '/%2e%2e/secret.json',
    '/assets/../../secret.json',
    '/../page-other/main.js',
    '/..\\secret.json',
    '/assets/main.js%00.html',
    '/%zz',
    '/notes.txt',
    '/assets',
    '/missing.js',
    '//etc/passwd',
    '',
  ])('end at their folder (%s)', async (path) => {
    expect(await staticFile(root, path)).toEqual({ status: 404 });
  });

  it.runIf(process.platform !== 'win32')('end at their folder behind links too', async () => {
    symlinkSync(join(folder.path, 'secret.json'), join(root, 'assets', 'linked.json'));
    expect(await staticFile(root, '/assets/linked.json')).toEqual({ status: 404 });
  });
});
