import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv, type AnySchema } from 'ajv';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
type Packaging = Record<string, unknown> & { files: string[]; win: object; mac: object; linux: object };
// Checked against electron-builder's schema by the first test.
const packaging = load(readFileSync(join(import.meta.dirname, 'electron-builder.yml'), 'utf8')) as Packaging;
const manifest = require('../package.json') as { main: string; devDependencies: Record<string, string> };

// electron-builder's own description of its configuration, at a path that its package does not export.
const schemaFile = join(root, 'node_modules', 'app-builder-lib', 'scheme.json');
const validate = new Ajv({ allErrors: true, strict: false, allowUnionTypes: true, logger: false }).compile(
  JSON.parse(readFileSync(schemaFile, 'utf8')) as AnySchema,
);

describe('the packaging', () => {
  it('is what electron-builder understands, and a misspelt word is not', () => {
    const isGood = validate(packaging);
    expect(validate.errors ?? []).toEqual([]);
    expect(isGood).toBe(true);
    expect(validate({ ...packaging, linux: { ...packaging.linux, categorie: 'x' } })).toBe(false);
    expect(validate({ ...packaging, electronFuses: { runAsNod: false } })).toBe(false);
  });

  it('makes every installer for every system', () => {
    expect(packaging).toMatchObject({
      win: { target: [{ target: 'nsis', arch: ['x64', 'arm64'] }] },
      mac: {
        target: [
          { target: 'dmg', arch: ['universal'] },
          { target: 'zip', arch: ['universal'] },
        ],
        hardenedRuntime: true,
      },
      linux: { target: ['AppImage', 'deb', 'rpm'] },
    });
  });

  it('sets every fuse that keeps the app from being turned into something else', () => {
    expect(packaging.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('answers parley: links', () => {
    expect(packaging.protocols).toEqual([{ name: 'Parley invite', schemes: ['parley'] }]);
  });

  it('ships what was built and none of the tools', () => {
    expect(packaging.files).toContain('out/**');
    expect(packaging.files.filter((pattern) => !pattern.startsWith('!'))).toEqual([
      'out/**',
      'package.json',
      'LICENSE',
    ]);
    for (const left of ['!**/*.map', '!node_modules/node-{linux,win,darwin,bin-darwin}-*/**']) {
      expect(packaging.files).toContain(left);
    }
    expect(manifest.main).toBe('out/main/main.js');
  });

  it('uses the Electron that the types are from', () => {
    expect(packaging.electronVersion).toBe(manifest.devDependencies.electron);
  });

  it('publishes nothing and carries no secret', () => {
    const text = readFileSync(join(import.meta.dirname, 'electron-builder.yml'), 'utf8');
    expect(packaging).not.toHaveProperty('publish');
    expect(text).not.toMatch(/token|password|secret|identity:|cscLink|cscKey/i);
  });

  it('names only files that are there', () => {
    for (const file of ['build/icon.png', 'build/entitlements.mac.plist', 'LICENSE']) {
      expect(existsSync(join(root, file)), file).toBe(true);
    }
    const icon = readFileSync(join(import.meta.dirname, 'icon.png'));
    expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([1024, 1024]);
  });

  it('asks macOS for camera, microphone and what the engine needs, and for nothing more', () => {
    const plist = readFileSync(join(import.meta.dirname, 'entitlements.mac.plist'), 'utf8');
    const asked = [...plist.matchAll(/<key>([^<]+)<\/key>\s*<true\/>/g)].map(([, key]) => key);
    expect(new Set(asked)).toEqual(
      new Set([
        'com.apple.security.cs.allow-jit',
        'com.apple.security.device.audio-input',
        'com.apple.security.device.camera',
      ]),
    );
  });
});
