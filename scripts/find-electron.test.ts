import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchElectron, findElectron } from './find-electron.mjs';

const program = process.platform === 'win32' ? 'electron.exe' : 'electron';
const DAY_MS = 24 * 60 * 60 * 1000;

describe("Electron's binary", () => {
  let root: string;
  const said: string[] = [];
  beforeEach(() => {
    said.splice(0);
    root = mkdtempSync(join(tmpdir(), 'parley-electron-'));
    mkdirSync(join(root, 'node_modules', 'electron'), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{}');
    writeFileSync(join(root, 'node_modules', 'electron', 'package.json'), '{"name":"electron"}');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const bring = () => {
    mkdirSync(join(root, 'node_modules', 'electron', 'dist'), { recursive: true });
    writeFileSync(join(root, 'node_modules', 'electron', 'path.txt'), program);
    writeFileSync(join(root, 'node_modules', 'electron', 'dist', program), '');
  };
  /** An installer that leaves a mark each time it runs and then does what `body` says. */
  const installer = (body: string) => {
    const file = join(root, 'installer.cjs');
    writeFileSync(file, `require('node:fs').appendFileSync(${JSON.stringify(join(root, 'ran'))}, 'x'); ${body}`);
    return file;
  };
  const fetchWith = (body: string, more: { now?: number; limitMs?: number } = {}) =>
    fetchElectron({
      root,
      node: process.execPath,
      say: (line) => said.push(line),
      installer: installer(body),
      now: 5 * DAY_MS,
      ...more,
    });

  it('is found without loading the package', () => {
    expect(findElectron(root, {})).toBeNull();
    bring();
    expect(findElectron(root, {})).toBe(join(root, 'node_modules', 'electron', 'dist', program));
  });

  it('is looked for where ELECTRON_OVERRIDE_DIST_PATH says, and nowhere else then', () => {
    bring();
    expect(findElectron(root, { ELECTRON_OVERRIDE_DIST_PATH: join(root, 'elsewhere') })).toBeNull();
    const dist = join(root, 'node_modules', 'electron', 'dist');
    expect(findElectron(root, { ELECTRON_OVERRIDE_DIST_PATH: dist })).toBe(join(dist, program));
  });

  it('is fetched when that works', async () => {
    const dist = JSON.stringify(join(root, 'node_modules', 'electron'));
    const body = `const fs = require('node:fs'); fs.mkdirSync(${dist} + '/dist');
      fs.writeFileSync(${dist} + '/path.txt', '${program}'); fs.writeFileSync(${dist} + '/dist/${program}', '');`;
    expect(await fetchWith(body)).toBe(join(root, 'node_modules', 'electron', 'dist', program));
    expect(said).toHaveLength(1);
  });

  it('is not asked for again within a day after a failure', async () => {
    expect(await fetchWith('process.exit(1)')).toBeNull();
    rmSync(join(root, 'ran'));
    expect(await fetchWith('process.exit(1)', { now: 6 * DAY_MS - 1 })).toBeNull();
    expect(existsSync(join(root, 'ran'))).toBe(false);
    expect(said).toHaveLength(1);
    expect(await fetchWith('process.exit(1)', { now: 6 * DAY_MS })).toBeNull();
    expect(existsSync(join(root, 'ran'))).toBe(true);
  });

  it('is given up when the network swallows the request', async () => {
    expect(await fetchWith('setInterval(() => {}, 1000)', { limitMs: 300 })).toBeNull();
  });
});
