import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { windowOptions } from './window-options.ts';

const folder = (name: string) => join(import.meta.dirname, '..', name);
/** Name and text of every file of the app in one of Electron's folders. */
const sourcesIn = (name: string) =>
  readdirSync(folder(name))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'vite.config.ts')
    .map((file) => [file, readFileSync(join(folder(name), file), 'utf8')] as const);

describe('the window', () => {
  it('overrides nothing of what keeps a page in its sandbox', () => {
    expect(windowOptions('/preload.cjs').webPreferences).toEqual({ preload: '/preload.cjs', spellcheck: false });
  });

  it('is never built around its protections anywhere in the code', () => {
    const words =
      /nodeIntegration|contextIsolation|webSecurity|allowRunningInsecureContent|experimentalFeatures|BlinkFeatures|webviewTag|sandbox:|no-sandbox|crashReporter|ignore-certificate/;
    for (const [file, text] of [...sourcesIn('main'), ...sourcesIn('preload')]) expect(text, file).not.toMatch(words);
  });
});

describe('the preload script', () => {
  it('carries no schema library into the sandbox', () => {
    for (const [file, text] of sourcesIn('preload')) {
      for (const [, source] of text.matchAll(/from '([^']+)'/g)) {
        expect(['electron', '@parley/shared/bridge/names', './desktop.ts'], file).toContain(source);
      }
    }
  });
});
