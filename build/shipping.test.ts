import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);

/** As much of Electron as electron-builder looks at, so that packing needs no download. */
function standIn(folder: string): string {
  const dist = join(folder, 'electron');
  for (const inner of ['locales', 'resources']) mkdirSync(join(dist, inner), { recursive: true });
  for (const name of ['electron', 'chrome-sandbox']) {
    writeFileSync(join(dist, name), '#!/bin/sh\n');
    chmodSync(join(dist, name), 0o755);
  }
  for (const name of ['version', 'LICENSE', 'LICENSES.chromium.html']) writeFileSync(join(dist, name), '');
  return dist;
}

describe('the package that ships', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-pack-'));
  let shipped: string[];
  beforeAll(async () => {
    await run(process.execPath, [join(root, 'scripts', 'build.ts')], { cwd: root });
    const config = join(folder, 'config.json');
    // The stand-in has no place for fuses; everything else is as in a real package.
    writeFileSync(
      config,
      JSON.stringify({
        extends: join(import.meta.dirname, 'electron-builder.yml'),
        electronFuses: null,
        electronDist: standIn(folder),
        directories: { output: join(folder, 'release') },
      }),
    );
    const builder = require.resolve('electron-builder/cli.js');
    const args = ['--linux', 'dir', '--x64', '--config', config, '--publish', 'never'];
    await run(process.execPath, [builder, ...args], { cwd: root });
    const archive = join(folder, 'release', 'linux-unpacked', 'resources', 'app.asar');
    const { listPackage } = (await import('@electron/asar')) as {
      listPackage(file: string, options: object): string[];
    };
    shipped = listPackage(archive, { isPack: false }).map((path) => path.replaceAll('\\', '/'));
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is what was built, the database and nothing else', () => {
    const allowed = [
      /^\/(?:LICENSE|package\.json|out|node_modules)$/,
      /^\/out\/(?:main|preload|renderer|signaling-server)(?:\/|$)/,
      /^\/node_modules\/better-sqlite3(?:\/(?:package\.json|LICENSE|lib|lib\/.*\.js|lib\/methods|prebuilds))?$/,
      /^\/node_modules\/better-sqlite3\/prebuilds\/linux-(?:x64|arm64)\.node$/,
    ];
    expect(shipped.filter((path) => !allowed.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(shipped.filter((path) => /\.(?:map|ts|tsx|env)$|\/test/.test(path))).toEqual([]);
  });

  it('is everything that the app opens', () => {
    for (const path of [
      '/package.json',
      '/out/main/main.js',
      '/out/main/history-worker.js',
      '/out/main/server-host.js',
      '/out/preload/preload.cjs',
      '/out/renderer/index.html',
      '/out/signaling-server/main.js',
      '/node_modules/better-sqlite3/prebuilds/linux-x64.node',
    ]) {
      expect(shipped).toContain(path);
    }
  });

  it('has the networks for noise and background with it (C10)', () => {
    for (const file of [
      /^\/out\/renderer\/assets\/rnnoise-[^/]+\.wasm$/,
      /^\/out\/renderer\/assets\/rnnoise_simd-[^/]+\.wasm$/,
      /^\/out\/renderer\/assets\/workletProcessor-[^/]+\.js$/,
      /^\/out\/renderer\/assets\/tflite-simd-1-0-0-[^/]+\.wasm$/,
      /^\/out\/renderer\/assets\/tflite-simd-1-0-0-[^/]+\.js$/,
      /^\/out\/renderer\/assets\/selfie_segmentation_landscape-[^/]+\.tflite$/,
      /^\/out\/renderer\/assets\/background-worker-[^/]+\.js$/,
    ]) {
      expect(shipped.filter((path) => file.test(path))).toHaveLength(1);
    }
  });
});
